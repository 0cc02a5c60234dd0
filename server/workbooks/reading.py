"""A workbook opened in a process of its own, and its rows, which come piece by piece.

The content goes over in memory, never by a disk.  Two are read at a time in each process that
serves: what they may take together stays known.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from threading import BoundedSemaphore
from typing import IO, BinaryIO

from server.workbooks.cells import Style
from server.workbooks.wire import Said, unpacked

log = logging.getLogger(__name__)
AT_ONCE = 2
_ROWS, _WIDEST = 1000, 20_000
_free = BoundedSemaphore(AT_ONCE)
_DYING_SECONDS = 10
# What others send; a workbook that is too much ends by SIGXCPU, SIGABRT or SIGSEGV, or by an error.
_FROM_OUTSIDE = {
    -each for each in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
}


class Trouble(StrEnum):
    """Why a workbook is not read."""

    DAMAGED = "damaged"
    PASSWORD = "password"  # noqa: S105 - no password
    FAR = "far"  # its filled cells lie too far apart
    TOO_MUCH = "too-much"  # reading it takes more memory or time than any list


class Unreadable(Exception):
    """A workbook is not read: *why*, and what was *seen* (the far cell, the library's words)."""

    def __init__(self, why: Trouble, seen: str = "") -> None:
        super().__init__(why.value)
        self.why, self.seen = why, seen


class Killed(Exception):
    """The process that reads was killed from outside: that says nothing of the workbook."""


class Ended(Exception):
    """The process that reads is gone, perhaps *killed* from outside."""

    def __init__(self, *, killed: bool = False) -> None:
        super().__init__()
        self.killed = killed


class Book:
    """A workbook that is open elsewhere."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self.names = tuple(name for (name,) in unpacked(_heard(process)))

    def rows(self, at: int, style: Style, *, width: int = _WIDEST) -> Iterator[list[str]]:
        """Yield the rows of sheet *at* from the first of the sheet on, *width* cells at most."""
        start = 0
        while True:
            _ask(self._process, f"{at} {start} {_ROWS} {width} {style.value}\n".encode("ascii"))
            rows = unpacked(_heard(self._process))
            yield from rows
            start += len(rows)
            if len(rows) < _ROWS:
                return


@contextmanager
def opened(file: BinaryIO) -> Iterator[Book]:
    """Open the workbook in *file* (seekable).

    Raises Unreadable, also while rows are read, and Killed: another time it may well be read.
    """
    with _free, _in_memory(file) as content:
        try:
            with _child(content) as process:
                yield Book(process)
        except Ended as ended:
            raise _told(content, killed=ended.killed) from ended


@contextmanager
def _in_memory(file: BinaryIO) -> Iterator[int]:
    handle = os.memfd_create("workbook")
    try:
        file.seek(0)
        with os.fdopen(os.dup(handle), "wb") as out:
            shutil.copyfileobj(file, out)
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _child(content: int, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the process that reads; however this ends, that one ends too."""
    os.lseek(content, 0, os.SEEK_SET)
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "server.workbooks.child", str(content), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what the library shouts may hold what people wrote
        pass_fds=(content,),
        start_new_session=True,  # Ctrl-C is said to the server, which ends what it reads
    )
    try:
        yield process
    finally:
        process.kill()
        for end in (process.stdin, process.stdout):
            _shut(end)
        process.wait()


def _shut(end: IO[bytes] | None) -> None:
    try:
        if end is not None:
            end.close()
    except OSError:  # a question that it did not read
        log.debug("the reader of a workbook left a question")


def _ask(process: "subprocess.Popen[bytes]", line: bytes) -> None:
    if process.stdin is None:
        raise Ended
    try:
        process.stdin.write(line)
        process.stdin.flush()
    except OSError as error:
        raise _gone(process) from error


def _heard(process: "subprocess.Popen[bytes]") -> bytes:
    """Return the next answer.  Raises Ended, and Unreadable for what it says instead."""
    said, payload = _answer(process)
    if said is not Said.OK:
        raise Unreadable(Trouble(said.value), payload.decode("utf-8", "replace"))
    return payload


def _answer(process: "subprocess.Popen[bytes]") -> tuple[Said, bytes]:
    if process.stdout is None:
        raise Ended
    head = process.stdout.readline().split()
    if len(head) != 2:
        raise _gone(process)
    said, length = Said(head[0].decode("ascii")), int(head[1])
    payload = process.stdout.read(length)
    if len(payload) != length:
        raise _gone(process)
    return said, payload


def _gone(process: "subprocess.Popen[bytes]") -> Ended:
    with suppress(subprocess.TimeoutExpired):
        return Ended(killed=process.wait(_DYING_SECONDS) in _FROM_OUTSIDE)
    return Ended()


def _told(content: int, *, killed: bool) -> Unreadable | Killed:
    """Look why the reader ended, in one more process under the same bounds."""
    try:
        with _child(content, "why") as process:
            said, payload = _answer(process)
            cell = payload.decode("ascii", "replace") if said is Said.FAR else ""
    except Ended:
        cell = ""
    log.warning("the reader of a workbook was ended: %s", cell or "no far cell was found")
    if cell:
        return Unreadable(Trouble.FAR, cell)
    return Killed() if killed else Unreadable(Trouble.TOO_MUCH)
