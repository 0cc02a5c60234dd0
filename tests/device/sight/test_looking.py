"""The watch over the thread that looks at frames."""

import logging

import numpy as np
import pytest

from device.drivers import CameraLost, Frame
from device.sight.eye import Settings
from device.sight.looking import Looking

FRAME = Frame(np.full((72, 128), 77, np.uint8), 1.0)


def test_a_look_brings_what_the_eye_saw() -> None:
    looking = Looking(Settings())
    looking.begin()
    assert looking.look(FRAME).at == 1.0
    assert looking.look(FRAME, steady=False).codes == ()
    looking.end()
    assert (looking.hung, looking.left_behind) == (0, 0)


def test_nobody_looks_before_the_beginning_or_after_the_end() -> None:
    looking = Looking(Settings())
    with pytest.raises(CameraLost):
        looking.look(FRAME)
    looking.begin()
    looking.end()
    looking.end()
    with pytest.raises(CameraLost):
        looking.look(FRAME)


def test_the_log_names_the_picture_by_its_hash_alone(caplog: pytest.LogCaptureFixture) -> None:
    looking = Looking(Settings(), patience=0.0)
    looking.begin()
    with caplog.at_level(logging.ERROR), pytest.raises(CameraLost, match="hangs"):
        looking.look(Frame(np.zeros((2160, 3840), np.uint8), 1.0))
    [told] = caplog.records
    assert "picture 788ae0147bdf979a" in told.message
    assert len(told.message) < 150
    assert looking.hung == 1
