"""Text from before Unicode: TCVN3 (".VnTime", ABC) and VNI-Windows, from commune offices' Excel.

Both reach us as Western letters: `NguyÔn V¨n §øc` and `Nguyeãn Vaên Ñöùc` are Nguyễn Văn Đức.
TCVN3 has one sign for each letter and capitals by the font alone; VNI has a letter and then its
mark.  `decode` decides by which reading gives the most words that are built like Vietnamese.
"""

import itertools
import re
import unicodedata
from typing import Literal

from contract import names, syllables

Charset = Literal["unicode", "tcvn3", "vni"]

_TCVN3_FIRST = "¡¢£¤¥¦§¨©ª«¬\xad®"
_TCVN3_REST = {
    "µ¶·¸¹": "àảãáạ",
    "»¼½¾Æ": "ằẳẵắặ",
    "ÇÈÉÊË": "ầẩẫấậ",
    "ÌÎÏÐÑ": "èẻẽéẹ",
    "ÒÓÔÕÖ": "ềểễếệ",
    "×ØÜÝÞ": "ìỉĩíị",
    "ßáâãä": "òỏõóọ",
    "åæçèé": "ồổỗốộ",
    "êëìíî": "ờởỡớợ",
    "ïñòóô": "ùủũúụ",
    "õö÷øù": "ừửữứự",
    "úûüýþ": "ỳỷỹýỵ",
}
_TCVN3 = dict(zip(_TCVN3_FIRST, "ĂÂÊÔƠƯĐăâêôơưđ", strict=True))
for _signs, _letters in _TCVN3_REST.items():
    _TCVN3.update(zip(_signs, _letters, strict=True))

_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_HAT, _BREVE = "\u0302", "\u0306"
_VNI_MARKS = {
    "ø": _GRAVE,
    "û": _HOOK,
    "õ": _TILDE,
    "ù": _ACUTE,
    "ï": _DOT,
    "â": _HAT,
    "à": _HAT + _GRAVE,
    "å": _HAT + _HOOK,
    "ã": _HAT + _TILDE,
    "á": _HAT + _ACUTE,
    "ä": _HAT + _DOT,
    "ê": _BREVE,
    "è": _BREVE + _GRAVE,
    "ú": _BREVE + _HOOK,
    "ü": _BREVE + _TILDE,
    "é": _BREVE + _ACUTE,
    "ë": _BREVE + _DOT,
}
_VNI_LETTERS = dict(zip("ñöôìæóíòî", "đươìỉĩíịỵ", strict=True))
_VNI = re.compile(
    f"([aeouyôö])([{''.join(_VNI_MARKS)}])|([{''.join(_VNI_LETTERS)}])", re.IGNORECASE
)
_WORD = re.compile(r"[^\s,.;()/-]+")


def decode_tcvn3(text: str) -> str:
    """Return TCVN3 *text* in Unicode.  Words in capitals (font .VnTimeH) become capitals."""
    in_capitals = _capitals(text)
    return _WORD.sub(lambda word: _tcvn3_word(word[0], in_capitals=in_capitals), text)


def _tcvn3_word(word: str, *, in_capitals: bool) -> str:
    decoded = "".join(_TCVN3.get(letter, letter) for letter in word)
    return decoded.upper() if in_capitals or _capitals(word) else decoded


def _capitals(text: str) -> bool:
    plain = [letter for letter in text if letter.isascii() and letter.isalpha()]
    return len(plain) > 1 and all(map(str.isupper, plain))


def decode_vni(text: str) -> str:
    """Return VNI *text* in Unicode."""
    return unicodedata.normalize("NFC", _VNI.sub(_vni_letter, unicodedata.normalize("NFC", text)))


def _vni_letter(found: re.Match[str]) -> str:
    letter = found[1] or found[3]
    plain = _VNI_LETTERS.get(letter.lower(), letter.lower())
    mark = _VNI_MARKS[found[2].lower()] if found[2] else ""
    return (plain.upper() if letter.isupper() else plain) + mark


def detect(text: str) -> Charset:
    """Return what *text* is most likely written in; Unicode where nothing speaks against it.

    One name may be a name in two charsets: pass a whole column, and decode it by the answer.
    """
    readings: dict[Charset, str] = {
        "unicode": text,
        "tcvn3": decode_tcvn3(text),
        "vni": decode_vni(text),
    }
    return max(readings, key=lambda charset: _sense(readings[charset]))


def text_of(data: bytes) -> str:
    """Return the text of a file, as offices save it: UTF-8, UTF-16, Windows-1258 or older.

    TCVN3 and VNI come back as Western letters, to be decoded a column at a time.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if half := _half_empty(data):
        return data.decode(half, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        western = data.decode("latin-1")
    vietnamese = unicodedata.normalize("NFC", data.decode("cp1258", errors="replace"))
    plain = {"unicode": western, "tcvn3": decode_tcvn3(western), "vni": decode_vni(western)}
    legacy = max(map(_sense, plain.values()))
    return vietnamese if _sense(vietnamese) >= legacy else western


def _half_empty(data: bytes) -> str:
    """Return which UTF-16 *data* is in, where it says so by its empty bytes alone; else ''."""
    head = data[:400]
    if len(head) < 2 or head.count(0) * 3 < len(head):
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def decode(text: str) -> str:
    """Return *text* in Unicode, whatever it was written in.  Idempotent on Vietnamese names."""
    charset = detect(text)
    if charset == "tcvn3":
        return names.display(decode_tcvn3(text))
    return names.display(decode_vni(text) if charset == "vni" else text)


def _sense(text: str) -> int:
    """Count the words of *text* that make sense, less those that cannot be Vietnamese at all."""
    words = _WORD.findall(text)
    good = sum(map(syllables.well_formed, words))
    return good - 2 * sum(not names.is_vietnamese(word) or _mixed(word) for word in words)


def _mixed(word: str) -> bool:
    """Return whether capitals stand after small letters, as only a wrong charset puts them."""
    return any(before.islower() and after.isupper() for before, after in itertools.pairwise(word))
