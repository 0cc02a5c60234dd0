"""Who waits for a thread of the front while others hold them all."""

import asyncio
import tracemalloc
from threading import Event
from typing import Any

from device.config import Server
from server.front import TURN_SECONDS, Front
from server.wsgi import WATCHED
from tests.server.test_front import Connection, Headers, Request, echo

LARGE = 100_000


class OneThread:
    """A front with one thread, which waits in an application for as long as we want."""

    def __init__(self, **more: Any) -> None:
        self._begun, self._goes_on = Event(), Event()
        self.ran: list[str] = []
        self._front = Front(self._waits, threads=1, largest=LARGE, **more)

    def _waits(self, environment: dict[str, Any], start: Any) -> list[bytes]:
        self.ran.append(environment["PATH_INFO"])
        if environment["PATH_INFO"] == "/writes":
            self._begun.set()
            self._goes_on.wait(10)
        return echo(environment, start)

    async def _ask(self, path: str, size: int = 0) -> int:
        connection = Connection([bytes(size)] if size else [])
        headers = Headers({"host": "x", "content-length": str(size)})
        request = Request(path=path, headers=headers)
        await self._front.__rsgi__(request, connection)  # type: ignore[arg-type]
        assert connection.answer is not None
        return connection.answer[0]

    async def statuses(self, other: str) -> tuple[int, int]:
        """Return what another hears while the thread is held, then the one that held it."""
        held = asyncio.create_task(self._ask("/writes"))
        await asyncio.to_thread(self._begun.wait, 10)
        heard = await asyncio.wait_for(self._ask(other), 5)
        self._goes_on.set()
        return heard, await held

    async def kept_of(self, forms: int) -> int:
        """Return how many bytes stay in memory of large *forms* that found the thread held."""
        held = asyncio.create_task(self._ask("/writes"))
        await asyncio.to_thread(self._begun.wait, 10)
        tracemalloc.start()
        heard = [await self._ask("/form", LARGE) for _ in range(forms)]
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        self._goes_on.set()
        assert [*heard, await held] == [*[503] * forms, 200]
        return kept


def test_those_who_watch_are_answered_while_every_thread_waits() -> None:
    """A disk that is as good as stuck keeps every request that writes, with its thread."""
    one = OneThread(apart=WATCHED)
    assert asyncio.run(one.statuses("/healthz")) == (200, 200)


def test_who_finds_no_thread_for_long_is_told_to_come_again_and_is_never_begun() -> None:
    one = OneThread(turn_seconds=0.05)
    assert asyncio.run(one.statuses("/page")) == (503, 200)
    assert one.ran == ["/writes"]


def test_what_was_sent_by_whoever_found_no_thread_stays_in_no_memory() -> None:
    """Whoever is told to come again does: with a stuck disk that would have no end."""
    one = OneThread(turn_seconds=0.01)
    assert asyncio.run(one.kept_of(forms=20)) < 2 * LARGE


def test_a_station_still_listens_when_it_is_told_to_come_again() -> None:
    assert Server().timeout_seconds > TURN_SECONDS
