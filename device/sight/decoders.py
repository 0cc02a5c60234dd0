"""The decoders, behind one guarded signature: a picture and a symbology in, codes out.

Only bytes leave here, never a decoder's text: decoders guess charsets, and guess Vietnamese
wrongly.  Parts of a code spread over several symbols are dropped.  A decoder that chokes on a
picture raises `DecoderFault` and nothing else.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import tapirscan
import zxingcpp
from numpy.typing import NDArray

from device.sight.sets import is_part_of_set
from device.sight.symbology import Symbology

Grey = NDArray[np.uint8]
Corner = tuple[int, int]


class DecoderFault(Exception):
    """A decoder raised an error instead of an answer; the picture may still be read by others."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code that was read; `corners` in px of the frame, as the decoder saw them, may be ()."""

    data: bytes
    kind: Symbology
    corners: tuple[Corner, ...] = ()

    def moved(self, left: int, top: int, scale: float) -> "Code":
        """Return the code as seen in a frame, of which a crop was read `scale` times enlarged."""
        corners = tuple((left + round(x / scale), top + round(y / scale)) for x, y in self.corners)
        return Code(self.data, self.kind, corners)


Decoder = Callable[[Grey, Symbology], list[Code]]
_FAULTS = (RuntimeError, ValueError, TypeError, IndexError, OverflowError, MemoryError)

# Model 2 alone: nobody carries a Micro QR, and looking for it costs time and phantoms.
_ZXING = {
    Symbology.QR: zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.QRCodeModel2,)),
    Symbology.DATA_MATRIX: zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.DataMatrix,)),
    Symbology.CODE_128: zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.Code128,)),
}


def zxing(grey: Grey, kind: Symbology) -> list[Code]:
    return _zxing(grey, kind, zxingcpp.Binarizer.LocalAverage)


def zxing_global(grey: Grey, kind: Symbology) -> list[Code]:
    """One threshold for the whole picture: for even light, and thin printing."""
    return _zxing(grey, kind, zxingcpp.Binarizer.GlobalHistogram)


def tapirscan_low(grey: Grey, kind: Symbology) -> list[Code]:
    return _tapirscan(grey, kind, "low")


def tapirscan_high(grey: Grey, kind: Symbology) -> list[Code]:
    """Reads most of all, and takes its time: for still pictures."""
    return _tapirscan(grey, kind, "high")


def _zxing(grey: Grey, kind: Symbology, binarizer: zxingcpp.Binarizer) -> list[Code]:
    try:
        found = zxingcpp.read_barcodes(grey, formats=_ZXING[kind], binarizer=binarizer)
        codes = ((each.bytes, each) for each in found if each.valid)
        whole = [(data, each) for data, each in codes if _is_whole(data, each, kind)]
    except _FAULTS as error:
        raise DecoderFault(f"zxing-cpp: {error}") from error
    return _kept((data, kind, _corners(each.position)) for data, each in whole)


def _is_whole(data: bytes, found: zxingcpp.Barcode, kind: Symbology) -> bool:
    """Return whether *found* is no part of a set; a code that is held up is asked once."""
    if kind is not Symbology.QR or hash(data) in _own.whole:
        return True
    if is_part_of_set(found, _scanner("low", kind)):
        return False
    _own.whole.append(hash(data))
    return True


def _corners(where: zxingcpp.Position) -> tuple[Corner, ...]:
    points = (where.top_left, where.top_right, where.bottom_right, where.bottom_left)
    return tuple((point.x, point.y) for point in points)


class _Own(threading.local):
    """What each thread has for itself: one that hangs in a scanner must not hold up the next."""

    def __init__(self) -> None:
        self.scanners: dict[tuple[str, Symbology], tapirscan.Scanner] = {}
        self.whole: deque[int] = deque(maxlen=8)  # hashes of codes that are no part of a set


_own = _Own()


def _scanner(mode: tapirscan.Mode, kind: Symbology) -> tapirscan.Scanner:
    made = _own.scanners
    if (mode, kind) not in made:
        made[mode, kind] = tapirscan.Scanner(mode, formats=[kind.value], parallel=False)
    return made[mode, kind]


def _tapirscan(grey: Grey, kind: Symbology, mode: tapirscan.Mode) -> list[Code]:
    try:
        found = _scanner(mode, kind).scan(np.ascontiguousarray(grey)).barcodes
    except _FAULTS as error:
        raise DecoderFault(f"tapirscan: {error}") from error
    return _kept(
        (_payload(each, kind), kind, tuple((round(p.x), round(p.y)) for p in each.polygon))
        for each in found
        if each.structured_append is None
    )


def _payload(found: tapirscan.Barcode, kind: Symbology) -> bytes:
    if found.payload_bytes is not None:
        return found.payload_bytes
    # Only ASCII survives the way through text unchanged.
    return found.text.encode("ascii") if kind.linear and found.text.isascii() else b""


def _kept(found: Iterable[tuple[bytes, Symbology, tuple[Corner, ...]]]) -> list[Code]:
    """Drop empty texts (zbar and others give them for damaged bars) and repeated ones."""
    unique = {data: Code(bytes(data), kind, corners) for data, kind, corners in found if data}
    return list(unique.values())


try:
    from device.sight import zbar as _zbar
except ImportError:  # the system's libzbar0 is missing: the others read nearly everything
    ZBAR_IS_HERE = False
else:
    ZBAR_IS_HERE = True


def zbar(grey: Grey, kind: Symbology) -> list[Code]:
    """In binary mode.  Finds nothing where libzbar is not installed, and no Data Matrix."""
    if not ZBAR_IS_HERE or kind is Symbology.DATA_MATRIX:
        return []
    try:
        found = _zbar.scan(grey, linear=kind.linear)
    except (_zbar.PyZbarError, *_FAULTS) as error:
        raise DecoderFault(f"zbar: {error}") from error
    return _kept((data, kind, corners) for data, corners in found)
