"""Disks for tests: one whose power can be cut, and a small one that is soon full."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from faults.runs import needs


class Disk:
    """A mounted `faults.powercut`; `platter` is what is left once the power is cut."""

    def __init__(self, place: Path, *options: str) -> None:
        self.platter, self.mount = place / "platter", place / "mount"
        for folder in (self.platter, self.mount):
            folder.mkdir(parents=True, exist_ok=True)
        self._options = options
        self._daemon: subprocess.Popen[bytes] | None = None

    def on(self) -> None:
        command = [sys.executable, "-m", "faults.powercut", str(self.platter), str(self.mount)]
        self._daemon = subprocess.Popen([*command, *self._options], stderr=subprocess.PIPE)
        for _ in range(500):
            if os.path.ismount(self.mount):
                return
            if self._daemon.poll() is not None:
                break
            Event().wait(0.02)
        self.off()
        pytest.skip("no FUSE file system can be mounted here: it needs /dev/fuse and the right")

    def off(self) -> None:
        """Cut the power: from now on nothing reaches the platter."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.communicate()
            subprocess.run(["umount", "-l", str(self.mount)], check=False, capture_output=True)
            self._daemon = None


@contextmanager
def powered(place: Path, *options: str) -> Iterator[Disk]:
    """Give a disk that is on, and switch it off in the end."""
    needs("fusermount3")
    pytest.importorskip("mfusepy", reason="mfusepy is not installed: `make faults` installs it")
    disk = Disk(place, *options)
    disk.on()
    try:
        yield disk
    finally:
        disk.off()


@contextmanager
def small(place: Path, size: str = "2m") -> Iterator[Path]:
    """Give a disk of *size* in memory."""
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root alone")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def restarted(platter: Path) -> Path:
    """Return *platter* as a machine finds it after the cut: memory maps (-shm) are gone."""
    for index in platter.rglob("*-shm"):
        index.unlink()
    return platter


def copy_of(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to))
