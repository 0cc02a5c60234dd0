"""The Pi's ribbon-cable camera on a stand-in for picamera2, in a process that can be killed."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from queue import Empty
from threading import Event
from time import monotonic

import cv2
import numpy as np
import pytest

import device.drivers.simulated
from device.arrivals import Arrivals, DeviceNews
from device.config import Camera as CameraTable
from device.config import ConfigError
from device.drivers import Camera, CameraLost, Frame
from device.drivers.camera_guarded import GuardedCamera
from device.drivers.camera_opencv import OpenCvCamera
from device.drivers.camera_pi import PiCamera
from device.drivers.camera_process import Spec
from device.drivers.camera_replay import ReplayCamera
from device.drivers.camera_wire import Heard, farewell, framed
from device.opening import camera_of
from device.sight.eye import Settings
from device.sources import CameraSource

STAND_IN = Path(device.drivers.simulated.__file__).with_name("pi_camera")
SPEC = Spec("picamera2", 0, 640, 360)


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the stand-in first on the path, here and in the camera's own process."""
    monkeypatch.syspath_prepend(str(STAND_IN))
    monkeypatch.setenv("PYTHONPATH", str(STAND_IN))
    monkeypatch.setenv("SIMULATED_PICAMERA", str(tmp_path))
    show(tmp_path, 100)
    return tmp_path


def show(table: Path, level: int) -> None:
    cv2.imwrite(str(table / "new.png"), np.full((360, 640), level, np.uint8))
    (table / "new.png").replace(table / "picture.png")


def until(camera: Camera, wanted: Callable[[Frame], bool], seconds: float = 15.0) -> Frame:
    ends = monotonic() + seconds
    while monotonic() < ends:
        frame = camera.frame(0.5)
        if frame is not None and wanted(frame):
            return frame
    pytest.fail("the frame that was waited for never came")


def lost(camera: Camera, seconds: float = 20.0) -> str:
    ends = monotonic() + seconds
    while monotonic() < ends:
        try:
            camera.frame(0.1)
        except CameraLost as error:
            return str(error)
    pytest.fail("the camera was never lost")


def near(level: float) -> Callable[[Frame], bool]:
    return lambda frame: abs(float(frame.grey.mean()) - level) < 4


def told(table: Path) -> dict[str, float]:
    controls: dict[str, float] = json.loads((table / "controls.json").read_text())
    return controls


def test_the_luminance_plane_is_the_picture_without_its_padding(seen: Path) -> None:
    with closing(PiCamera(0, 640, 360)) as camera:
        frame = until(camera, near(100))
    assert (frame.grey.shape, frame.grey.dtype) == ((360, 640), np.uint8)
    assert told(seen) == {"AfMode": 2}


def test_a_fixed_stand_has_a_fixed_focus_and_darker_pictures_are_asked_of_the_metering(
    seen: Path,
) -> None:
    with closing(PiCamera(0, 640, 360, focus=8.0)) as camera:
        until(camera, near(100))
        assert camera.expose(-2.0)
        until(camera, near(100 * 2 ** (-2 / 2.2)))
    assert told(seen) == {"AfMode": 0, "LensPosition": 8.0, "ExposureValue": 0.0}


@pytest.mark.parametrize(("fault", "why"), [("absent", "opened"), ("broken", "gives no picture")])
def test_a_pi_camera_that_fails_is_lost_with_a_sentence(seen: Path, fault: str, why: str) -> None:
    (seen / fault).touch()
    with closing(PiCamera()) as camera:
        assert why in lost(camera)


def test_without_the_systems_package_the_sentence_says_how_to_get_it() -> None:
    with closing(GuardedCamera(SPEC)) as camera:
        assert "apt install" in lost(camera)


