"""Is a QR one part of a text spread over several symbols (structured append)?  Parts are refused.

zxing-cpp knows, but its Python binding does not say.  It gives back the modules as it saw them, and
the first four bits of the text, in the corner without a finder, are 0011 in a part of a set.  Where
it had to correct errors those four may be among them: tapirscan, which does say, then reads the
modules as well (a picture of one pixel a module: a fraction of a millisecond).
"""

from collections.abc import Callable

import numpy as np
import tapirscan
import zxingcpp
from numpy.typing import NDArray

Modules = NDArray[np.uint8]  # 0 is dark, without the quiet zone
_PART = 0b0011
_QUIET = 4
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
    straight = first_bits(modules, mask)
    if extra.get("UEC") == 1.0 and _PART not in (straight, first_bits(modules.T, mask)):
        return False  # without an error, and no part even if it was seen in a mirror
    quiet = np.pad(modules, _QUIET, constant_values=255)
    second = scanner.scan(np.ascontiguousarray(quiet)).barcodes
    if second:
        return any(each.structured_append is not None for each in second)
    return straight == _PART


def first_bits(modules: Modules, mask: int) -> int:
    """Return the first four bits of the text: which kind of segment comes first."""
    end = len(modules) - 1
    bits = 0
    for row, column in ((end, end), (end, end - 1), (end - 1, end), (end - 1, end - 1)):
        turned = _MASKS[mask](row, column) == 0
        bits = bits * 2 + ((modules[row, column] == 0) != turned)
    return bits
