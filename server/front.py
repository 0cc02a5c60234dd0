"""Take requests whole before a thread sees them, so that slow senders cost no thread.

granian speaks its own protocol (RSGI) to us; the pages speak WSGI.  In between, on one event loop,
a body is gathered within a size, a time and a lowest speed; only then does a thread of the pool
run the application.  A station that lost its network in mid-upload holds a socket, nothing more.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from granian._granian import RSGIHTTPProtocol as HTTPProtocol
from granian._granian import RSGIProtocolClosed as ProtocolClosed
from granian.rsgi import Scope

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)
Answer = tuple[int, list[tuple[str, str]], bytes]
FIRST_SECONDS = 30.0
LOWEST_SPEED = 2_000  # bytes/s after that: a weak mobile network still gets through
HELD_AT_ONCE = 256 * 1024 * 1024  # bytes of bodies in memory, of all requests together
SENTENCES = {
    "too-busy": ("Máy chủ đang quá tải. Gửi lại sau.", "The server is too busy. Send it again."),
    "too-large": ("Nội dung gửi lên quá lớn.", "What was sent is too large."),
    "too-slow": ("Nội dung gửi lên quá chậm.", "What was sent came too slowly."),
}


class TooLarge(Exception):
    """A body is longer than we take."""


class ShortWay(Protocol):
    """Answers some requests on the event loop itself."""

    def takes(self, scope: Scope) -> bool: ...
    async def answer(self, scope: Scope, body: bytes) -> Answer | None: ...
    def close(self) -> None: ...


class Front:
    """A granian application around a WSGI one.  Not safe to share between event loops."""

    def __init__(
        self,
        app: "WSGIApplication",
        *,
        threads: int,
        largest: int,
        first_seconds: float = FIRST_SECONDS,
        on_start: Callable[[], Coroutine[None, None, None]] | None = None,
        on_stop: Callable[[], None] | None = None,
        short: ShortWay | None = None,
    ) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._largest = largest
        self._first_seconds = first_seconds
        self.on_start = on_start
        self._on_stop = on_stop
        self._short = short
        self._tasks: set[asyncio.Task[None]] = set()
        self._held = 0  # bytes of bodies that are in memory now

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        if self.on_start is not None:
            self._tasks.add(loop.create_task(self.on_start()))

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Let the requests in hand finish, then stop the work beside the pages."""
        self._pool.shutdown(wait=True)
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
        if self._held > HELD_AT_ONCE:
            return _refusal(503, "too-busy", ("Retry-After", "5"))
        parts: list[bytes] = []
        try:
            await self._gather(scope, protocol, parts)
            return await self._made(scope, b"".join(parts))
        except TimeoutError:
            return _refusal(408, "too-slow", ("Connection", "close"))
        except TooLarge:
            return _refusal(413, "too-large", ("Connection", "close"))
        finally:
            self._held -= sum(map(len, parts))

    async def _made(self, scope: Scope, body: bytes) -> Answer:
        if self._short is not None and self._short.takes(scope):
            answer = await self._short.answer(scope, body)
            if answer is not None:
                return answer
        whole = environ(scope, body)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, whole)

    async def _gather(self, scope: Scope, protocol: HTTPProtocol, parts: list[bytes]) -> None:
        """Collect the body in *parts*: not too large, not too slow."""
        length = scope.headers.get("content-length")
        if length is None and scope.headers.get("transfer-encoding") is None:
            return
        if length is not None and int(length) > self._largest:
            raise TooLarge
        started, size = asyncio.get_running_loop().time(), 0
        async with asyncio.timeout(self._first_seconds) as limit:
            async for part in protocol:
                parts.append(part)
                size += len(part)
                self._held += len(part)
                if size > self._largest:
                    raise TooLarge
                limit.reschedule(started + self._first_seconds + size / LOWEST_SPEED)

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
        status, headers = begun[0]
        return status, headers, body


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


def _refusal(status: int, code: str, header: tuple[str, str]) -> Answer:
    vi, en = SENTENCES[code]
    body = json.dumps({"code": code, "message": vi, "message_en": en}, ensure_ascii=False)
    return status, [("Content-Type", "application/json"), header], body.encode()
