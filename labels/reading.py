"""Codes in a picture of a printed page: what they say, how large their modules are, and how much
white stands around them.  The picture is black and white and upright or turned by a quarter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from typing import Any

import zxingcpp
from PIL import Image, ImageChops

from labels.errors import DoesNotFit
from labels.symbols import code128

_MOST_PER_READ = 200  # zxing-cpp stops at 255 codes in one picture
_SMALLEST_PART = 600  # dots; a part of a page is not cut further
_FARTHEST_MM = 15.0  # white beyond this is not measured
_SAME_PLACE_MM = 3.0
_SLACK = 0.15  # of a module, by which a measured quiet zone may fall short
_QR, _LINEAR = "QR", "Code128"
_FORMATS = {
    _LINEAR: zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128]),
    _QR: zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCodeModel2]),
}
_QUIET = {_LINEAR: 10.0, _QR: 4.0}


@dataclass(frozen=True, slots=True)
class Seen:
    """One code: its centre, its module and the white beside it, in mm from the top left."""

    kind: str
    text: str
    x: float
    y: float
    module_mm: float
    quiet_mm: float

    @property
    def quiet_modules(self) -> float:
        return self.quiet_mm / self.module_mm

    @property
    def quiet_enough(self) -> bool:
        return self.quiet_modules >= _QUIET[self.kind] - _SLACK

    def is_same(self, other: "Seen") -> bool:
        """Return whether both are the same code at the same place."""
        near = hypot(self.x - other.x, self.y - other.y) < _SAME_PLACE_MM
        return near and (self.kind, self.text) == (other.kind, other.text)


def read_picture(picture: Image.Image, dpi: float) -> list[Seen]:
    """Return the codes in *picture*, measured."""
    mm = 25.4 / dpi
    ink = ImageChops.invert(picture)
    found: list[Seen] = []
    for kind in _FORMATS:
        for code, top in _read(picture, kind, 0):
            seen = _measure(code, kind, top, ink, mm)
            if seen is not None and not any(seen.is_same(known) for known in found):
                found.append(seen)
    return found


def _read(picture: Image.Image, kind: str, top: int) -> Iterator[tuple[zxingcpp.Barcode, int]]:
    """Yield (code, top of the part it was read in); a part with too many codes is cut in two."""
    codes = zxingcpp.read_barcodes(picture, formats=_FORMATS[kind], try_invert=False)
    width, height = picture.size
    if len(codes) < _MOST_PER_READ or height < _SMALLEST_PART:
        yield from ((code, top) for code in codes)
        return
    half, shared = height // 2, height // 12
    yield from _read(picture.crop((0, 0, width, half + shared)), kind, top)
    yield from _read(picture.crop((0, half - shared, width, height)), kind, top + half - shared)


def _measure(
    code: zxingcpp.Barcode, kind: str, top: int, ink: Image.Image, mm: float
) -> Seen | None:
    modules = _modules(code, kind)
    if modules is None:
        return None
    at = code.position
    corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    box = (
        min(corner.x for corner in corners),
        min(corner.y for corner in corners) + top,
        max(corner.x for corner in corners) + 1,
        max(corner.y for corner in corners) + 1 + top,
    )
    across = hypot(at.top_right.x - at.top_left.x, at.top_right.y - at.top_left.y) + 1
    lying = kind == _LINEAR and abs(at.top_right.x - at.top_left.x) < across / 2
    module = across / modules
    most = round(max(_FARTHEST_MM / mm, module * 1.5 * _QUIET[kind]))
    edge = round(module / 2)  # a reader's corner may lie a little inside the symbol
    beyond = (box[0] - edge, box[1] - edge, box[2] + edge, box[3] + edge)
    white = _white(ink, beyond, kind, lying=lying, most=most) + edge
    x, y = (box[0] + box[2]) / 2 * mm, (box[1] + box[3]) / 2 * mm
    return Seen(kind, code.bytes.decode(errors="replace"), x, y, module * mm, white * mm)


def _modules(code: zxingcpp.Barcode, kind: str) -> int | None:
    if kind == _QR:
        extra: Any = code.extra
        return int(extra["Version"]) * 4 + 17
    try:
        return code128(code.bytes.decode("ascii")).modules
    except (DoesNotFit, UnicodeDecodeError):
        return None  # not of our making: nothing of ours holds such characters


def _white(
    ink: Image.Image, box: tuple[int, int, int, int], kind: str, *, lying: bool, most: int
) -> int:
    """Return how many dots of white stand beside the code (all round, for a QR)."""
    left, top, right, bottom = box
    if kind == _LINEAR:  # the ends of the bars, without the words above and below them
        inset = (right - left if lying else bottom - top) // 8
        left, right = (left + inset, right - inset) if lying else (left, right)
        top, bottom = (top, bottom) if lying else (top + inset, bottom - inset)
    beside = [] if lying else [_gap(ink, (left - most, top, left, bottom), 0),
                               _gap(ink, (right, top, right + most, bottom), 2)]  # fmt: skip
    if lying or kind == _QR:
        beside += [_gap(ink, (left, top - most, right, top), 1),
                   _gap(ink, (left, bottom, right, bottom + most), 3)]  # fmt: skip
    return min(beside)


def _gap(ink: Image.Image, strip: tuple[int, int, int, int], side: int) -> int:
    """Return the white in *strip* next to the code, which stands at its right, below, left, above.

    The strip ends at the edge of the page.
    """
    width, height = ink.size
    left, right = max(strip[0], 0), min(strip[2], width)
    top, bottom = max(strip[1], 0), min(strip[3], height)
    if right <= left or bottom <= top:
        return 0
    inked = ink.crop((left, top, right, bottom)).getbbox()
    if inked is None:
        return (right - left, bottom - top)[side % 2]
    return (right - left - inked[2], bottom - top - inked[3], inked[0], inked[1])[side]
