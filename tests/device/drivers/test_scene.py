"""Simulated scenes hold real codes, and the same seed gives the same frame."""

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from device.drivers.simulated.scene import FRAME, Held, Scene, render, usual
from device.sight.symbology import Symbology

CITIZEN = (
    "024191000002||Nguyễn Thị Mẫu|21031991|Nữ|Thôn Mẫu, Hồng Thái, Việt Yên, Bắc Giang|14082021"
).encode()
TUBE = b"260000000182"


def read(frame: NDArray[np.uint8], kind: zxingcpp.BarcodeFormat) -> list[bytes]:
    return [found.bytes for found in zxingcpp.read_barcodes(frame, formats=(kind,))]


def one(code: Held, scene: Scene, seed: int = 1) -> NDArray[np.uint8]:
    return render([code], scene, np.random.default_rng(seed))


def test_a_clean_citizen_card_reads_back_byte_for_byte() -> None:
    frame = one(Held(CITIZEN), Scene())
    assert frame.shape == FRAME
    assert read(frame, zxingcpp.BarcodeFormat.QRCodeModel2) == [CITIZEN]


def test_a_dark_phone_shows_the_same_code_inverted() -> None:
    frame = one(Held(CITIZEN, inverted=True), Scene(screen=0.2))
    assert read(frame, zxingcpp.BarcodeFormat.QRCodeModel2) == [CITIZEN]


def test_a_tube_label_reads_back() -> None:
    frame = one(Held(TUBE, Symbology.CODE_128, module=2.5), Scene(noise=4))
    assert read(frame, zxingcpp.BarcodeFormat.Code128) == [TUBE]


def test_a_data_matrix_reads_back() -> None:
    frame = one(Held(TUBE, Symbology.DATA_MATRIX, module=6), Scene())
    assert read(frame, zxingcpp.BarcodeFormat.DataMatrix) == [TUBE]


def test_the_same_seed_gives_the_same_frame() -> None:
    scene = usual(np.random.default_rng(5))
    assert np.array_equal(one(Held(CITIZEN), scene, 9), one(Held(CITIZEN), scene, 9))
    assert not np.array_equal(one(Held(CITIZEN), scene, 9), one(Held(CITIZEN), scene, 10))


def test_a_code_held_half_out_of_view_is_cut_and_does_not_fail() -> None:
    frame = one(Held(CITIZEN, at=(1.0, 0.5)), Scene(tilt=20, turn=10))
    assert read(frame, zxingcpp.BarcodeFormat.QRCodeModel2) == []


def test_a_code_out_of_view_leaves_the_table_empty() -> None:
    rng = np.random.default_rng(1)
    empty = render((), Scene(), rng)
    assert np.array_equal(one(Held(CITIZEN, at=(3.0, 3.0)), Scene()), empty)


@pytest.mark.parametrize(
    "scene",
    [
        Scene(tilt=75),
        Scene(blur=5),
        Scene(defocus=6),
        Scene(motion=25),
        Scene(noise=120),
        Scene(brightness=0.01, noise=3),
        Scene(radius=50),
    ],
    ids=str,
)
def test_every_degradation_can_make_a_code_unreadable(scene: Scene) -> None:
    assert read(one(Held(CITIZEN), scene), zxingcpp.BarcodeFormat.QRCodeModel2) == []


@pytest.mark.parametrize(
    "scene", [Scene(glare=0.8), Scene(laminate=0.8), Scene(screen=0.8)], ids=str
)
def test_light_changes_the_picture(scene: Scene) -> None:
    assert not np.array_equal(one(Held(CITIZEN), scene), one(Held(CITIZEN), Scene()))
