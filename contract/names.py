"""Vietnamese names: one display form, keys under which spellings meet, and an order for lists.

Keys find candidates, they prove nothing: 'Hoà', 'Hoa' and 'Hoá' share a `match_key`, and two in
five people are called Nguyễn.  Never merge by a key without birth date and sex.
"""

import re
import unicodedata
from functools import lru_cache

from contract.syllables import TONES

_MARKS = {*TONES, "\u0302", "\u0306", "\u031b"}
_LETTERS = {letter: rank for rank, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz", 1)}
_SPACE = re.compile(r"[\s\u200b\u2060\ufeff]+")
_NOT_SHOWN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200c-\u200f\u202a-\u202e\u2066-\u2069]")
_WORDS = re.compile(r"\d+|[^\W\d_]+")
_OPEN_PAIR = re.compile(r"(oa|oe|uy)$")
_FINAL_Y = re.compile(r"(?<=[bcdghklmnprstvx])y\b|(?<=\bqu)y\b")
_IN_NAMES = " '’.,-–/()"


def display(text: str) -> str:
    """Return *text* as it is shown and stored: NFC, single spaces, no invisible characters."""
    composed = unicodedata.normalize("NFC", _NOT_SHOWN.sub("", text))
    return _SPACE.sub(" ", composed).strip()


def match_key(text: str) -> str:
    """Return the diacritic-free key: lower case, d for đ, letters and digits, single spaces."""
    folded = unicodedata.normalize("NFKD", text).casefold().replace("đ", "d")
    bare = unicodedata.normalize("NFKD", folded)
    plain = "".join(
        letter if letter.isalnum() else " " for letter in bare if not unicodedata.combining(letter)
    )
    return " ".join(plain.split())


def loose_key(text: str) -> str:
    """Return `match_key` with i for y where both are written: Lý and Lí, Quý and Quí."""
    return _FINAL_Y.sub("i", match_key(text))


def spelling_key(text: str) -> str:
    """Return *text* in lower case with its marks, tones placed one way: Thủy and Thuỷ meet."""
    return " ".join(_place_tone(word) for word in display(text).casefold().split())


def _place_tone(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    tones = [mark for mark in letters if mark in TONES]
    toneless = "".join(letter for letter in letters if letter not in TONES)
    if len(tones) != 1 or _OPEN_PAIR.search(toneless) is None:
        return unicodedata.normalize("NFC", letters)
    return unicodedata.normalize("NFC", toneless + tones[0])


Weight = tuple[tuple[int, ...], tuple[int, ...]]


def sort_key(name: str) -> tuple[Weight, tuple[Weight, ...], Weight]:
    """Return the key by which lists are sorted: given name, then middle names, then family name.

    Letters go by the Vietnamese alphabet (a ă â … d đ …), then tones (ngang huyền hỏi ngã sắc
    nặng).
    """
    words = display(name).split() or [""]
    family = words[0] if len(words) > 1 else ""
    return _weigh(words[-1]), tuple(map(_weigh, words[1:-1])), _weigh(family)


@lru_cache(maxsize=16_384)
def order_text(title: str) -> str:
    """Return the text by which names of places and things are sorted: from the first word on.

    The alphabet and the tones of `sort_key`; a number goes by its size ("Bàn 2" before "Bàn 10")
    and before letters.  It is hexadecimal, so that every database sorts it in one way.
    """
    return "".join(map(_order_of, _WORDS.findall(display(title).casefold())))


def _order_of(word: str) -> str:
    if word.isdecimal():
        digits = "".join(str(int(digit)) for digit in word).lstrip("0")[:99]
        return f"10{len(digits):02d}{digits}00"
    letters, tones = _weigh(word)
    ranked = "".join(f"{0x20 + rank:02x}" if rank < 1000 else f"f{rank:06x}" for rank in letters)
    return f"{ranked}00{''.join(map(str, tones))}00"


@lru_cache(maxsize=4096)
def _weigh(word: str) -> Weight:
    letters: list[int] = []
    tones: list[int] = []
    for letter in unicodedata.normalize("NFC", word.casefold()):
        parts = unicodedata.normalize("NFD", letter)
        kept = "".join(part for part in parts if part not in TONES)
        plain = unicodedata.normalize("NFC", kept)
        letters.append(_LETTERS.get(plain, 1000 + ord(plain[0]) if plain else 0))
        tones.append(next((TONES[part] for part in parts if part in TONES), 0))
    return tuple(letters), tuple(tones)


def is_vietnamese(text: str) -> bool:
    """Return whether *text* holds only Vietnamese letters and what stands between names."""
    return all(map(_is_in_names, set(display(text))))


@lru_cache(maxsize=4096)
def _is_in_names(letter: str) -> bool:
    return letter in _IN_NAMES or _is_letter(letter)


@lru_cache(maxsize=1024)
def _is_letter(letter: str) -> bool:
    if letter in "đĐ":
        return True
    base, *marks = list(unicodedata.normalize("NFD", letter))
    return base.isascii() and base.isalpha() and all(mark in _MARKS for mark in marks)
