"""Heads and bodies that come a byte at a time, and connections that say nothing, at the real
server: each is ended in its time, and others are answered all the while.
"""

import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.province import Server, free_port
from tests.server.test_wsgi import status_of

EACH = 40  # of each kind, at two threads
LONGEST = 60.0  # seconds until all have been ended: 10 for heads, 30 for bodies, and a busy machine
BYTE_EACH = 1.0  # seconds
HEAD = b"GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: "
BODY = b"POST /api/v1/stations/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    server = Server(tmp_path, free_port())
    server.start()
    yield server.port
    server.kill()


def opened(port: int, begun: bytes) -> list[socket.socket]:
    made = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(EACH)]
    for client in made:
        client.sendall(begun)
    return made


def dribble(client: socket.socket) -> None:
    try:
        client.send(b"a")
    except OSError:  # the server ended it
        client.close()


def test_slow_heads_and_bodies_are_ended_and_keep_nobody_waiting(port: int) -> None:
    heads, bodies, silent = opened(port, HEAD), opened(port, BODY), opened(port, b"")
    begun, answers, ended = time.monotonic(), set[int](), dict[str, float]()
    said: dict[socket.socket, bytes] = {}
    while len(ended) < 3 and time.monotonic() - begun < LONGEST:
        live = [each for each in heads + bodies + silent if each.fileno() >= 0]
        for client in select.select(live, [], [], BYTE_EACH)[0]:
            got = client.recv(4096)
            said[client] = said.get(client, b"") + got
            if not got:
                client.close()
        for client in heads + bodies:
            if client.fileno() >= 0:
                dribble(client)
        answers.add(status_of(port))
        for kind, clients in (("heads", heads), ("bodies", bodies), ("silent", silent)):
            if all(each.fileno() < 0 for each in clients):
                ended.setdefault(kind, time.monotonic() - begun)
    print({kind: round(seconds, 1) for kind, seconds in ended.items()})
    assert answers == {200}
    assert set(ended) >= {"heads", "bodies"}
    assert ended["heads"] < ended["bodies"]
    assert all(b" 408 " in said.get(client, b"") for client in bodies)
    assert status_of(port) == 200
