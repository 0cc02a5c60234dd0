"""A proxy between stations and server that misbehaves, each request by lot.

Requests are passed on, dropped, cut short, held back and sent later (after younger ones), sent
twice, or answered with half an answer or none.  While `apart` is set, nothing passes at all.
"""

import http.client
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

PATIENCE = 20.0
USUAL = (("pass", 50), ("drop", 8), ("truncate", 8), ("twice", 8), ("again-later", 8),
         ("no-answer", 8), ("half-answer", 6), ("slow", 4))  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Mischief:
    """The proxy; `done` counts what it did.  Its lot is drawn from *lot* alone."""

    target: int
    lot: Random
    manners: tuple[tuple[str, int], ...] = USUAL
    apart: bool = False
    done: Counter[str] = field(default_factory=Counter)
    _kept: list[Asked] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def behave(self) -> None:
        """From now on pass everything on."""
        self.manners, self.apart = (("pass", 1),), False

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        deal = self._deal

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {k: v for k, v in self.headers.items() if k.lower() != "host"}
                answer = deal(Asked(self.command, self.path, headers, body))
                self.close_connection = True
                self.wfile.write(answer)

            do_GET = do_POST  # noqa: N815 - the name is the library's

            def log_message(self, *_: Any) -> None:
                """Nobody reads it."""

        return Handler

    def _deal(self, asked: Asked) -> bytes:
        """Return the bytes that go back: all, some or none of an answer."""
        with self._turn:  # what happens to whom hangs on the order of requests alone
            names, weights = zip(*self.manners, strict=True)
            manner = "apart" if self.apart else self.lot.choices(names, weights)[0]
            self.done[manner] += 1
            old = self._kept.pop(0) if self._kept and self.lot.random() < 0.5 else None
            if old is not None:
                self.done["came again, late"] += 1
                self.ask(old)
            return MANNERS[manner](self, asked)

    def ask(self, asked: Asked, body: bytes | None = None) -> bytes:
        """Pass a request on; with *body*, less than it promises, it is cut off."""
        connection = http.client.HTTPConnection("127.0.0.1", self.target, timeout=PATIENCE)
        try:
            connection.putrequest(asked.method, asked.path, skip_accept_encoding=True)
            for name, value in asked.headers.items():
                connection.putheader(name, value)
            connection.endheaders(asked.body if body is None else body)
            if body is not None:
                return b""
            answer = connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            return b""
        finally:
            connection.close()
        told = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP}
        told |= {"Content-Length": str(len(data)), "Connection": "close"}
        lines = [
            f"HTTP/1.1 {answer.status} {answer.reason}",
            *(f"{k}: {v}" for k, v in told.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + data

    def again_later(self, asked: Asked) -> bytes:
        self._kept.append(asked)
        return b""

    def twice(self, asked: Asked) -> bytes:
        self.ask(asked)
        return self.ask(asked)

    def no_answer(self, asked: Asked) -> bytes:
        self.ask(asked)
        return b""

    def half_answer(self, asked: Asked) -> bytes:
        whole = self.ask(asked)
        return whole[: self.lot.randrange(len(whole) + 1)]

    def truncate(self, asked: Asked) -> bytes:
        return self.ask(asked, asked.body[: self.lot.randrange(len(asked.body) + 1)])

    def slow(self, asked: Asked) -> bytes:
        threading.Event().wait(0.3)
        return self.ask(asked)


_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}
MANNERS: dict[str, Callable[[Mischief, Asked], bytes]] = {
    "pass": Mischief.ask,
    "drop": lambda _proxy, _asked: b"",
    "apart": lambda _proxy, _asked: b"",
    "truncate": Mischief.truncate,
    "twice": Mischief.twice,
    "again-later": Mischief.again_later,
    "no-answer": Mischief.no_answer,
    "half-answer": Mischief.half_answer,
    "slow": Mischief.slow,
}
