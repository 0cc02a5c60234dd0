"""Heads and bodies that come a byte at a time, and connections that say nothing, at the real
server: each is ended in its time, and others are answered all the while.
"""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from faults.province import Server, free_port
from tests.server.test_wsgi import status_of

EACH = 40  # of each kind, at two threads
LONGEST = 60.0  # seconds until all have been ended: 10 for heads, 30 for bodies, and a busy machine
BYTE_EACH = 1.0  # seconds
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: "
BODY = b"POST /api/v1/stations/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    server = Server(tmp_path, free_port())
    server.start()
    yield server.port
    server.kill()


class Senders:
    """Some clients that all began alike; `said` is what each heard before its end."""

    def __init__(self, port: int, begun: bytes) -> None:
        self.clients = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(EACH)]
        self.said = dict.fromkeys(self.clients, b"")
        self.ended_after: float | None = None
        for client in self.clients:
            client.sendall(begun)

    @property
    def live(self) -> list[socket.socket]:
        return [each for each in self.clients if each.fileno() >= 0]

    def hear(self, client: socket.socket) -> None:
        try:
            got = client.recv(4096)
        except ConnectionError:
            got = b""
        self.said[client] += got
        if not got:
            client.close()

    def dribble(self) -> None:
        for client in self.live:
            with suppress(ConnectionError):  # its end is heard next
                client.send(b"a")


def test_slow_heads_and_bodies_are_ended_and_keep_nobody_waiting(port: int) -> None:
    heads, bodies = Senders(port, HEAD), Senders(port, BODY)
    silent, idle = Senders(port, b""), Senders(port, WHOLE)
    every, begun, answers = (heads, bodies, silent, idle), time.monotonic(), set[int]()
    while (heads.live or bodies.live) and time.monotonic() - begun < LONGEST:
        until = time.monotonic() + BYTE_EACH
        while (left := until - time.monotonic()) > 0:
            for client in select.select([c for each in every for c in each.live], [], [], left)[0]:
                next(each for each in every if client in each.said).hear(client)
        heads.dribble()
        bodies.dribble()
        answers.add(status_of(port))
        for each in every:
            if not each.live and each.ended_after is None:
                each.ended_after = round(time.monotonic() - begun, 1)
    ended = [each.ended_after or LONGEST for each in every]
    print(ended)
    for client in [client for each in every for client in each.live]:
        client.close()
    assert answers == {200}
    assert max(ended) == ended[1] < LONGEST, "bodies have the longest time"
    assert all(b" 408 " in said for said in bodies.said.values())
