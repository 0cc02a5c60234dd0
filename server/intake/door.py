"""The short way in for uploads: what is as usual does not pass through Flask, and holds no thread.

The event loop has the body; one of few threads checks the signature and reads the events; the
writer commits them; and one call to the loop answers all requests of a commit.  Whatever is not as
usual (an unknown station, a signature that does not fit, what cannot be read, a clock to be learned
from, on PostgreSQL also a repetition or a gap) goes the long way, to `intake.take_batch`, which
does it all again and says what is wrong: sending again is harmless.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from time import perf_counter

from flask import Flask
from granian.rsgi import Scope

from server.accounts import keyring
from server.accounts.headers import headers
from server.accounts.stations import SIGNATURE_HEADER, STATION_HEADER, who_signed
from server.front import Answer
from server.intake.answers import BUSY, JSON, PATH, RETRY_AFTER, answer_to
from server.intake.storing import Busy, Job
from server.intake.upload import Upload, read_upload
from server.intake.writer import PATIENCE, Writer

READERS = 2  # threads: only one of them at a time has the interpreter
Note = Callable[
    [int, float, int], str
]  # status, seconds, size of the answer: to the request's name
Told = Job | Busy | None  # None: the long way
Settled = Callable[[Told], None]
_Waiting = asyncio.Future[Told]


class TheLongWay(Exception):
    """An upload that is not as usual."""


class Door:
    """Takes uploads on the event loop of one process."""

    def __init__(self, app: Flask, note: Note) -> None:
        self._note = note
        self._database, self._clock = app.extensions["database"], app.extensions["clock"]
        self._writer: Writer = app.extensions["intake"][0]
        settings = app.extensions["settings"]
        self._largest = settings.max_body_kib * 1024
        self._headers = [("Content-Type", JSON), *headers(secure=settings.secure).items()]
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="upload")
        self._settled: deque[tuple[_Waiting, Told]] = deque()
        self._called = False

    def takes(self, scope: Scope) -> bool:
        """Return whether a request is an upload in its usual form."""
        kind = scope.headers.get("content-type") or ""
        return (
            scope.path == PATH
            and scope.method == "POST"
            and not scope.query_string
            and kind.lower().replace(" ", "") in {JSON, f"{JSON};charset=utf-8"}
        )

    async def answer(self, scope: Scope, body: bytes) -> Answer | None:
        """Return the answer once the upload is on the disk; None sends it the long way."""
        if len(body) > self._largest:
            return None
        began, loop = perf_counter(), asyncio.get_running_loop()
        waiting: _Waiting = loop.create_future()
        settled = partial(self._settle, loop, waiting)
        read = self._readers.submit(self._hand_in, scope, body, settled)
        read.add_done_callback(partial(_unless_read, settled))
        try:
            async with asyncio.timeout(PATIENCE):
                status, said = _said(await waiting)
        except (TimeoutError, Busy):
            status, said = 503, BUSY
        except TheLongWay:
            return None
        finally:
            read.cancel()  # what nobody waits for any more need not be begun
        return self._noted(status, said, perf_counter() - began)

    def close(self) -> None:
        """Read what was begun, and nothing more."""
        self._readers.shutdown(wait=True)

    def _hand_in(self, scope: Scope, body: bytes, settled: Settled) -> None:
        """Runs in a thread: give the writer what *body* holds.  Raises Busy, unread, where the
        writer has no room for it."""
        if self._writer.full(len(body)):
            raise Busy
        name = scope.headers.get(STATION_HEADER.lower()) or ""
        signature = scope.headers.get(SIGNATURE_HEADER.lower()) or ""
        known, key = keyring.remembered(self._database, name)
        station = who_signed(known, signature, ("POST", PATH, body))
        upload = read_upload(station.id, body, self._clock())
        if _teaches_a_clock(upload):
            raise TheLongWay
        self._writer.hand_in(upload, settled, key)

    def _settle(self, loop: asyncio.AbstractEventLoop, waiting: _Waiting, told: Told) -> None:
        """Runs in the writer's thread: have the loop told, once for all that settle together."""
        self._settled.append((waiting, told))
        if not self._called:
            self._called = True
            with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
                loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        self._called = False
        while self._settled:
            waiting, told = self._settled.popleft()
            if not waiting.done():
                waiting.set_result(told)

    def _noted(self, status: int, said: bytes, seconds: float) -> Answer:
        name = self._note(status, seconds, len(said))
        more = [RETRY_AFTER] if status == 503 else []
        return status, [*self._headers, ("X-Request-Id", name), *more], said


def _unless_read(settled: Settled, read: Future[None]) -> None:
    """A full queue is told at once; whatever else kept an upload from the writer, the long way
    finds it again and says it."""
    error = None if read.cancelled() else read.exception()
    if read.cancelled() or error is not None:
        settled(error if isinstance(error, Busy) else None)


def _teaches_a_clock(upload: Upload) -> bool:
    return bool(upload.boot) and not all(each.trusted for each in upload.arrivals)


def _said(told: Told) -> tuple[int, bytes]:
    """Return status and body; raise Busy, or TheLongWay where something else was in the way."""
    if isinstance(told, Busy):
        raise told
    if told is None or (told.error is not None and not isinstance(told.error, Busy)):
        raise TheLongWay
    return answer_to(told.result(), told.upload.received_at)
