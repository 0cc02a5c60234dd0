"""Another system over HTTP: an answer, or Unreachable.  Every call has an end in time."""

import select
import ssl
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from pathlib import Path
from urllib.parse import urlsplit
from weakref import finalize

from server.delivery.channels import Refused, Unreachable

# The receiver is there, and has no time or does not know us: nothing is wrong with the message.
NOT_NOW = frozenset({401, 403, 407, 408, 421, 425, 429, 502, 503, 504})
AT_ONCE = 4  # messages of different persons under way to one receiver
LARGEST_ANSWER = 16 * 1024 * 1024


class Uncertain(Exception):
    """The receiver answered with a fault of its own, or not at all once it had the message."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Access:
    """How a receiver is reached: files with what it trusts and what we show, time-out in seconds.

    The token's file is read at every call, so that a new token needs no restart.
    """

    url: str
    token_file: str = ""
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    timeout: float = 10.0


class Http:
    """Calls to one receiver, over connections that are kept.

    Python's own client and no more: what a library does around it took as long as the call.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._parts = urlsplit(access.url.rstrip("/"))
        self._context = _context(access) if self._parts.scheme == "https" else None
        self._kept: list[HTTPConnection] = []  # taking from a list, and adding, is one act each
        finalize(self, _close, self._kept)

    @property
    def address(self) -> str:
        return self._access.url

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        """Return the answer; raise Unreachable if the receiver is not there or cannot see to us.

        Raises Uncertain where the message may have arrived and no clear answer came.
        """
        sent = {"User-Agent": "ghepmau", **self._authorization(), **headers}
        wire = self._connection()
        try:
            wire.request(method, self._path(path), body=body, headers=sent)
            answer = _read(wire)
        except (HTTPException, OSError, zlib.error) as error:
            wire.close()
            said = f"{type(error).__name__}: {error}"
            raise Uncertain(f"the connection ended before the answer: {said}") from error
        if wire.sock is not None and len(self._kept) < AT_ONCE:
            self._kept.append(wire)
        else:
            wire.close()
        if answer.status in NOT_NOW:
            raise Unreachable(f"HTTP {answer.status}: {_start(answer.body)}")
        return answer

    def close(self) -> None:
        """Close the connections that are kept."""
        _close(self._kept)

    def _path(self, path: str) -> str:
        base = f"{self._parts.path}/{path}" if path else self._parts.path
        query = f"?{self._parts.query}" if self._parts.query else ""
        return f"{base or '/'}{query}"

    def _connection(self) -> HTTPConnection:
        """Return a connection that the receiver has not closed meanwhile, a new one if need be."""
        while self._kept:
            with suppress(IndexError):  # another thread took the last
                wire = self._kept.pop()
                if not _spoken(wire):
                    return wire
                wire.close()
        return self._connected()

    def _connected(self) -> HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        patience = min(5.0, self._access.timeout)
        if self._context is None:
            wire = HTTPConnection(host, port, timeout=patience)
        else:
            wire = HTTPSConnection(host, port, timeout=patience, context=self._context)
        try:
            wire.connect()
        except ssl.SSLError as error:
            raise Unreachable(f"no safe connection: {error}") from error
        except OSError as error:
            raise Unreachable(f"no connection: {error}") from error
        wire.sock.settimeout(self._access.timeout)
        return wire

    def _authorization(self) -> dict[str, str]:
        if not self._access.token_file:
            return {}
        try:
            token = Path(self._access.token_file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Unreachable(f"the token's file cannot be read: {error}") from error
        return {"Authorization": f"Bearer {token}"}


def _close(kept: list[HTTPConnection]) -> None:
    while kept:
        kept.pop().close()


def _spoken(wire: HTTPConnection) -> bool:
    """Return whether something came on a connection that nobody had asked: mostly its end."""
    chooser = select.poll()
    chooser.register(wire.sock, select.POLLIN)
    return bool(chooser.poll(0))


def _read(wire: HTTPConnection) -> Answer:
    # Half an answer that is not closed would keep its socket open behind a connection that is.
    with wire.getresponse() as response:
        data = response.read(LARGEST_ANSWER)
        if len(data) == LARGEST_ANSWER:
            wire.close()  # whatever else it says is read by nobody
        elif response.length:
            raise IncompleteRead(data, response.length)
    if response.headers.get("Content-Encoding", "identity").lower() in {"gzip", "deflate"}:
        data = zlib.decompressobj(47).decompress(data, LARGEST_ANSWER)  # 47: whichever of the two
    return Answer(response.status, data)


def check(answer: Answer) -> Answer:
    """Return a good answer; raise Refused for what the receiver will never take, else Uncertain."""
    if 200 <= answer.status < 300:
        return answer
    said = f"HTTP {answer.status}: {_start(answer.body)}"
    if 300 <= answer.status < 500:
        raise Refused(said)
    raise Uncertain(said)


def _start(data: bytes) -> str:
    return " ".join(data[:500].decode(errors="replace").split())


def _context(access: Access) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=access.ca_file or None)
    if access.client_cert:
        context.load_cert_chain(access.client_cert, access.client_key or None)
    return context
