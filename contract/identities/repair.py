"""Payloads that a hand reader damaged: the ways back, offered to a parser that can prove one.

Readers guess a charset (Big5, Shift-JIS, Latin-1), type through a keyboard layout or a Vietnamese
input method, or change the separator.  None of these can be known from outside, so every way back
is only a candidate: it counts where the parser finds each field in order, and all candidates that
pass agree.  Else the parser gives the number and no name.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from contract.identities.base import NotThisKind, PersonCode

# A reading with one of these warnings proves nothing about the text it came from.
DAMAGE = frozenset(
    {
        "address-unreadable",
        "birth-unreadable",
        "fields-missing",
        "name-unreadable",
        "no-diacritics",
        "sex-unreadable",
    }
)
_GUESSES = ("cp1252", "latin-1", "big5", "cp950", "big5hkscs", "shift_jis", "cp932", "gb18030")
_CODECS = {guess: codecs.lookup(guess) for guess in _GUESSES}  # loaded now, not at the first scan
_LONGEST_CARD = 1500  # bytes; damage makes three of two
_SEPARATOR = re.compile(r"[A-Z0-9]{9,15}([^0-9A-Za-z| \r\n])", re.ASCII)
_TELEX = {"â": "aa", "ê": "ee", "ô": "oo", "đ": "dd", "ă": "aw", "ơ": "ow", "ư": "uw"}
_VNI = {
    **dict(zip("áàảãạ", ("a1", "a2", "a3", "a4", "a5"), strict=True)),
    **dict(zip("éèẻẽẹ", ("e1", "e2", "e3", "e4", "e5"), strict=True)),
    "â": "a6",
    "ê": "e6",
    "ă": "a8",
    "đ": "d9",
}


def strict_text(raw: bytes) -> str | None:
    """Return *raw* as UTF-8 text without byte order mark and line end, or None."""
    try:
        return raw.decode("utf-8").lstrip("\ufeff").rstrip("\r\n\0")
    except UnicodeDecodeError:
        return None


def best_reading(raw: bytes, read: Callable[[str], PersonCode | None]) -> PersonCode:
    """Return what *read* makes of *raw*, repaired where all repairs that prove themselves agree.

    *read* returns None for text of another kind, and warns of damage with a word of `DAMAGE`.
    """
    plain = strict_text(raw)
    text = raw.decode("utf-8", errors="replace").rstrip("\r\n\0") if plain is None else plain
    first = read(text)
    if first is not None and DAMAGE.isdisjoint(first.warnings):
        return replace(first, raw=raw)
    proven = _proven(raw, text, read) if _worth_it(raw) else set()
    if len(proven) == 1:
        found = proven.pop()
        return replace(found, raw=raw, warnings=(*found.warnings, "repaired"))
    if first is None:
        raise NotThisKind("not this kind of code")
    return replace(first, raw=raw)


def _worth_it(raw: bytes) -> bool:
    """Return whether *raw* has the size of a card and begins with most of a number."""
    return len(raw) <= _LONGEST_CARD and sum(byte in b"0123456789*" for byte in raw[:16]) >= 6


def _proven(raw: bytes, text: str, read: Callable[[str], PersonCode | None]) -> set[PersonCode]:
    readings = (read(candidate) for candidate in dict.fromkeys(_ways_back(raw, text)))
    return {
        replace(found, raw=b"")
        for found in readings
        if found is not None and DAMAGE.isdisjoint(found.warnings)
    }


def _ways_back(raw: bytes, text: str) -> Iterator[str]:
    """Yield what the card may have said, given what arrived."""
    for arrived in dict.fromkeys((text, raw.decode("latin-1").rstrip("\r\n\0"))):
        for reencoded in (arrived, *_reencoded(arrived)):
            if reencoded != text:
                yield reencoded
            yield from _separated(reencoded)
        yield from _untyped(arrived)


def _reencoded(text: str) -> Iterator[str]:
    """Undo a wrong guess of the charset, once or twice over."""
    for guess in _GUESSES:
        try:
            yield _bytes_of(text, guess).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue


def _bytes_of(text: str, charset: str) -> bytes:
    """Encode as the reader's host did: bytes that cp1252 leaves out stand for themselves."""
    try:
        return _CODECS[charset].encode(text)[0]
    except UnicodeEncodeError:
        if charset != "cp1252":
            raise
    return b"".join(
        letter.encode("latin-1") if "\x80" <= letter <= "\x9f" else letter.encode(charset)
        for letter in text
    )


def _separated(text: str) -> Iterator[str]:
    """Put `|` back where a keyboard layout typed another sign for it."""
    found = _SEPARATOR.match(text)
    if found is not None and found[1] not in "/-:,.":
        yield text.replace(found[1], "|")


def _untyped(text: str) -> Iterator[str]:
    """Take back what Telex or VNI made of plain letters and digits on their way through."""
    if text.isascii():
        return
    for table in (_TELEX, _VNI):
        lower = str.maketrans(table)
        upper = str.maketrans({letter.upper(): keys.upper() for letter, keys in table.items()})
        yield text.translate(lower).translate(upper)
