"""The real server, as its operator runs it."""

import http.client
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

SLOW = 40


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "server.cli", "run", "--port", str(port)]
    environment = os.environ | {"GHEPMAU_DATA": str(tmp_path), "GHEPMAU_THREADS": "4"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Ghép Mẫu: http://127.0.0.1:")
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def status_of(port: int, path: str = "/login") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_slow_clients_keep_nobody_waiting_and_a_stop_is_clean(
    server: subprocess.Popen[str], port: int
) -> None:
    begun = {
        b"GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"POST /api/v1/stations/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
    }
    slow = []
    for start in begun:
        for _ in range(SLOW):
            client = socket.create_connection(("127.0.0.1", port))
            client.sendall(start)
            slow.append(client)
    assert [status_of(port) for _ in range(5)] == [200] * 5
    for client in slow:
        client.close()
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=20) == 0


def test_a_log_that_nobody_reads_stops_nobody(server: subprocess.Popen[str], port: int) -> None:
    """A pipe holds 64 KiB, which is some 250 lines."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        for _ in range(400):
            connection.request("GET", "/static/nothing.css")
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (404, True)


def test_nothing_is_left_when_the_command_is_killed(
    server: subprocess.Popen[str], port: int
) -> None:
    assert status_of(port) == 200
    [child] = children_of(server.pid)
    gone = os.pidfd_open(child)
    server.kill()
    assert server.wait() == -signal.SIGKILL
    assert select.select([gone], [], [], 20)[0] == [gone]
    os.close(gone)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
