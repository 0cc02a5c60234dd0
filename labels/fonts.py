"""Be Vietnam Pro, and how much room a Vietnamese text takes in it.

Text is NFC before it is measured or drawn: decomposed marks would fall beside their letters.
"""

import unicodedata
from functools import cache
from pathlib import Path

import fontpkg_be_vietnam_pro
from reportlab.pdfbase.ttfonts import TTFontFile

POINT_MM = 25.4 / 72
_FILES = Path(fontpkg_be_vietnam_pro.__file__).parent / "files"
REGULAR, MEDIUM, BOLD = "Regular", "Medium", "Bold"
ELLIPSIS = "…"


def file_of(weight: str) -> Path:
    return _FILES / f"BeVietnamPro-{weight}.ttf"


@cache
def face_of(weight: str) -> TTFontFile:
    """Return the parsed font file of *weight*; it is read once a process."""
    return TTFontFile(str(file_of(weight)))


def clean(text: str) -> str:
    """Return *text* in NFC, on one line, with '?' for what the font cannot draw."""
    known = face_of(REGULAR).charToGlyph
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(letter if ord(letter) in known else "?" for letter in composed)


def width_mm(text: str, points: float, weight: str = REGULAR) -> float:
    """Return the width of a clean *text*, in mm."""
    widths = face_of(weight).charWidths
    return float(sum(widths[ord(letter)] for letter in text)) / 1000 * points * POINT_MM


def shorten(text: str, room_mm: float, points: float, weight: str = REGULAR) -> str:
    """Return *text*, cut at a character and ended with '…' where it is wider than *room_mm*."""
    text = clean(text)
    if width_mm(text, points, weight) <= room_mm:
        return text
    while text and width_mm(text + ELLIPSIS, points, weight) > room_mm:
        text = text[:-1].rstrip()
    return text + ELLIPSIS


def wrap(
    text: str, room_mm: float, points: float, weight: str = REGULAR, lines: int = 99
) -> list[str]:
    """Return *text* in at most *lines* lines of *room_mm*, broken between words."""
    words, done = clean(text).split(), [""]
    for place, word in enumerate(words):
        longer = f"{done[-1]} {word}".strip()
        if not done[-1] or width_mm(longer, points, weight) <= room_mm:
            done[-1] = longer
        elif len(done) < lines:
            done.append(word)
        else:
            done[-1] = " ".join((done[-1], *words[place:]))
            break
    return [shorten(line, room_mm, points, weight) for line in done]
