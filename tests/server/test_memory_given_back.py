"""What was large goes back to the system, in the process that serves: it is forked, and what would
be said in its environment nobody reads there."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.province import free_port

SERVE = """
import ctypes, sys
from server import preparing, wsgi
from server.config import Settings

class Info(ctypes.Structure):
    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]

def mapped():
    library = ctypes.CDLL(None)
    library.mallinfo2.restype = Info
    return library.mallinfo2().hblks

def load(settings):
    bytes(1 << 20)  # gone at once: the library takes it that such pieces come and go
    before, kept = mapped(), [bytes(200_000) for _ in range(200)]
    print("mapped", mapped() - before, "of", len(kept), flush=True)
    return wsgi.build(settings)

settings = Settings(data=sys.argv[1], port=int(sys.argv[2]), threads=2)
preparing.prepare(settings)
wsgi.serve(settings, load=load)
"""


@pytest.fixture
def said(tmp_path: Path) -> Iterator[str]:
    """How many of the pieces that the process that serves took are not its heap's."""
    command = [sys.executable, "-c", SERVE, str(tmp_path), str(free_port())]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert server.stdout is not None
    with server.stdout as told:
        yield next(line for line in told if line.startswith("mapped"))
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="another C library")
def test_an_uploads_bytes_are_the_systems_again_once_they_are_let_go(said: str) -> None:
    assert int(said.split()[1]) > 100, "the heap keeps them"
