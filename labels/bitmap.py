"""Text as dots, for printers whose own fonts know no Vietnamese."""

from dataclasses import dataclass
from functools import cache, lru_cache

from PIL import Image, ImageDraw, ImageFont

from labels.fonts import clean, file_of

_PLAIN = ImageFont.Layout.BASIC


@dataclass(frozen=True, slots=True)
class Dots:
    """A picture of black dots: rows of whole bytes, most significant bit first, 1 is black.

    `above` is how many of its rows stand above the baseline.
    """

    width: int
    height: int
    above: int
    data: bytes

    @property
    def row_bytes(self) -> int:
        return (self.width + 7) // 8


@cache
def _font(weight: str, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(file_of(weight)), pixels, layout_engine=_PLAIN)


@lru_cache(maxsize=256)
def dots_of(text: str, points: float, weight: str, dpi: float) -> Dots:
    """Return *text* (made clean) drawn at *points* for a printer of *dpi*.

    The last few are kept: most labels of a lot share their words.
    """
    text = clean(text) or " "
    font = _font(weight, max(6, round(points * dpi / 72)))
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text, anchor="ls"))
    width, height = max(right - left, 1), max(bottom - top, 1)
    image = Image.new("1", (width, height), 0)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    draw.text((-left, -top), text, fill=1, font=font, anchor="ls")
    return Dots(width, height, -top, image.tobytes())
