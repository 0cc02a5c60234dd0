"""Payloads to printed symbols, quiet zone included: what a simulated person holds up.

A symbol is an array of modules, 0 black and 255 white, one element a module.
"""

from typing import cast

import numpy as np
import segno
import zxingcpp
from numpy.typing import NDArray

from device.sight.symbology import Symbology

Grey = NDArray[np.uint8]
BAR_HEIGHT = 40  # modules; a tube label's bars are about this much higher than a bar is wide
_ALPHANUMERIC = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def symbol(
    data: bytes, kind: Symbology, *, error: str = "M", version: int | None = None, quiet: int = 4
) -> Grey:
    """Return the modules of *data* as *kind*.  `error`, `version`, `quiet` are for QR alone."""
    if kind is Symbology.QR:
        return _qr(data, error, version, quiet)
    return _other(data.decode("ascii"), kind)


def _qr(data: bytes, error: str, version: int | None, quiet: int) -> Grey:
    # Never Kanji mode, which segno would choose for some UTF-8, and never an ECI header:
    # citizen cards have neither.
    mode = None if _ALPHANUMERIC.issuperset(data) else "byte"
    made = segno.make_qr(data, error=error, version=version, mode=mode, boost_error=False)
    dark = np.array([bytearray(row) for row in made.matrix_iter(border=quiet)], dtype=np.uint8)
    return cast(Grey, np.where(dark > 0, 0, 255).astype(np.uint8))


def _other(text: str, kind: Symbology) -> Grey:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.__members__[kind.value])
    modules = np.array(zxingcpp.write_barcode_to_image(made, scale=1), dtype=np.uint8)
    return np.repeat(modules[:1], BAR_HEIGHT, axis=0) if kind.linear else modules
