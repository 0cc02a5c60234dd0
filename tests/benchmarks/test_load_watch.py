"""What a process used, as /proc tells it; and one that is held still."""

import os
import subprocess
import sys
from contextlib import suppress

from benchmarks.load_watch import held_still, peak

_MANY = 96 << 20  # bytes, much more than an interpreter has by itself
_CHILD = f"held = b'x' * {_MANY}; del held; print(flush=True); input()"


def test_the_most_memory_of_a_family_is_told_also_after_a_child_has_given_it_back() -> None:
    before = peak(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        child.stdout.readline()  # it has given everything back
        assert peak(child.pid) > _MANY
        assert peak(os.getpid()) >= max(before, peak(child.pid))
        child.communicate(b"\n")


def test_a_server_that_is_held_still_does_nothing_while_its_peer_is_measured() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        with held_still(child.pid):
            _, status = os.waitpid(child.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status)
        _, status = os.waitpid(child.pid, os.WCONTINUED)
        assert os.WIFCONTINUED(status)
        child.communicate(b"\n")
    assert child.returncode == 0


def test_it_goes_on_also_where_its_peer_fails() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        with suppress(ZeroDivisionError), held_still(child.pid):
            raise ZeroDivisionError
        child.communicate(b"\n", timeout=30)
    assert child.returncode == 0
