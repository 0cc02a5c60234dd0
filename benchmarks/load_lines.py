"""A crowd of stations that come at one moment, each on a line of its own, as `device.uplink` does.

All lines are open before the first word is said on any.  A station that hears 503, or nothing at
all, waits what it was told and a random while on top, and sends the same again; an answer after
which no station would send the same again is *refused*.
"""

import asyncio
import resource
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

from device.uplink import full_jitter

KEEPS = frozenset((0, 401, 408, 429, 500, 502, 503, 504))  # after these a station comes again
SILENT, TAKEN, BUSY = 0, 200, 503
_WITHIN, _SPARE = 30.0, 200  # seconds for an answer; files for all that is no line
Sent = tuple[str, bytes, dict[str, str]]  # path, body, headers
_Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Crowd:
    """What became of them: seconds until each upload was in, and what was heard before."""

    answers: list[float] = field(default_factory=list)
    said: dict[int, int] = field(default_factory=dict)  # answers by status; 0: none came
    tries: int = 0  # of one upload, at most
    refused: int = 0
    left: int = 0  # uploads that were not in when patience ended
    lines: int = 0  # open at once, at most
    took: float = 0.0  # until the last was in


def more_files() -> int:
    """Raise this process's limit of open files as far as it may; return how many lines fit.

    What it starts afterwards inherits that.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return 100_000 if hard == resource.RLIM_INFINITY else max(1, hard - _SPARE)


def come(port: int, queues: Sequence[Sequence[Sent]], patience: float = 600.0) -> Crowd:
    """Let a station bring each queue in its order, all from one moment on."""
    return asyncio.run(_Coming(port, queues, patience).all())


class _Coming:
    def __init__(self, port: int, queues: Sequence[Sequence[Sent]], patience: float) -> None:
        self._port, self._queues, self._patience = port, queues, patience
        self._lot = Random(13)  # noqa: S311 - no secret
        self._open = 0
        self.crowd = Crowd()

    async def all(self) -> Crowd:
        fit = min(len(self._queues), more_files())
        self._room, self._start = asyncio.Semaphore(fit), asyncio.Barrier(fit)
        self._until = float("inf")
        async with asyncio.TaskGroup() as group:
            for number, queue in enumerate(self._queues):
                group.create_task(self._station(queue, first=number < fit))
        self.crowd.took = perf_counter() - self._began
        return self.crowd

    async def _station(self, queue: Sequence[Sent], *, first: bool) -> None:
        async with self._room:
            line = await self._opened() if first else None
            if first:
                await self._start.wait()
                if self._until == float("inf"):  # whoever goes first
                    self._began = perf_counter()
                    self._until = self._began + self._patience
            for each in queue:
                line = await self._bring(line, each)
            self._close(line)

    async def _bring(self, line: _Line | None, sent: Sent) -> _Line | None:
        """Send until it is in; return the line, if it still stands."""
        began, tries = perf_counter(), 0
        while perf_counter() < self._until:
            line = line or await self._opened()
            status, told = await self._post(line, sent)
            tries += 1
            self.crowd.said[status] = self.crowd.said.get(status, 0) + 1
            self.crowd.tries = max(self.crowd.tries, tries)
            if status not in KEEPS:
                self.crowd.refused += status >= 400
                self.crowd.answers.append(perf_counter() - began)
                return line
            if status == SILENT:
                self._close(line)
                line = None
            await asyncio.sleep(told + full_jitter(tries, self._lot.random))
        self.crowd.left += 1
        return line

    async def _opened(self) -> _Line | None:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_WITHIN):
                line = await asyncio.open_connection("127.0.0.1", self._port)
            self._open += 1
            self.crowd.lines = max(self.crowd.lines, self._open)
            return line
        return None

    def _close(self, line: _Line | None) -> None:
        if line is not None:
            self._open -= 1
            line[1].close()

    async def _post(self, line: _Line | None, sent: Sent) -> tuple[int, float]:
        """Return the status, and the seconds that we are told to wait."""
        if line is None:
            return SILENT, 0.0
        reader, writer = line
        try:
            async with asyncio.timeout(_WITHIN):
                writer.writelines(_said(sent))
                await writer.drain()
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                await reader.readexactly(int(_field(head, "content-length") or 0))
        except (OSError, EOFError, TimeoutError):
            return SILENT, 0.0
        return int(head.split()[1]), float(_field(head, "retry-after") or 0)


def _said(sent: Sent) -> tuple[bytes, bytes]:
    path, body, headers = sent
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    every = {"Content-Type": "application/json", **headers}
    lines += [f"{name}: {value}" for name, value in every.items()]
    return "\r\n".join([*lines, "", ""]).encode(), body


def _field(head: str, name: str) -> str:
    for line in head.split("\r\n"):
        found, _, value = line.partition(":")
        if found.lower() == name:
            return value.strip()
    return ""
