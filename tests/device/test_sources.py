"""The camera's source: darker frames for a burnt-out screen, and a decoder that hangs."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from queue import Empty
from time import monotonic

import numpy as np
import pytest
from numpy.typing import NDArray

from device.arrivals import Arrival, Arrivals, DeviceNews
from device.drivers.camera_opencv import OpenCvCamera
from device.drivers.simulated.mjpeg import MjpegCamera
from device.drivers.simulated.scene import Held, Scene, render
from device.facts import Person
from device.running import was_let_go
from device.sight.eye import Eye, Seen, Settings, read_still
from device.sight.looking import Looking, Looks
from device.sight.watch import CodeShown
from device.sources import CameraSource
from device.stages import HoldingPerson, Last, SecondLook, State

AN = Held("024091000001||Nguyễn Văn An|05031991|Nam|Bắc Giang|15042021".encode())
SETTINGS = Settings(budget_ms=500.0)


@pytest.fixture
def film() -> Iterator[MjpegCamera]:
    with MjpegCamera(fps=15) as camera:
        yield camera


def until(arrivals: Arrivals, wanted: Callable[[Arrival], bool], seconds: float = 20) -> Arrival:
    ends = monotonic() + seconds
    while (left := ends - monotonic()) > 0:
        try:
            arrival = arrivals.get(timeout=left)
        except Empty:
            break
        if wanted(arrival):
            return arrival
    pytest.fail("what was waited for never came")


def is_shown(arrival: Arrival) -> bool:
    return isinstance(arrival, CodeShown) and arrival.data == AN.data


def came(*, up: bool) -> Callable[[Arrival], bool]:
    return lambda arrival: isinstance(arrival, DeviceNews) and arrival.up is up


def phone(stops: float) -> list[NDArray[np.uint8]]:
    """A phone in the sun: everything white, unless the camera exposes it shorter."""
    scene = Scene(noise=2, veil=260, stops=stops)
    return [render([AN], scene, np.random.default_rng(seed)) for seed in range(3)]


def test_a_burnt_out_phone_is_read_in_darker_frames_through_a_real_capture(
    film: MjpegCamera,
) -> None:
    normal, darker = phone(0), phone(-2)
    assert not any(read_still(frame) for frame in normal)
    arrivals = Arrivals()
    source = CameraSource(arrivals, lambda: OpenCvCamera(film.exposable_url), SETTINGS)
    film.show(normal, darker)
    source.start()
    until(arrivals, is_shown)
    assert film.stops == -2
    source.stop()
    assert film.stops == 0


def test_without_the_means_to_darken_it_is_not_read(film: MjpegCamera) -> None:
    arrivals = Arrivals()
    source = CameraSource(arrivals, lambda: OpenCvCamera(film.url), SETTINGS)
    film.show(phone(0), phone(-2))
    source.start()
    until(arrivals, came(up=True))
    with pytest.raises(Empty):
        arrivals.get(timeout=2.5)
    assert film.stops == 0
    source.stop()


def test_a_person_whom_the_station_let_go_of_is_read_again_when_shown_again(
    film: MjpegCamera,
) -> None:
    arrivals, card = Arrivals(), [render([AN], Scene(noise=2), np.random.default_rng(1))]
    source = CameraSource(arrivals, lambda: OpenCvCamera(film.url), SETTINGS)
    film.show(card)
    source.start()
    until(arrivals, is_shown)
    source.let_go()
    film.show(None)
    with pytest.raises(Empty):
        arrivals.get(timeout=0.8)
    film.show(card)
    until(arrivals, is_shown)
    source.stop()


def test_only_a_hold_that_ended_without_a_tube_is_a_letting_go() -> None:
    person, tube_id = Person("0" * 16, "citizen-card", "", "M*"), "260000000182"
    held = State(HoldingPerson(person, 1.0))
    assert was_let_go(held, State())
    assert was_let_go(State(SecondLook(person, 1.0, 1.0)), State())
    assert not was_let_go(held, held)
    assert not was_let_go(held, State(last=Last(tube_id, person.tag, 2.0)))
    assert not was_let_go(State(), State())


class Eyes:
    """Makes eyes of which the first *hanging* never come back, until `wake` is set."""

    def __init__(self, hanging: int) -> None:
        self.wake = threading.Event()
        self.without: list[AbstractSet[str]] = []
        self.threads: Counter[str] = Counter()
        self._hanging = hanging

    def make(self, settings: Settings, without: AbstractSet[str]) -> Looks:
        self.without.append(without)
        if len(self.without) <= self._hanging:
            return HangingEye(self.wake)
        return Eye(settings, without)


class HangingEye:
    """An eye of which one decoder never comes back from a picture."""

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake
        self.doing = ""

    def look(self, grey: NDArray[np.uint8], now: float, *, steady: bool = True) -> Seen:
        self.doing = "tapirscan-low"
        self._wake.wait()
        return Seen((), now)


def test_a_decoder_that_hangs_is_told_once_and_a_new_thread_takes_over(
    film: MjpegCamera, caplog: pytest.LogCaptureFixture
) -> None:
    eyes, arrivals = Eyes(hanging=1), Arrivals()
    looking = Looking(SETTINGS, eyes.make, patience=1.5)
    source = CameraSource(arrivals, lambda: OpenCvCamera(film.url), SETTINGS, looking)
    film.show([render([AN], Scene(noise=2), np.random.default_rng(1))])
    source.start()
    lost = until(arrivals, came(up=False))
    assert isinstance(lost, DeviceNews)
    assert "tapirscan-low" in lost.why
    until(arrivals, came(up=True))
    until(arrivals, is_shown)
    assert (looking.hung, looking.left_behind) == (1, 1)
    assert eyes.without == [frozenset(), {"tapirscan-low"}]
    [told] = [r.message for r in caplog.records if r.levelname == "ERROR"]
    assert "looking at picture" in told
    eyes.wake.set()
    source.stop()


def test_a_second_hang_starts_no_third_thread_until_one_comes_back(film: MjpegCamera) -> None:
    eyes, arrivals = Eyes(hanging=2), Arrivals()
    looking = Looking(SETTINGS, eyes.make, patience=0.5)
    source = CameraSource(arrivals, lambda: OpenCvCamera(film.url), SETTINGS, looking)
    film.show([render([AN], Scene(noise=2), np.random.default_rng(1))])
    source.start()
    until(arrivals, came(up=False))
    until(arrivals, came(up=True))
    until(arrivals, came(up=False))
    with pytest.raises(Empty):
        arrivals.get(timeout=3.0)
    assert (looking.hung, looking.left_behind, len(eyes.without)) == (2, 2, 2)
    eyes.wake.set()
    until(arrivals, is_shown)
    assert looking.left_behind == 0
    source.stop()


def test_an_eye_without_a_step_never_runs_it_but_keeps_the_first() -> None:
    hard = render([AN], Scene(noise=3, blur=6), np.random.default_rng(1))
    eye = Eye(SETTINGS, {"zxing", "tapirscan-low", "zxing-enlarged"})
    ran = {step for n in range(12) for step in eye.look(hard, n / 10).steps}
    assert "zxing" in ran
    assert not ran & {"tapirscan-low QRCode", "zxing-enlarged QRCode"}
    assert len(ran) == 5
