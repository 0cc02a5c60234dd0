"""libzbar in binary mode, through pyzbar's bindings but not through pyzbar.decode.

pyzbar.decode corrupts Vietnamese: zbar guesses Big5 or Shift-JIS before UTF-8 (64 % of names came
back wrong).  Configuration 4, which pyzbar does not name, makes it give the bytes as they are.
Importing this module fails with ImportError where the system has no libzbar.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_void_p, string_at
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyzbar import wrapper
from pyzbar.pyzbar_error import PyZbarError

__all__ = ["PyZbarError", "scan"]

Found = tuple[bytes, tuple[tuple[int, int], ...]]
_BINARY = 4  # ZBAR_CFG_BINARY
_EVERYTHING = 0
_GREY = 0x30303859  # the four characters Y800


def scan(grey: NDArray[np.uint8], *, linear: bool) -> list[Found]:
    """Return bytes and outline of each QR in *grey* (each Code 128 if *linear*)."""
    wanted = wrapper.ZBarSymbol.CODE128 if linear else wrapper.ZBarSymbol.QRCODE
    with _scanner(wanted) as scanner, _image(np.ascontiguousarray(grey)) as image:
        if wrapper.zbar_scan_image(scanner, image) < 0:
            raise PyZbarError("zbar refused the picture")
        return [_found(symbol) for symbol in _symbols(image) if symbol.contents.type == wanted]


@contextmanager
def _scanner(wanted: Any) -> Iterator[Any]:
    scanner = wrapper.zbar_image_scanner_create()
    enable = wrapper.ZBarConfig.CFG_ENABLE
    try:
        wrapper.zbar_image_scanner_set_config(scanner, _EVERYTHING, enable, 0)
        wrapper.zbar_image_scanner_set_config(scanner, wanted, enable, 1)
        if wanted == wrapper.ZBarSymbol.QRCODE:
            _insist(wrapper.zbar_image_scanner_set_config(scanner, wanted, _BINARY, 1))
        yield scanner
    finally:
        wrapper.zbar_image_scanner_destroy(scanner)


def _insist(answer: int) -> None:
    if answer:
        raise PyZbarError("this libzbar has no binary mode; install 0.23.1 or newer")


@contextmanager
def _image(grey: NDArray[np.uint8]) -> Iterator[Any]:
    image = wrapper.zbar_image_create()
    try:
        wrapper.zbar_image_set_format(image, _GREY)
        wrapper.zbar_image_set_size(image, grey.shape[1], grey.shape[0])
        pixels = grey.ctypes.data_as(c_void_p)  # zbar reads them where they are
        wrapper.zbar_image_set_data(image, pixels, grey.nbytes, None)
        yield image
    finally:
        wrapper.zbar_image_destroy(image)


def _symbols(image: Any) -> Iterator[Any]:
    symbol = wrapper.zbar_image_first_symbol(image)
    while symbol:
        yield symbol
        symbol = wrapper.zbar_symbol_next(symbol)


def _found(symbol: Any) -> Found:
    # With the length, not as a C string: a NUL may stand in a code.
    length = wrapper.zbar_symbol_get_data_length(symbol)
    data = string_at(wrapper.zbar_symbol_get_data(symbol), length)
    points = range(wrapper.zbar_symbol_get_loc_size(symbol))
    return data, tuple(
        (wrapper.zbar_symbol_get_loc_x(symbol, n), wrapper.zbar_symbol_get_loc_y(symbol, n))
        for n in points
    )
