"""Is a QR one part of a text spread over several symbols (structured append)?  Parts are refused.

zxing-cpp knows, but its Python binding does not say.  It gives back the modules as it saw them, and
the first four bits of the text, in the corner without a finder, are 0011 in a part of a set.  Where
it had to correct errors those four may be among them, so anything but a plain 0100 (bytes; three
of the four would have to be wrong) is then read once more by tapirscan, which does say: a picture
of one pixel a module, a fraction of a millisecond.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import tapirscan
import zxingcpp
from numpy.typing import NDArray

Modules = NDArray[np.uint8]  # 0 is dark, without the quiet zone
_PART, _BYTES = 0b0011, 0b0100
_QUIET = 4
_LEVELS = {"L": 1, "M": 0, "Q": 3, "H": 2}
_ROWS = np.array([8] * 8 + [7, 5, 4, 3, 2, 1, 0])
_COLUMNS = np.array([0, 1, 2, 3, 4, 5, 7, 8] + [8] * 7)
# ISO/IEC 18004: where each of the eight masks turns a module round; row, column.
_MASKS: tuple[Callable[[int, int], int], ...] = (
    lambda row, column: (row + column) % 2,
    lambda row, _: row % 2,
    lambda _, column: column % 3,
    lambda row, column: (row + column) % 3,
    lambda row, column: (row // 2 + column // 3) % 2,
    lambda row, column: row * column % 2 + row * column % 3,
    lambda row, column: (row * column % 2 + row * column % 3) % 2,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2,
)


def is_part_of_set(found: zxingcpp.Barcode, scanner: tapirscan.Scanner) -> bool:
    """Return whether *found*, a QR that zxing-cpp read, is one of several that belong together."""
    modules: Modules = np.asarray(found.to_image(scale=1, add_quiet_zones=False))
    extra = found.extra if isinstance(found.extra, dict) else {}
    mask = int(extra.get("DataMask", 0)) % len(_MASKS)
    first = _first_bits(_upright(modules, found.ec_level, mask), mask)
    if extra.get("UEC") == 1.0:  # the error correction had nothing to do
        return first == _PART
    return first != _BYTES and _is_part_at_second_look(modules, scanner, first)


def _is_part_at_second_look(modules: Modules, scanner: tapirscan.Scanner, first: int) -> bool:
    quiet = np.pad(modules, _QUIET, constant_values=255)
    second = scanner.scan(np.ascontiguousarray(quiet)).barcodes
    if second:
        return any(each.structured_append is not None for each in second)
    return first == _PART


def _first_bits(modules: Modules, mask: int) -> int:
    """Return the first four bits of the text: which kind of segment comes first."""
    end = len(modules) - 1
    bits = 0
    for row, column in ((end, end), (end, end - 1), (end - 1, end), (end - 1, end - 1)):
        turned = _MASKS[mask](row, column) == 0
        bits = bits * 2 + ((modules[row, column] == 0) != turned)
    return bits


def _upright(modules: Modules, level: str, mask: int) -> Modules:
    """Return *modules* as printed: a code seen in a mirror has rows and columns exchanged."""
    wanted, seen = _format(level, mask), modules[_ROWS, _COLUMNS] == 0
    straight = np.count_nonzero(seen == wanted)
    return modules if straight >= np.count_nonzero(seen == wanted[::-1]) else modules.T


@cache
def _format(level: str, mask: int) -> NDArray[np.bool_]:
    """Return the 15 modules beside the first finder, which name error level and mask."""
    data = _LEVELS.get(level, 0) << 3 | mask
    rest = data << 10
    for place in range(14, 9, -1):
        if rest >> place & 1:
            rest ^= 0b10100110111 << (place - 10)
    bits = (data << 10 | rest) ^ 0b101010000010010
    return np.array([bits >> place & 1 for place in range(14, -1, -1)], dtype=np.bool_)
