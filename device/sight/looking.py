"""A thread that looks at frames, and a watch over it: a decoder may hang, the station must not.

A look that takes longer than the patience is given up, and its thread left behind; the next camera
gets a new thread and an eye without the step that hung.  At most one thread is left behind: if the
next one hangs as well, the camera stays lost until one of them comes back.  A decoder that hangs
with the interpreter's lock in its hands stops this watch too; systemd's watchdog is there for that.
"""

import hashlib
import logging
import threading
from collections import deque
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Protocol

from device.drivers import CameraLost, Frame
from device.sight.decoders import Grey
from device.sight.eye import Eye, Seen, Settings

log = logging.getLogger(__name__)
PATIENCE = 5.0  # seconds that one look may take; the slowest of ours took 0.4 s


class Looks(Protocol):
    """What is used of `Eye`."""

    doing: str

    def look(self, grey: Grey, now: float, *, steady: bool = True) -> Seen: ...


MakeEye = Callable[[Settings, AbstractSet[str]], Looks]


def make_eye(settings: Settings, without: AbstractSet[str]) -> Looks:
    return Eye(settings, without)


class Looking:
    """Looks at one camera's frames for the thread that owns the camera."""

    def __init__(
        self, settings: Settings, make: MakeEye = make_eye, patience: float = PATIENCE
    ) -> None:
        self._settings, self._make, self._patience = settings, make, patience
        self._without: set[str] = set()
        self._left_behind: list[_Thread] = []
        self._thread: _Thread | None = None
        self.hung = 0  # looks that were given up
        self.times: deque[float] = deque(maxlen=50)  # milliseconds of the newest looks

    @property
    def left_behind(self) -> int:
        """The threads that still hang."""
        return sum(thread.is_alive() for thread in self._left_behind)

    def begin(self) -> None:
        """Start afresh for a camera that will be opened now; raise CameraLost if that is vain."""
        self.end()
        self._left_behind = [thread for thread in self._left_behind if thread.is_alive()]
        if len(self._left_behind) > 1:
            raise CameraLost(
                "đọc ảnh cứ treo mãi; khởi động lại trạm",
                "reading pictures hangs again and again; restart the station",
            )
        self._thread = _Thread(self._make(self._settings, frozenset(self._without)))
        self._thread.start()

    def look(self, frame: Frame, *, steady: bool = True) -> Seen:
        """Return what *frame* shows; raise CameraLost if that takes longer than the patience."""
        thread = self._thread
        if thread is None:
            raise CameraLost(
                "chưa có luồng đọc ảnh: gọi begin trước",
                "nobody looks at the pictures: begin first",
            )
        began = monotonic()
        seen = thread.look(frame, steady, self._patience)
        if seen is None:
            raise self._given_up(thread, frame)
        self.times.append((monotonic() - began) * 1000)
        return seen

    def end(self) -> None:
        """Let the thread go; one that hangs ends when it comes back."""
        if self._thread is not None:
            self._thread.end()
        self._thread = None

    def _given_up(self, thread: "_Thread", frame: Frame) -> CameraLost:
        step = thread.eye.doing
        # Its hash, never the picture: it shows a person's card.
        picture = hashlib.sha256(frame.grey.tobytes()).hexdigest()[:16]
        log.error(
            "looking at picture %s took more than %.1f s in step %r; going on without that step",
            picture,
            self._patience,
            step,
        )
        self.hung += 1
        self._without.add(step)
        self._left_behind.append(thread)
        self.end()
        return CameraLost(
            f"đọc một ảnh bị treo (bước {step}); camera được mở lại",
            f"reading a picture hangs (step {step}); the camera is opened again",
        )


class _Thread(threading.Thread):
    """Looks at one frame after another with one eye."""

    def __init__(self, eye: Looks) -> None:
        super().__init__(name="sight", daemon=True)
        self.eye = eye
        self._frames: SimpleQueue[tuple[Frame, bool] | None] = SimpleQueue()
        self._seen: SimpleQueue[Seen] = SimpleQueue()

    def run(self) -> None:
        while (asked := self._frames.get()) is not None:
            frame, steady = asked
            self._seen.put(self.eye.look(frame.grey, frame.at, steady=steady))

    def look(self, frame: Frame, steady: bool, patience: float) -> Seen | None:  # noqa: FBT001
        """Return what *frame* shows, or None if that is not known within *patience* seconds."""
        self._frames.put((frame, steady))
        try:
            return self._seen.get(timeout=patience)
        except Empty:
            return None

    def end(self) -> None:
        self._frames.put(None)
