"""A QR that is one part of several is refused by every decoder, damaged or mirrored as well."""

import numpy as np
import pytest
import segno
import zxingcpp
from numpy.typing import NDArray

from device.sight.decoders import (
    Decoder,
    tapirscan_high,
    tapirscan_low,
    zbar,
    zxing,
    zxing_global,
)
from device.sight.eye import Eye, read_still
from device.sight.symbology import Symbology

DECODERS = [zxing, zxing_global, zbar, tapirscan_low, tapirscan_high]
TEXT = "024091000001||Nguyễn Văn An|05031991|Nam|Bắc Giang|15042021|" * 3
ALPHANUMERIC = "GMC1 K7M3Q9XT4 024091000001 " * 5
NUMERIC = "024091000001" * 15


def drawn(code: segno.QRCode, scale: int = 5) -> NDArray[np.uint8]:
    dark = np.array([bytearray(row) for row in code.matrix_iter(border=4)]) > 0
    return np.kron(np.where(dark, 0, 255), np.ones((scale, scale))).astype(np.uint8)


def parts(text: str, mask: int | None = None) -> list[NDArray[np.uint8]]:
    made = segno.make_sequence(text, symbol_count=3, error="M", mask=mask, encoding="utf-8")
    return [drawn(part) for part in made]


def damaged(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Some modules turned over, those that say what comes first among them."""
    spoilt, end = picture.copy(), picture.shape[0] - 4 * 5
    for n in range(3):
        row, column = (end - 5, end - 5) if n == 0 else rng.integers(12 * 5, end, 2) // 5 * 5
        spoilt[row : row + 5, column : column + 5] ^= 255
    return spoilt


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("text", [TEXT, ALPHANUMERIC, NUMERIC], ids=["byte", "letters", "digits"])
def test_no_decoder_gives_a_part_of_a_set(decoder: Decoder, text: str) -> None:
    assert [decoder(part, Symbology.QR) for part in parts(text)] == [[], [], []]


@pytest.mark.parametrize("mask", range(8))
def test_a_part_is_refused_whatever_its_mask_and_however_it_is_held(mask: int) -> None:
    for part in parts(TEXT, mask):
        for seen in (part, 255 - part, np.rot90(part), part[:, ::-1], np.rot90(part)[::-1]):
            assert read_still(np.ascontiguousarray(seen)) == ()


def test_a_damaged_part_is_refused_all_the_same() -> None:
    rng, read = np.random.default_rng(5), 0
    for part in parts(TEXT) * 8:
        spoilt = damaged(part, rng)
        read += bool(zxingcpp.read_barcodes(spoilt))
        assert zxing(spoilt, Symbology.QR) == []
    assert read > 12


@pytest.mark.parametrize("mask", range(8))
def test_a_whole_code_is_read_whatever_its_mask_and_however_it_is_held(mask: int) -> None:
    rng = np.random.default_rng(mask)
    for mode, text in (("byte", TEXT), ("alphanumeric", ALPHANUMERIC), ("numeric", NUMERIC)):
        whole = drawn(segno.make_qr(text, mode=mode, mask=mask, error="M"))
        for seen in (whole, 255 - whole, np.rot90(whole), whole[:, ::-1], damaged(whole, rng)):
            codes = zxing(np.ascontiguousarray(seen), Symbology.QR)
            assert [code.data for code in codes] == [text.encode()]


def test_the_eye_shows_no_part_of_a_set_however_long_it_looks() -> None:
    eye, part = Eye(), parts(TEXT)[0]
    assert not any(eye.look(part, n / 10).codes for n in range(14))
    assert not eye.faults
