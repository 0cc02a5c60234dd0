"""Take requests whole before a thread sees them: slow senders cost no thread, halves do nothing.

granian speaks its own protocol (RSGI) to us; the pages speak WSGI.  In between, on one event loop,
a body is gathered within a size, a time and a lowest speed, where there is room for as much as it
says to have (`server.room`); only then does a thread of the pool run the application.  One without
room is read and kept nowhere, so that its sender hears the answer: a connection that ends unread
takes the answer with it.  A station that lost its network in mid-upload holds a socket and the room
for its body, nothing more; a form that was cut off is not taken for a shorter one.  For that a
request says how long it is: of one in chunks granian does not tell whether all of them came.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Collection, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from granian._granian import RSGIHTTPProtocol as HTTPProtocol
from granian._granian import RSGIProtocolClosed as ProtocolClosed
from granian.rsgi import Scope

from server.room import NoRoom, Room

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)
Answer = tuple[int, list[tuple[str, str]], bytes]
FIRST_SECONDS = 30.0
LOWEST_SPEED = 2_000  # bytes/s after that: a weak mobile network still gets through
LOWEST_OF_LARGE = 20_000  # bytes/s of a body that is larger than any form
UNKEPT_SECONDS = 5.0  # of a body without room: what comes later is left unread
# For a thread; then it hears 503, and is not begun.  A station listens for 20 s: what was begun
# just before they were over was answered to nobody, while the next ones waited as long.
TURN_SECONDS = 15.0
HELD_AT_ONCE = 256 * 1024 * 1024  # bytes of bodies in memory, of all requests together
SENTENCES = {
    "cut-off": ("Nội dung bị đứt giữa chừng.", "What was sent was cut off."),
    "length-required": (
        "Cần Content-Length: không nhận nội dung gửi từng khúc.",
        "Content-Length is needed: a body in chunks is not taken.",
    ),
    "one-host": ("Cần đúng một Host.", "Exactly one Host is needed."),
    "too-busy": ("Máy chủ đang quá tải. Gửi lại sau.", "The server is too busy. Send it again."),
    "too-large": ("Nội dung gửi lên quá lớn.", "What was sent is too large."),
    "too-slow": ("Nội dung gửi lên quá chậm.", "What was sent came too slowly."),
}


class Refused(Exception):
    """A request is not taken, and its connection ends: nobody knows what else is in it."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class ShortWay(Protocol):
    """Answers some requests on the event loop itself."""

    def takes(self, scope: Scope) -> bool: ...
    async def answer(self, scope: Scope, body: bytes) -> Answer | None: ...
    def close(self) -> None: ...


