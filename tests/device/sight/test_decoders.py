"""Decoders are guarded, give bytes, and give nothing for what is not asked for."""

import numpy as np
import pytest
from numpy.typing import NDArray

from device.drivers.simulated.scene import Held, Scene, render
from device.sight.decoders import (
    Code,
    Decoder,
    DecoderFault,
    tapirscan_high,
    tapirscan_low,
    zbar,
    zxing,
    zxing_global,
)
from device.sight.steps import LIVE_QR, RAW, STILL
from device.sight.symbology import Symbology

DECODERS = [zxing, zxing_global, zbar, tapirscan_low, tapirscan_high]
AN = "Nguyễn Văn An".encode()
TUBE = b"260000000182"


def frame(*codes: Held, size: tuple[int, int] = (360, 640)) -> NDArray[np.uint8]:
    return render(codes, Scene(noise=2), np.random.default_rng(2), size)


def texts(codes: list[Code]) -> list[bytes]:
    return sorted(code.data for code in codes)


@pytest.mark.parametrize("decoder", DECODERS)
def test_every_decoder_reads_a_qr_and_says_where(decoder: Decoder) -> None:
    codes = decoder(frame(Held(AN)), Symbology.QR)
    assert texts(codes) == [AN]
    x, y = np.mean(codes[0].corners, axis=0)
    assert abs(x - 320) < 8
    assert abs(y - 180) < 8


@pytest.mark.parametrize("decoder", DECODERS)
def test_every_decoder_reads_a_tube_label(decoder: Decoder) -> None:
    label = frame(Held(TUBE, Symbology.CODE_128, module=2.5))
    assert texts(decoder(label, Symbology.CODE_128)) == [TUBE]


@pytest.mark.parametrize("decoder", DECODERS)
def test_no_decoder_gives_what_it_was_not_asked_for(decoder: Decoder) -> None:
    assert decoder(frame(Held(AN)), Symbology.CODE_128) == []
    label = frame(Held(TUBE, Symbology.CODE_128, module=2.5))
    assert decoder(label, Symbology.QR) == []


@pytest.mark.parametrize("decoder", DECODERS)
def test_an_empty_table_shows_no_code(decoder: Decoder) -> None:
    for kind in Symbology:
        assert decoder(frame(), kind) == []


@pytest.mark.parametrize("decoder", [zxing, zbar, tapirscan_low])
def test_a_nul_in_a_code_is_kept(decoder: Decoder) -> None:
    assert texts(decoder(frame(Held(b"a\x00b\xff")), Symbology.QR)) == [b"a\x00b\xff"]


@pytest.mark.parametrize("decoder", DECODERS)
def test_two_codes_in_one_picture_are_both_read(decoder: Decoder) -> None:
    both = frame(Held(AN, at=(0.25, 0.5)), Held(b"024091000001", at=(0.75, 0.5)))
    assert texts(decoder(both, Symbology.QR)) == sorted([AN, b"024091000001"])


@pytest.mark.parametrize("decoder", [zxing, zxing_global])
def test_a_decoder_that_chokes_raises_its_own_fault_only(decoder: Decoder) -> None:
    with pytest.raises(DecoderFault):
        decoder(np.zeros((4, 4), np.float64), Symbology.QR)  # type: ignore[arg-type]


def test_no_step_ever_prepares_a_linear_code() -> None:
    assert all(step.prepare is None for step in (*RAW, *STILL[Symbology.CODE_128]))


@pytest.mark.parametrize("step", LIVE_QR, ids=lambda step: str(step.name))
def test_every_step_reads_an_easy_code_and_keeps_its_place(step: object) -> None:
    run = next(each for each in LIVE_QR if each is step).run
    codes = run(frame(Held(AN, module=6), size=(720, 1280)), Symbology.QR)
    assert texts(codes) == [AN]
    x, y = np.mean(codes[0].corners, axis=0)
    assert abs(x - 640) < 12
    assert abs(y - 360) < 12
