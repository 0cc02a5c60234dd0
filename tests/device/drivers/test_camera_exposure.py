"""Darker pictures on request: V4L2's controls, a network camera's hook, and a real capture."""

from collections.abc import Iterator
from math import log2
from time import monotonic

import numpy as np
import pytest
import urllib3

from device.drivers import Exposable
from device.drivers.camera_opencv import OpenCvCamera
from device.drivers.exposure import HttpExposure, V4l2Exposure, exposure_of
from device.drivers.simulated.controls import MANUAL, METERING, UsbControls
from device.drivers.simulated.mjpeg import MjpegCamera


@pytest.fixture
def film() -> Iterator[MjpegCamera]:
    with MjpegCamera(fps=40) as camera:
        camera.show([np.full((720, 1280), 200, np.uint8)])
        yield camera


def level(camera: OpenCvCamera, wanted: float) -> bool:
    """Whether frames of about *wanted* grey come within five seconds."""
    ends = monotonic() + 5
    while monotonic() < ends:
        seen = camera.frame(0.5)
        if seen is not None and abs(float(seen.grey.mean()) - wanted) < 4:
            return True
    return False


def test_two_stops_are_a_quarter_of_the_exposure_and_metering_comes_back() -> None:
    controls = UsbControls(stock=160, metered=160)
    exposure = V4l2Exposure(controls)
    assert exposure.change(-2.0, controls.brightness())
    assert (controls.mode, controls.time) == (MANUAL, 40)
    assert exposure.change(0.0, controls.brightness())
    assert controls.mode == METERING


def test_a_camera_that_reports_a_stock_figure_is_right_from_the_second_turn_on() -> None:
    controls = UsbControls(stock=156, metered=20)
    exposure = V4l2Exposure(controls)
    stops = []
    for _ in range(3):
        assert exposure.change(-2.0, controls.brightness())
        stops.append(log2(controls.time / controls.metered))
        assert exposure.change(0.0, controls.brightness())
    assert stops[0] > 0
    assert stops[1] == pytest.approx(-2, abs=0.6)
    assert stops[2] == pytest.approx(-2, abs=0.3)


def test_an_exposure_that_somebody_fixed_is_fixed_again() -> None:
    controls = UsbControls()
    controls.set(21, MANUAL)  # 21: CAP_PROP_AUTO_EXPOSURE
    controls.set(15, 80)
    exposure = V4l2Exposure(controls)
    assert exposure.change(-2.0, 100.0)
    assert controls.time == 20
    exposure.restore()
    assert (controls.mode, controls.time) == (MANUAL, 80)


def test_closing_in_the_dark_restores_the_metering() -> None:
    controls = UsbControls()
    exposure = V4l2Exposure(controls)
    exposure.change(-2.0, 100.0)
    exposure.restore()
    assert controls.mode == METERING


@pytest.mark.parametrize("controls", [UsbControls(obeys=False), UsbControls(has_exposure=False)])
def test_a_driver_that_says_no_is_believed_and_left_as_it_was(controls: UsbControls) -> None:
    assert not V4l2Exposure(controls).change(-2.0, 100.0)
    assert controls.mode == METERING


def test_a_camera_that_was_never_darkened_is_not_touched() -> None:
    controls = UsbControls()
    V4l2Exposure(controls).restore()
    assert controls.history == []


def test_only_devices_and_streams_that_say_so_have_an_exposure() -> None:
    controls = UsbControls()
    assert isinstance(exposure_of(0, controls), V4l2Exposure)
    assert isinstance(exposure_of("/dev/video0", controls), V4l2Exposure)
    assert exposure_of("http://camera.example/video.mjpg", controls) is None
    assert exposure_of("day.mp4", controls) is None
    hooked = exposure_of("http://camera.example/video.mjpg#exposure=/exposure", controls)
    assert isinstance(hooked, HttpExposure)


def test_a_network_camera_that_does_not_answer_is_believed_too(film: MjpegCamera) -> None:
    hook = film.url.replace("video.mjpg", "exposure")
    exposure = HttpExposure(hook)
    assert exposure.change(-2.0, 100.0)
    assert film.stops == -2
    exposure.restore()
    assert film.stops == 0
    film.unplug()
    assert not exposure.change(-2.0, 100.0)
    film.stop()
    assert not HttpExposure(hook).change(-2.0, 100.0)


@pytest.mark.parametrize("asked", ["stops=2", "stops=nan", "stops=", "stops=dark", ""])
def test_the_simulated_camera_refuses_what_no_camera_does(film: MjpegCamera, asked: str) -> None:
    hook = film.url.replace("video.mjpg", "exposure")
    answer = urllib3.PoolManager(retries=False).request("POST", f"{hook}?{asked}")
    assert answer.status == 400
    assert film.stops == 0


def test_frames_get_darker_on_request_through_a_real_capture(film: MjpegCamera) -> None:
    camera = OpenCvCamera(film.exposable_url)
    assert isinstance(camera, Exposable)
    assert level(camera, 200)
    assert camera.expose(-2.0)
    assert level(camera, 200 * 2 ** (-2 / 2.2))
    assert camera.expose(0.0)
    assert level(camera, 200)
    camera.close()


def test_a_camera_closed_in_the_dark_is_normal_for_the_next_one(film: MjpegCamera) -> None:
    camera = OpenCvCamera(film.exposable_url)
    camera.expose(-2.0)
    assert level(camera, 200 * 2 ** (-2 / 2.2))
    camera.close()
    assert film.stops == 0


def test_a_camera_that_cannot_says_so_once(
    film: MjpegCamera, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    camera = OpenCvCamera(film.url)
    for stops in (-2.0, 0.0, -2.0):
        camera.expose(stops)
        assert level(camera, 200)
        assert level(camera, 200)
    assert not camera.expose(0.0)
    camera.close()
    assert [r.message for r in caplog.records if "keeps its exposure" in r.message] == [
        f"the camera {film.url} keeps its exposure: no darker pictures"
    ]