class Front:
    """A granian application around a WSGI one.  Not safe to share between event loops.

    A body has *largest* bytes at most, or what *larger* says of a request whose body has more.
    Each path of *apart* has a thread of its own: it answers while all others wait, for a disk say.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        *,
        threads: int,
        largest: int,
        larger: Callable[[Scope], int] = lambda _: 0,
        room: Room | None = None,
        first_seconds: float = FIRST_SECONDS,
        on_start: Callable[[], Coroutine[None, None, None]] | None = None,
        on_stop: Callable[[], None] | None = None,
        short: ShortWay | None = None,
        apart: Collection[str] = (),
        turn_seconds: float = TURN_SECONDS,
    ) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._apart = {path: ThreadPoolExecutor(1, thread_name_prefix="apart") for path in apart}
        self._largest, self._larger = largest, larger
        self.room = room or Room(HELD_AT_ONCE, HELD_AT_ONCE // 2, largest)
        self._first_seconds, self._turn_seconds = first_seconds, turn_seconds
        self.on_start = on_start
        self._on_stop = on_stop
        self._short = short
        self._tasks: set[asyncio.Task[None]] = set()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        if self.on_start is not None:
            self._tasks.add(loop.create_task(self.on_start()))

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Let the requests in hand finish, then stop the work beside the pages."""
        for pool in (self._pool, *self._apart.values()):
            pool.shutdown(wait=True)
        if self._short is not None:
            self._short.close()
        if self._on_stop is not None:
            self._on_stop()

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        status, headers, body = await self._answer(scope, protocol)
        try:
            protocol.response_bytes(status, headers, body)
        except ProtocolClosed:
            log.debug("the client of %s left before its answer", scope.path)

    async def _answer(self, scope: Scope, protocol: HTTPProtocol) -> Answer:
        try:
            length = body_length(scope, self._largest, self._larger)
            async with self.room.kept_for(length):
                return await self._made(scope, await self._gather(protocol, length))
        except NoRoom:
            await self._let_pass(protocol, length)
            return _refusal(503, "too-busy", ("Retry-After", "5"))
        except TimeoutError:
            return _refusal(408, "too-slow")
        except Refused as error:
            return _refusal(error.status, error.code)

    async def _made(self, scope: Scope, body: bytes) -> Answer:
        if self._short is not None and self._short.takes(scope):
            answer = await self._short.answer(scope, body)
            if answer is not None:
                return answer
        whole = environ(scope, body)
        running = self._apart.get(scope.path, self._pool).submit(self._run, whole)
        answered = asyncio.wrap_future(running)
        await asyncio.wait([answered], timeout=self._turn_seconds)
        if running.cancel():  # no thread took it
            whole.clear()  # it stays in their line until one is free: without its body
            return _refusal(503, "too-busy", ("Retry-After", "5"))
        return await answered

    async def _gather(self, protocol: HTTPProtocol, length: int) -> bytes:
        """Collect a body of *length* bytes: all of it and no more, not too slow."""
        if not length:
            return b""
        parts: list[bytes] = []
        started, size = asyncio.get_running_loop().time(), 0
        speed = LOWEST_SPEED if length <= self._largest else LOWEST_OF_LARGE
        async with asyncio.timeout(self._first_seconds) as limit:
            async for part in protocol:
                parts.append(part)
                size += len(part)
                if size > length:
                    break
                limit.reschedule(started + self._first_seconds + size / speed)
        if size != length:
            raise Refused(400, "cut-off")
        return b"".join(parts)

    async def _let_pass(self, protocol: HTTPProtocol, length: int) -> None:
        """Read a body that is not kept, to its end or for a while: then its sender listens."""
        if length > self._largest:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(UNKEPT_SECONDS):
                async for _ in protocol:
                    pass

    def _run(self, environment: dict[str, Any]) -> Answer:
        """Run the application, in a thread."""
        begun: list[tuple[int, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Any:
            begun[:] = [(int(status[:3]), headers)]

        parts: Iterable[bytes] = self._app(environment, start)
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        return *begun[0], body


def body_length(scope: Scope, largest: int, larger: Callable[[Scope], int]) -> int:
    """Return how many bytes a request has behind its head.  Raises Refused for too many.

    (More than one length, or a length that is none, granian has refused before.)
    """
    names = [name for name, _ in scope.headers.items()]
    if names.count("host") != 1 and scope.http_version != "1.0":
        raise Refused(400, "one-host")
    if "transfer-encoding" in names:
        raise Refused(411, "length-required")
    length = int(scope.headers.get("content-length") or 0)
    if length > largest and length > larger(scope):
        raise Refused(413, "too-large")
    return length


def environ(scope: Scope, body: bytes) -> dict[str, Any]:
    """Return the request as PEP 3333 wants it.

    A header with an underscore could pass for another one, so it is left out.
    """
    address, _, _ = scope.client.rpartition(":")
    host, _, port = scope.server.rpartition(":")
    known = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": address.strip("[]"),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name or name in {"content-length", "transfer-encoding"}:
            continue
        key = "HTTP_" + name.upper().replace("-", "_")
        key = key.removeprefix("HTTP_") if key == "HTTP_CONTENT_TYPE" else key
        joint = "; " if key == "HTTP_COOKIE" else ","
        known[key] = f"{known[key]}{joint}{value}" if key in known else value
    return known


def _refusal(status: int, code: str, *headers: tuple[str, str]) -> Answer:
    """Return an answer after which the connection ends: what else is in it stays unread."""
    vi, en = SENTENCES[code]
    body = json.dumps({"code": code, "message": vi, "message_en": en}, ensure_ascii=False)
    always = [("Content-Type", "application/json"), ("Connection", "close")]
    return status, [*always, *headers], body.encode()
