"""The engines that `benchmarks.sight` compares: ours, and each library as its users call it.

An engine takes a grey picture and a symbology and returns the bytes it read.  It is asked for
that symbology alone, and tapirscan runs in one thread, so that CPU time can be compared.
"""

from collections.abc import Callable
from functools import cache

import cv2
import tapirscan
import zxingcpp
from pyzbar import pyzbar

from device.sight.decoders import Grey
from device.sight.eye import read_still
from device.sight.symbology import Symbology

Engine = Callable[[Grey, Symbology], list[bytes]]
_ZBAR = {Symbology.QR: pyzbar.ZBarSymbol.QRCODE, Symbology.CODE_128: pyzbar.ZBarSymbol.CODE128}
_ZXING = {
    Symbology.QR: zxingcpp.BarcodeFormat.QRCodeModel2,
    Symbology.DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
    Symbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
}


def ours(grey: Grey, kind: Symbology) -> list[bytes]:
    return [code.data for code in read_still(grey, (kind,))]


def zxing(grey: Grey, kind: Symbology) -> list[bytes]:
    formats = zxingcpp.BarcodeFormats((_ZXING[kind],))
    return [found.bytes for found in zxingcpp.read_barcodes(grey, formats=formats)]


def zbar(grey: Grey, kind: Symbology) -> list[bytes]:
    if kind not in _ZBAR:
        return []
    try:
        return [found.data for found in pyzbar.decode(grey, symbols=[_ZBAR[kind]]) if found.data]
    except ValueError:  # a code in several symbols
        return []


def tapirscan_low(grey: Grey, kind: Symbology) -> list[bytes]:
    return _tapirscan(grey, kind, "low")


def tapirscan_high(grey: Grey, kind: Symbology) -> list[bytes]:
    return _tapirscan(grey, kind, "high")


def opencv(grey: Grey, kind: Symbology) -> list[bytes]:
    if kind is not Symbology.QR:
        return []
    try:
        _, texts, _, _ = cv2.QRCodeDetector().detectAndDecodeMulti(grey)
    except (cv2.error, UnicodeDecodeError):
        return []
    return [text.encode() for text in texts if text]


@cache
def _scanner(kind: Symbology, mode: tapirscan.Mode) -> tapirscan.Scanner:
    return tapirscan.Scanner(mode, formats=[kind.value], parallel=False)


def _tapirscan(grey: Grey, kind: Symbology, mode: tapirscan.Mode) -> list[bytes]:
    found = _scanner(kind, mode).scan(grey).barcodes
    return [each.payload_bytes or each.text.encode() for each in found]


# The first is ours.  Where two libraries read as many, the earlier of them counts as the best.
ENGINES: dict[str, Engine] = {
    "ours": ours,
    "tapirscan-high": tapirscan_high,
    "tapirscan-low": tapirscan_low,
    "zxing-cpp": zxing,
    "pyzbar": zbar,
    "cv2": opencv,
}
