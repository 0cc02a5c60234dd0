"""How a reading of a photograph is judged."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.sight_dispute import picture_says
from benchmarks.sight_engines import ENGINES
from benchmarks.sight_photos import Photo, meant, photos, scores, verdict
from device.drivers.simulated.scene import Grey, Held, Scene, render

PRINTED = "Thôn Mẫu, Hồng Thái"


def picture(text: str = PRINTED) -> Grey:
    scene = Scene(tilt=10, turn=100, noise=3)
    return render([Held(text.encode(), module=6)], scene, np.random.default_rng(4), (480, 640))


def photo(*expected: str) -> Photo:
    return Photo("set", "QRCode", "1.png", expected, picture())


@pytest.mark.parametrize(
    ("read", "expected", "word"),
    [
        ([PRINTED], [PRINTED], "right"),
        ([], [PRINTED], "missed"),
        ([], [], "right"),
        (["something else"], [PRINTED], "wrong"),
        ([PRINTED, "something else"], [PRINTED], "wrong"),
        (["a phantom"], [], "wrong"),
        ([PRINTED], ["Thôn Mầu, Hồng Thái"], "disputed"),
    ],
)
def test_a_reading_is_judged(read: list[str], expected: list[str], word: str) -> None:
    assert verdict([text.encode() for text in read], photo(*expected)) == word


def test_only_a_text_that_the_picture_shows_is_disputed() -> None:
    grey = picture()
    assert picture_says(grey, PRINTED.encode(), ["Thôn Khác, Hồng Thái"])
    assert not picture_says(grey, b"Th\xc3\xb4n Kh\xc3\xa1c", [PRINTED])
    assert not picture_says(grey, PRINTED.encode(), [])


def test_the_same_bytes_in_another_encoding_and_other_line_ends_are_the_same_text() -> None:
    assert meant("ﾃﾞﾝQR\r\n".encode("shift_jis"), ["ﾃﾞﾝQR\n"])
    assert meant("Thôn".encode(), ["Tho\u0302n"])
    assert not meant("Thôn".encode("latin-1"), ["Thon"])


def test_a_folder_of_photographs_is_scored_by_set_and_in_total(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    cv2.imwrite(str(tmp_path / "mine" / "1.png"), picture())
    told = {"kind": "QRCode", "truth": {"1.png": [PRINTED], "gone.png": ["x"]}}
    (tmp_path / "mine" / "truth.json").write_text(json.dumps(told))
    assert [each.name for each in photos(tmp_path)] == ["1.png"]
    board = scores(tmp_path)
    assert set(board) == {"mine", "qr"}
    assert set(board["qr"]) == set(ENGINES)
    assert board["qr"]["ours"].counts["right"] == 1
    assert len(board["qr"]["ours"].ms) == 1
