"""What a process used, as /proc tells it."""

import os
import subprocess
import sys

from benchmarks.load_watch import peak

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
