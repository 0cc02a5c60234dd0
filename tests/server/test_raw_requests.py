"""Requests that no browser makes, byte by byte, at the real server: each is refused, or is one
request and no more, and others are answered meanwhile."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from tests.server.test_wsgi import status_of

PATIENCE = 20  # seconds
IDLE = 300  # connections that say nothing
ENROL = b"POST /api/v1/stations/enrol HTTP/1.1\r\nHost: x\r\n"
NEXT = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
ENDS = b"Connection: close\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
DEEP = {
    "lists": b"[" * 500_000,
    "objects": b'{"a":' * 300_000,
    "in a field": b'{"code":' + b"[" * 500_000,
    "digits": b'{"code":' + b"9" * 500_000 + b"}",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator["subprocess.Popen[str]"]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "server.cli", "run", "--port", str(port)]
    data = str(tmp_path_factory.mktemp("served"))
    environment = os.environ | {"GHEPMAU_DATA": data, "GHEPMAU_THREADS": "2"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Ghép Mẫu: ")
        process.args = port
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def port(server: "subprocess.Popen[str]") -> int:
    return int(server.args)  # type: ignore[arg-type]


def said_to(port: int, raw: bytes) -> tuple[list[int], bytes]:
    """Send *raw*, and nothing more; return the statuses that came until the other side ended."""
    parts: list[bytes] = []
    client = socket.create_connection(("127.0.0.1", port), PATIENCE)
    with closing(client), suppress(ConnectionError):  # refused before all of it was sent
        client.sendall(raw)
        while part := client.recv(65536):
            parts.append(part)
    got = b"".join(parts)
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", got)], got


@pytest.mark.parametrize(
    ("heads", "status"),
    [
        (b"Content-Length: 4\r\n" + CHUNKED + b"\r\n0\r\n\r\n", 411),
        (CHUNKED + b"Content-Length: 60\r\n\r\n0\r\n\r\n", 411),
        (CHUNKED + b"\r\nzz\r\nhello\r\n0\r\n\r\n", 411),
        (CHUNKED + b"\r\nffffffffffffffffff\r\nhello\r\n", 411),
        (CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400),
        (b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
        (b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}", 400),
        (b"Content-Length: 2, 2\r\n\r\n{}", 400),
        (b"Content-Length: +2\r\n\r\n{}", 400),
        (b"Content-Length: -2\r\n\r\n{}", 400),
        (b"Content-Length : 2\r\n\r\n{}", 400),
        (b"X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}", 400),
        (b"Host: y\r\nContent-Length: 2\r\n\r\n{}", 400),
        (b"Content-Length: 999999999\r\n\r\n{}", 413),
        (b"X: a\r\n" * 500 + b"\r\n", 431),
    ],
)  # fmt: skip
def test_what_two_servers_could_read_in_two_ways_is_refused_and_ends_there(
    port: int, heads: bytes, status: int
) -> None:
    statuses, _ = said_to(port, ENROL + heads + NEXT)
    assert statuses == [status], "the second request would have been smuggled in"


def test_a_head_without_end_is_not_gathered(port: int) -> None:
    statuses, _ = said_to(port, ENROL + b"X: " + b"a" * 1_000_000)
    assert statuses in ([431], []), "the end of the connection may overtake the answer"


def test_a_body_that_was_cut_off_reaches_no_page(
    server: "subprocess.Popen[str]", port: int
) -> None:
    """The log of requests says what reached the pages."""
    assert server.stdout is not None
    with closing(socket.create_connection(("127.0.0.1", port), PATIENCE)) as client:
        client.sendall(ENROL + b'Content-Length: 50\r\n\r\n{"code": "x", "public_key": "y"}')
    assert status_of(port, "/roles") == 302
    while True:
        line = json.loads(server.stdout.readline())
        assert "enrol" not in line.get("route", "")
        if line.get("route") == "/roles":
            break


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP.keys())
def test_json_without_end_is_refused_with_a_sentence(port: int, body: bytes) -> None:
    statuses, got = said_to(port, ENROL + ENDS + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert statuses == [422]
    assert b"bad-input" in got


def test_idle_connections_keep_nobody_waiting(port: int) -> None:
    idle = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(IDLE)]
    assert [status_of(port) for _ in range(5)] == [200] * 5
    for client in idle:
        client.close()
