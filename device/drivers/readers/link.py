"""One conversation with one reader: questions, answers, and the codes that come in between.

A code that arrives while we ask something is kept, never taken for the answer and never lost.
Before each question the line is emptied of answers that came too late for the last one.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from typing import TypeVar

from device.drivers import ReaderLost, Scan
from device.drivers.readers.codecs.heard import Code, Damaged, Heard, Reply
from device.drivers.readers.codecs.stream import Stream
from device.drivers.readers.port import Port

GAP = 0.2  # seconds of silence after which half a frame will not become a whole one
_T = TypeVar("_T")


class NoAnswer(ReaderLost):
    """The reader does not answer, however often it is asked."""


class Link:
    """`heard_at` is when the last byte came; `scans` are the codes that nobody took yet."""

    def __init__(
        self,
        port: Port,
        stream: Stream,
        respond: Callable[[Heard], bytes | None],
        answer_seconds: float,
    ) -> None:
        self._port, self._stream, self._respond = port, stream, respond
        self._answer_seconds = answer_seconds
        self.scans: deque[Scan] = deque()
        self.heard_at = time.monotonic()
        self._silent = True
        self._unanswered = Counter[str]()

    @property
    def counts(self) -> Counter[str]:
        """What was thrown away: 'noise' bytes, 'damaged' frames, questions 'asked-again'."""
        counted = Counter(noise=self._stream.noise, damaged=self._stream.damaged)
        return counted + self._unanswered

    def listen(self, timeout: float) -> list[Reply | Damaged]:
        """Read for at most *timeout* seconds; keep the codes, return everything else."""
        data = self._port.read(min(timeout, GAP))
        now = time.monotonic()
        if data:
            self.heard_at, self._silent = now, False
            return self._sort(self._stream.feed(data), now)
        if not self._silent and now - self.heard_at >= GAP:
            self._silent = True
            return self._sort(self._stream.gap(), now)
        return []

    def send(self, frame: bytes) -> None:
        """Send what wants no answer."""
        self._port.write(frame)

    def ask(
        self,
        frame: bytes,
        fits: Callable[[Reply], _T | None],
        *,
        again: bytes | None = None,
        patience: int = 1,
        tries: int = 3,
    ) -> _T:
        """Send *frame*, then *again* where no answer or a damaged one comes.

        *patience* is how many times longer than usual the reader may take.
        Return what *fits* makes of the first reply that it takes; raise NoAnswer.
        """
        timeout = self._answer_seconds * patience
        self._empty()
        for attempt in range(tries):
            self._port.write(frame if attempt == 0 else again or frame)
            answer = self._await(fits, timeout)
            if answer is not None:
                if attempt:
                    self._settle(timeout)  # the first question may be answered yet
                return answer
            self._unanswered["asked-again"] += 1
        raise NoAnswer(
            f"đầu đọc ở {self._port.path} không trả lời {frame.hex(' ')}",
            f"the reader at {self._port.path} does not answer {frame.hex(' ')}",
        )

    def _await(self, fits: Callable[[Reply], _T | None], timeout: float) -> _T | None:
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0:
            for reply in self.listen(left):
                if isinstance(reply, Damaged):
                    continue
                answer = fits(reply)
                if answer is not None:
                    return answer
        return None

    def _empty(self) -> None:
        """Take in what is under way, so that no late answer meets the next question."""
        while self.listen(self._answer_seconds / 20):
            pass

    def _settle(self, quiet: float) -> None:
        until = time.monotonic() + quiet
        while (left := until - time.monotonic()) > 0:
            if self.listen(left):
                until = time.monotonic() + quiet

    def clear(self) -> None:
        """Throw away what was scanned but not taken yet."""
        self._empty()
        self._stream.gap()
        self.scans.clear()

    def _sort(self, heard: list[Heard], now: float) -> list[Reply | Damaged]:
        others = list[Reply | Damaged]()
        for one in heard:
            response = self._respond(one)
            if response is not None:
                self._port.write(response)
            if isinstance(one, Code):
                self.scans.append(Scan(one.data, one.aim, now))
            else:
                others.append(one)
        return others
