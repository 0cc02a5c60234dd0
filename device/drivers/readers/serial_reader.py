"""A reader on a serial port that is found, identified, set as wanted, and watched.

Only codes of the kinds that it is there for come through, whatever it was set to by others.
"""

import time
from collections import Counter

from device.drivers import ReaderLost, Scan
from device.drivers.readers.dialect import Dialect
from device.drivers.readers.establish import Established, compare, establish
from device.drivers.readers.link import Link, NoAnswer
from device.drivers.readers.port import Port
from device.drivers.readers.profile import Profile, Reads

_PERSONS = ("]Q", "]d", "]z")
AIMS = {Reads.TUBES: ("]C0", "]C1"), Reads.BOTH: ("]C0", "]C1", *_PERSONS)}
_MISSED = 3  # questions unanswered before a reader counts as gone


class SerialReader:
    """Implements `device.drivers.Reader`.

    `identity` is what it says it is, `settings` what became of the wanted settings.  A station
    that beeps through its reader calls good() and bad(); readers without a beep ignore it.
    Those two and trigger() may be called while another thread reads.
    """

    def __init__(
        self,
        port: Port,
        dialect: Dialect,
        profile: Profile,
        reads: Reads,
        *,
        persons: bool = False,
    ) -> None:
        self._port, self._dialect, self._profile = port, dialect, profile
        self._link = Link(port, dialect.stream, dialect.respond, profile.answer_seconds)
        self._aims = AIMS[Reads.BOTH if persons else reads]
        self._refused = Counter[str]()
        self._asked_at, self._missed = time.monotonic(), 0
        self.identity = ""
        self.settings = Established()

    def find(self) -> None:
        """Find the rate that the reader talks at; raise NoAnswer if there is none."""
        for baud in self._profile.bauds:
            self._port.set_baud(baud)
            self._port.drain(0.02, 0.2)
            try:
                self.identity = self._dialect.hello(self._link)
            except NoAnswer:
                continue
            return
        raise NoAnswer(
            f"không có {self._profile.model} nào trả lời ở {self._port.path}, "
            f"{', '.join(map(str, self._profile.bauds))} baud: có đúng đầu đọc này không, cáp "
            "đã cắm chưa?",
            f"no {self._profile.model} answers at {self._port.path} at "
            f"{', '.join(map(str, self._profile.bauds))} baud: is it this reader, is its "
            "cable in?",
        )

    def establish(self, reads: Reads, *, answers: bool) -> None:
        """Set the reader as its profile wants it; raise ReaderUnfit, NoAnswer or ReaderLost."""
        wanted = self._profile.wanted(reads, answers=answers)
        self.settings = establish(self._dialect.access(self._link), wanted)

    def compare(self, reads: Reads, *, answers: bool) -> None:
        """Look whether the reader is set as its profile wants it; raise NoAnswer or ReaderLost."""
        wanted = self._profile.wanted(reads, answers=answers)
        self.settings = compare(self._dialect.access(self._link), wanted)

    @property
    def counts(self) -> Counter[str]:
        """What was thrown away, by reason."""
        return self._link.counts + self._refused

    def read(self, timeout: float) -> Scan | None:
        """Return the next scan, or None if *timeout* seconds bring none; raise ReaderLost."""
        until = time.monotonic() + timeout
        while (scan := self._next()) is None:
            left = max(0.0, until - time.monotonic())
            self._link.listen(left)
            self._watch(time.monotonic())
            if not left:
                return self._next()
        return scan

    def flush(self) -> None:
        """Throw away what was scanned but not read yet."""
        self._link.clear()

    def close(self) -> None:
        """Release the port; closing twice is harmless."""
        self._port.close()

    def good(self) -> None:
        """Let the reader say that the code was taken: call it when the pair is on the card."""
        self._say(self._dialect.good(self._kept))

    def bad(self) -> None:
        """Let the reader say that the code was refused."""
        self._say(self._dialect.bad(self._kept))

    def seen(self) -> None:
        """Let the reader go on, where it waits for an answer: nothing is recorded yet."""
        self._say(self._dialect.seen(self._kept))

    def trigger(self, *, on: bool) -> None:
        """Start or stop a read, where the reader waits for the host."""
        self._say(self._dialect.trigger(on=on))

    @property
    def _kept(self) -> tuple[str, ...]:
        return self.settings.right + self.settings.changed + self.settings.unproven

    def _say(self, frame: bytes) -> None:
        if frame:
            self._link.send(frame)

    def _next(self) -> Scan | None:
        while self._link.scans:
            scan = self._link.scans.popleft()
            if self._passes(scan.aim):
                return scan
            self._refused["no-aim" if not scan.aim else "other-kind"] += 1
            self.bad()
        return None

    def _passes(self, aim: str) -> bool:
        return aim.startswith(self._aims) or (not aim and self._profile.aim == "maybe")

    def _watch(self, now: float) -> None:
        """Ask a quiet reader now and then whether it is there: a UART does not tell."""
        if self._link.heard_at > self._asked_at:
            self._missed = 0
        every = self._profile.alive_seconds
        if not every or now - max(self._asked_at, self._link.heard_at) < every:
            return
        if self._missed == _MISSED:
            raise ReaderLost(
                f"đầu đọc ở {self._port.path} đã thôi trả lời",
                f"the reader at {self._port.path} has stopped answering",
            )
        self._missed, self._asked_at = self._missed + 1, now
        self._link.send(self._dialect.alive)
