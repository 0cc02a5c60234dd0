"""Clients of `benchmarks.load`: each acts when its time has come, ready or not.

Latency counts from the moment that an act was due, so that a server which stalls is charged for
everybody who waited meanwhile.  A client that gets 503, 429 or no answer does as a station does: it
waits a little and repeats.
"""

import http.client
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic, sleep

from benchmarks.report import percentile

TRIES, PAUSE = 20, 0.25
AGAIN = frozenset((408, 429, 500, 502, 503, 504))
_TIMEOUT = 30


@dataclass(frozen=True)
class Act:
    """Something to be done *at* seconds after the start; `work` returns an HTTP status."""

    at: float
    kind: str
    work: Callable[["Wire"], int]


@dataclass
class Tally:
    """What became of all acts: seconds by kind, what was repeated, what was refused for good."""

    took: dict[str, list[float]] = field(default_factory=dict)
    again: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, kind: str, seconds: float) -> None:
        with self._lock:
            self.took.setdefault(kind, []).append(seconds)

    def repeat(self) -> None:
        with self._lock:
            self.again += 1

    def refuse(self, status: int) -> None:
        with self._lock:
            self.refused[status] = self.refused.get(status, 0) + 1

    def add(self, other: "Tally") -> None:
        """Take in what another counted."""
        for kind, seconds in other.took.items():
            self.took.setdefault(kind, []).extend(seconds)
        self.again += other.again
        for status, count in other.refused.items():
            self.refused[status] = self.refused.get(status, 0) + count

    def at(self, kind: str, percent: float) -> float:
        """Return milliseconds."""
        return percentile(self.took.get(kind, []), percent) * 1000


class Wire:
    """One connection that is kept alive, and opened again when it was closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._line: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> int:
        """Return the status, or 503 where no answer came: it means the same to who sends."""
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT)
        try:
            self._line.request(method, path, body, headers)
            answer = self._line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return 503
        return answer.status

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def play(port: int, scripts: Sequence[Iterable[Act]]) -> Tally:
    """Play each script in a thread of its own, in its order; return when all are through."""
    tally, began = Tally(), monotonic()
    threads = [Thread(target=_follow, args=(port, script, began, tally)) for script in scripts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def _follow(port: int, script: Iterable[Act], began: float, tally: Tally) -> None:
    wire = Wire(port)
    for act in script:
        early = began + act.at - monotonic()
        if early > 0:
            sleep(early)
        status = 0
        for _ in range(TRIES):
            status = act.work(wire)
            if status not in AGAIN:
                break
            tally.repeat()
            sleep(PAUSE)
        if status >= 400:
            tally.refuse(status)
        tally.note(act.kind, monotonic() - began - act.at)
    wire.close()
