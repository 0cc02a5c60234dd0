"""How many processes may serve which database, and what happens when one of them is killed."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

import pytest

from server import preparing, serving
from server.config import ConfigError, Settings
from server.db import open_database
from tests.server.test_wsgi import children_of, port, status_of

__all__ = ["port"]


def test_sqlite_is_served_by_one_process(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path), workers=2)
    with pytest.raises(ConfigError, match="workers = 2 needs PostgreSQL"):
        serving.check_workers(settings)
    held = serving.hold_alone(settings)
    with pytest.raises(ConfigError, match="served by another process already"):
        serving.hold_alone(settings)
    held.close()
    serving.hold_alone(settings).close()


def test_more_connections_than_postgresql_takes_are_refused_beforehand(
    fresh_postgresql: Callable[..., str],
) -> None:
    database = open_database(fresh_postgresql("template1"))
    settings = Settings(database="postgresql://", threads=20)
    serving.check_room(settings, database, 2)
    with pytest.raises(ConfigError, match="max_connections = 100"):
        serving.check_room(settings, database, 3)
    serving.check_room(Settings(connections=10), database, 9)
    database.engine.dispose()


@contextmanager
def served(data: Path, *words: str, **more: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "server.cli", *words]
    environment = os.environ | {"GHEPMAU_DATA": str(data), "GHEPMAU_THREADS": "4"} | more
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Ghép Mẫu: ")
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_process_that_is_killed_is_missed_by_nobody_and_started_anew(
    tmp_path: Path, port: int, fresh_postgresql: Callable[..., str]
) -> None:
    database = fresh_postgresql("template1")
    preparing.prepare(Settings(data=str(tmp_path), database=database))
    more = {"GHEPMAU_DATABASE": database, "GHEPMAU_WORKERS": "2"}
    with (
        served(tmp_path, "run", "--port", str(port), **more) as server,
        served(tmp_path, "work", **more) as worker,
    ):
        first = children_of(server.pid)
        assert len(first) == 2
        gone = os.pidfd_open(first[0])
        os.kill(first[0], signal.SIGKILL)
        assert select.select([gone], [], [], 20)[0]
        os.close(gone)
        answers = set()
        while len(children_of(server.pid)) < 2 or first[0] in children_of(server.pid):
            answers.add(status_of(port))
        answers.add(status_of(port))
        assert answers == {200}
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0


def test_a_dead_process_is_started_anew_also_where_nobody_reads_the_log(
    tmp_path: Path, port: int, fresh_postgresql: Callable[..., str]
) -> None:
    """Its death is a line of the log, and a pipe that nobody reads is full in the end."""
    database = fresh_postgresql("template1")
    preparing.prepare(Settings(data=str(tmp_path), database=database))
    more = {"GHEPMAU_DATABASE": database, "GHEPMAU_WORKERS": "2"}
    with served(tmp_path, "run", "--port", str(port), **more) as server:
        assert server.stdout is not None
        fill(server.stdout.fileno())
        first = children_of(server.pid)
        for pid in first:
            gone = os.pidfd_open(pid)
            os.kill(pid, signal.SIGKILL)
            assert select.select([gone], [], [], 20)[0]
            os.close(gone)
            until = monotonic() + 30
            while len(children_of(server.pid)) < 2 or pid in children_of(server.pid):
                assert monotonic() < until, "it was not begun anew"
                answers(port)
        assert not set(first) & set(children_of(server.pid))
        while not answers(port):
            assert monotonic() < until
        server.send_signal(signal.SIGTERM)
        assert server.wait(40) == 0


def answers(port: int) -> bool:
    with suppress(ConnectionRefusedError):
        return status_of(port) == 200
    return False


def fill(pipe: int) -> None:
    """Fill *pipe* to the last byte, as a server does whose log nobody reads."""
    writer = os.open(f"/proc/self/fd/{pipe}", os.O_WRONLY | os.O_NONBLOCK)
    for size in (4096, 1):
        with suppress(BlockingIOError):
            while os.write(writer, b"." * size):
                pass
    os.close(writer)


def test_work_without_pages_needs_postgresql(tmp_path: Path) -> None:
    preparing.prepare(Settings(data=str(tmp_path)))
    where = os.environ | {"GHEPMAU_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "server.cli", "work"]
    done = subprocess.run(command, env=where, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "`work` needs PostgreSQL" in done.stderr
