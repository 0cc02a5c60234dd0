"""A real cv2.VideoCapture on a simulated camera: newest frame, unplugging, hanging."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from time import monotonic

import numpy as np
import pytest

from device.drivers import CameraLost, Frame
from device.drivers.camera_opencv import OpenCvCamera
from device.drivers.simulated.mjpeg import MjpegCamera


@pytest.fixture
def film() -> Iterator[MjpegCamera]:
    with MjpegCamera(fps=40) as camera:
        yield camera


def grey(level: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.full((720, 1280), level, np.uint8)


def first(camera: OpenCvCamera) -> Frame:
    return until(camera, -1)


def until(camera: OpenCvCamera, level: int) -> Frame:
    """The first frame whose mean is near *level* (any frame for -1)."""
    return matching(camera, lambda it: level < 0 or abs(float(it.grey.mean()) - level) < 4)


def matching(camera: OpenCvCamera, wanted: Callable[[Frame], bool]) -> Frame:
    """The first frame that is as *wanted*; frames of what was shown before may still come."""
    ends = monotonic() + 10
    while monotonic() < ends:
        seen = camera.frame(0.5)
        if seen is not None and wanted(seen):
            return seen
    pytest.fail("no such frame came")


def lost(camera: OpenCvCamera) -> str:
    ends = monotonic() + 5
    while monotonic() < ends:
        try:
            camera.frame(0.1)
        except CameraLost as error:
            return str(error)
    pytest.fail("the camera was never lost")


def test_frames_are_grey_full_size_and_ever_newer(film: MjpegCamera) -> None:
    camera = OpenCvCamera(film.url)
    frames = [first(camera) for _ in range(4)]
    camera.close()
    assert frames[0].grey.shape == (720, 1280)
    assert frames[0].grey.dtype == np.uint8
    assert all(before.at < after.at for before, after in pairwise(frames))


def test_what_is_shown_is_what_is_seen(film: MjpegCamera) -> None:
    camera = OpenCvCamera(film.url)
    film.show([grey(40)])
    until(camera, 40)
    film.show([grey(220)])
    assert abs(float(until(camera, 220).grey.mean()) - 220) < 4
    film.show(None)
    assert matching(camera, lambda it: bool(it.grey.std() > 1))
    camera.close()


def test_a_slow_reader_gets_the_newest_frame_not_the_oldest(film: MjpegCamera) -> None:
    camera = OpenCvCamera(film.url)
    first(camera)
    watcher = OpenCvCamera(film.url)
    film.show([grey(40)])
    until(watcher, 40)
    film.show([grey(220)])
    for _ in range(4):
        until(watcher, 220)
    seen = camera.frame(1.0)
    watcher.close()
    camera.close()
    assert seen is not None
    assert abs(float(seen.grey.mean()) - 220) < 4


def test_an_unplugged_camera_is_lost_and_can_be_opened_again(film: MjpegCamera) -> None:
    camera = OpenCvCamera(film.url)
    first(camera)
    film.unplug()
    assert "unplugged" in lost(camera)
    camera.close()
    film.plug()
    again = OpenCvCamera(film.url)
    assert first(again).grey.shape == (720, 1280)
    again.close()


def test_a_camera_that_hangs_is_lost_and_never_blocks_the_loop(film: MjpegCamera) -> None:
    camera = OpenCvCamera(film.url, silence=0.4)
    first(camera)
    film.freeze()
    before = monotonic()
    assert "sends no frames" in lost(camera)
    assert monotonic() - before < 2
    film.unplug()
    camera.close()


def test_a_camera_that_is_not_there_is_lost_with_a_plain_sentence() -> None:
    camera = OpenCvCamera("/dev/video-not-there")
    assert "cannot be opened" in lost(camera)
    camera.close()
    camera.close()


def test_nothing_new_is_none_not_an_old_frame(film: MjpegCamera) -> None:
    camera = OpenCvCamera(film.url)
    first(camera)
    film.freeze()
    while camera.frame(0.3) is not None:
        pass
    assert camera.frame(0.05) is None
    film.unplug()
    camera.close()


def test_a_closed_camera_gives_no_more_frames(film: MjpegCamera) -> None:
    camera = OpenCvCamera(film.url)
    first(camera)
    camera.close()
    with pytest.raises(CameraLost):
        camera.frame(0.1)
