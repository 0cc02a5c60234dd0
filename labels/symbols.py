"""Code 128 and QR as modules: which are dark, and how wide one may be on a given printer.

A module is always a whole number of printer dots.  Source: ISO/IEC 15417 (Code 128), and the QR
writer of segno.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

import segno

from labels.errors import DoesNotFit

# Widths of bar, space, bar, space, bar, space for the values 0 to 105; eleven modules each.
_TABLE = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 "
    "112232 122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 "
    "311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 "
    "112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 "
    "314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 "
    "122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 "
    "124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232"
)
_WIDTHS = _TABLE.split()
_STOP = "2331112"
_START_B, _START_C = 104, 105
_LARGEST_MODULE_MM = 0.26
QUIET = 4  # modules around a QR
_SMALLEST_MODULE_MM = 0.126
_WANTED_QUIET_MM = 5.0


@dataclass(frozen=True, slots=True)
class Linear:
    """A Code 128 symbol: `bars` are (first module, width) and `modules` is the whole width."""

    text: str
    bars: tuple[tuple[int, int], ...]
    modules: int


@dataclass(frozen=True, slots=True)
class Fit:
    """How a linear symbol stands in its room: `dots` printer dots a module; sizes in mm."""

    dots: int
    module_mm: float
    width_mm: float
    quiet_mm: float


def values(text: str) -> tuple[int, ...]:
    """Return the symbol values of *text*, start and check included: set C for digit pairs."""
    if text.isascii() and text.isdigit() and len(text) % 2 == 0:
        start, body = _START_C, [int(text[i : i + 2]) for i in range(0, len(text), 2)]
    else:
        start, body = _START_B, [ord(character) - 32 for character in text]
    if not body or not all(0 <= value <= 94 or start == _START_C for value in body):
        raise DoesNotFit(
            "Mã này có ký tự không in được thành mã vạch.",
            "This code holds characters that Code 128 cannot print here.",
        )
    check = (start + sum(place * value for place, value in enumerate(body, 1))) % 103
    return (start, *body, check)


def code128(text: str) -> Linear:
    """Return *text* as Code 128; twelve digits are 101 modules wide."""
    widths = "".join(_WIDTHS[value] for value in values(text)) + _STOP
    bars, at = [], 0
    for place, width in enumerate(map(int, widths)):
        if place % 2 == 0:
            bars.append((at, width))
        at += width
    return Linear(text, tuple(bars), at)


def fit(modules: int, room_mm: float, dpi: float) -> Fit:
    """Return the widest module that leaves a quiet zone of max(10 modules, 5 mm) in *room_mm*.

    Where even the smallest readable module cannot leave that, the quiet zone shrinks as far as
    10 modules (small cryo and vial labels); below that DoesNotFit is raised.
    """
    dot = 25.4 / dpi
    for wanted_quiet in (_WANTED_QUIET_MM, 0.0):
        for dots in range(floor(_LARGEST_MODULE_MM / dot), 0, -1):
            module = dots * dot
            quiet = (room_mm - modules * module) / 2
            if module < _SMALLEST_MODULE_MM or quiet < max(10 * module, wanted_quiet):
                continue
            return Fit(dots, module, modules * module, quiet)
    raise DoesNotFit(
        f"Mã vạch không vừa nhãn rộng {room_mm:.1f} mm ở {dpi:.0f} dpi. "
        "Dùng nhãn lớn hơn hoặc máy in nét hơn.",
        f"The barcode does not fit a label of {room_mm:.1f} mm at {dpi:.0f} dpi. "
        "Use a larger label or a finer printer.",
    )


def qr(text: str, ecc: str = "q", at_least: int = 1) -> tuple[tuple[bool, ...], ...]:
    """Return the rows of a QR (never a Micro QR) of *text*, dark is True, no quiet zone.

    The version is *at_least* that; raises DoesNotFit if *text* is longer than any QR holds.
    """
    try:
        code = segno.make_qr(text, error=ecc, boost_error=True)
        if int(code.version) < at_least:
            code = segno.make_qr(text, error=ecc, version=at_least, boost_error=True)
    except segno.DataOverflowError as error:
        raise DoesNotFit(
            "Nội dung quá dài cho một mã QR.", "This text is too long for a QR."
        ) from error
    return tuple(tuple(bool(module & 1) for module in row) for row in code.matrix)


def runs(row: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """Yield (first, length) of each run of dark modules in *row*."""
    start = None
    for place, dark in enumerate((*row, False)):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            yield start, place - start
            start = None


def svg_path(payload: str) -> tuple[int, str]:
    """Return the side of a QR with its quiet zone, in modules, and the path of what is dark."""
    rows = qr(payload, ecc="m")
    path = "".join(
        f"M{first + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for first, length in runs(row)
    )
    return len(rows) + 2 * QUIET, path