def test_the_pi_cameras_process_loads_no_opencv_and_none_of_the_stations_other_packages() -> None:
    asked = "import sys, device.drivers.camera_process, device.drivers.camera_pi; "
    asked += "print([name for name in ('cv2', 'serial', 'flask') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_camera_in_its_own_process_shows_the_newest_and_obeys(seen: Path) -> None:
    with closing(GuardedCamera(SPEC)) as camera:
        until(camera, near(100))
        show(seen, 200)
        until(camera, near(200))
        before = monotonic()
        frame = until(camera, lambda _: True)
        assert frame.at >= before - 0.5
        assert camera.expose(-1.0)
        until(camera, near(200 * 2 ** (-1 / 2.2)))
    assert told(seen)["ExposureValue"] == 0.0
    with pytest.raises(CameraLost):
        camera.frame(0.1)


def test_a_read_that_never_returns_is_told_and_a_new_process_takes_over_while_the_loop_turns(
    seen: Path,
) -> None:
    arrivals, turns = Arrivals(), 0
    source = CameraSource(
        arrivals, lambda: GuardedCamera(SPEC, silence=1.0, opening=8.0), Settings(budget_ms=20)
    )
    source.start()

    def comes(*, up: bool) -> DeviceNews:
        nonlocal turns
        ends = monotonic() + 25
        while monotonic() < ends:
            turns += 1
            try:
                news = arrivals.get(timeout=0.05)  # as the station's own loop looks
            except Empty:
                continue
            if isinstance(news, DeviceNews) and news.up is up:
                return news
        pytest.fail("no news of the camera")

    comes(up=True)
    (seen / "hang").touch()
    assert comes(up=False).why
    Event().wait(1.5)
    (seen / "hang").unlink()
    comes(up=True)
    source.stop()
    assert turns > 20


def test_the_cameras_process_ends_with_the_station(seen: Path) -> None:
    camera = GuardedCamera(SPEC)
    until(camera, near(100))
    camera.close()
    camera.close()
    assert "ended" in lost(camera) or "closed" in lost(camera)


def test_pictures_of_a_folder_are_shown_again_and_again(tmp_path: Path) -> None:
    for number in (1, 2):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((60, 80), number * 90, np.uint8))
    with closing(ReplayCamera(str(tmp_path), rate=50)) as camera:
        for level in (90, 180, 90):
            until(camera, near(level))


def test_an_empty_folder_and_a_file_that_is_no_film_are_lost_cameras(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no film")
    for source in (tmp_path, tmp_path / "text"):
        with closing(ReplayCamera(str(source), rate=50)) as camera:
            assert "picture" in lost(camera)


def test_a_picture_cut_anywhere_on_its_way_is_put_together() -> None:
    frame = Frame(np.arange(12, dtype=np.uint8).reshape(3, 4), 7.5)
    sent = b"".join(bytes(part) for part in framed(frame, exposable=False))
    for cut in range(1, len(sent)):
        heard = Heard()
        heard.feed(sent[:cut])
        assert heard.take() is None
        heard.feed(sent[cut:])
        got = heard.take()
        assert got is not None
        assert (got.grey == frame.grey).all()
        assert (got.at, heard.exposable) == (7.5, False)


def test_a_farewell_and_babble_are_lost_cameras() -> None:
    for sent, why in ((farewell("cáp đã rút"), "cáp"), (b"x" * 40, "no picture")):
        heard = Heard()
        heard.feed(sent)
        with pytest.raises(CameraLost, match=why):
            heard.take()


def test_the_driver_is_chosen_by_the_settings(tmp_path: Path) -> None:
    with closing(camera_of(CameraTable(str(tmp_path), driver="replay"))()) as camera:
        assert isinstance(camera, ReplayCamera)
    with closing(camera_of(CameraTable(0, driver="picamera2", guard=False))()) as camera:
        assert isinstance(camera, GuardedCamera)
    with closing(camera_of(CameraTable("/dev/ghepmau/none", guard=False))()) as camera:
        assert isinstance(camera, OpenCvCamera)
    with closing(camera_of(CameraTable("/dev/ghepmau/none"))()) as camera:
        assert isinstance(camera, GuardedCamera)
        assert "cannot be opened" in lost(camera)
    with pytest.raises(ConfigError, match="a Pi camera has a number"):
        camera_of(CameraTable("/dev/video0", driver="picamera2"))
