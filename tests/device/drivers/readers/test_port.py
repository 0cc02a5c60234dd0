"""A reader's port, over a real pseudo-terminal."""

import fcntl
import os
import select
import struct
import termios
import tty
from contextlib import closing
from pathlib import Path

import pytest

from device.drivers import ReaderLost
from device.drivers.readers.port import Port


def flushed(terminal: int) -> bool:
    """Read one packet; return whether it says that the other side dropped what it had written."""
    assert select.select([terminal], [], [], 5.0)[0]
    return bool(os.read(terminal, 1)[0] & termios.TIOCPKT_FLUSHWRITE)


def test_a_reader_that_takes_nothing_does_not_keep_the_port_from_closing() -> None:
    ours, theirs = os.openpty()
    try:
        tty.setraw(theirs)
        fcntl.ioctl(ours, termios.TIOCPKT, struct.pack("i", 1))
        with closing(Port(os.ttyname(theirs), 9600)) as port:
            port.write(b"x" * 100)
        assert flushed(ours)  # nothing is left that the kernel would wait for
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_port_can_be_closed_twice_and_after_its_reader_is_gone() -> None:
    ours, theirs = os.openpty()
    port = Port(os.ttyname(theirs), 9600)
    os.close(theirs)
    os.close(ours)
    with pytest.raises(ReaderLost):
        port.write(b"x")
    before = opened()
    port.close()
    assert opened() < before  # or its name stays taken, and the reader is not found again
    port.close()


def opened() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
