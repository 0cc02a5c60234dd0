"""A file system whose power can be cut: what was not synced is in memory and dies with us.

    python -m faults.powercut ROOT MOUNT [--lie] [--log FILE]

ROOT holds what is on the platter; MOUNT is what programs see.  SIGKILL to this process is the
power cut.  With `--lie` a sync is answered and not done, as cheap cards do; for the first
`--honest N` syncs it is done all the same.  `--log` keeps every change as it comes, for
`faults.crash_states`.  Names (create, rename, unlink) are on the platter at once: `crash_states`
plays through what happens where they are late.
"""

import argparse
import os
import pickle
import stat
import sys
from pathlib import Path
from typing import IO, Any

import mfusepy as fuse  # type: ignore[import-untyped]

from faults.contents import cut, put

Change = tuple[Any, ...]


class PowerCut(fuse.Operations):  # type: ignore[misc, unused-ignore]
    """Files of one folder, each with the bytes that the platter does not have yet."""

    use_ns = True

    def __init__(self, root: Path, log: IO[bytes] | None, *, lie: bool, honest: int) -> None:
        self._root, self._log, self._lie, self._honest = root, log, lie, honest
        self._now: dict[str, bytearray] = {}

    def _at(self, path: str) -> str:
        return str(self._root) + path

    def _note(self, *change: Any) -> None:
        if self._log is not None:
            pickle.dump(change, self._log)
            self._log.flush()

    def _bytes(self, path: str) -> bytearray:
        if path not in self._now:
            self._now[path] = bytearray(Path(self._at(path)).read_bytes())
        return self._now[path]

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        found = os.lstat(self._at(path))
        names = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_ino")
        answer: dict[str, Any] = {name: getattr(found, name) for name in names}
        answer |= {f"st_{x}time": getattr(found, f"st_{x}time_ns") for x in "amc"}
        if path in self._now:
            answer["st_size"] = len(self._now[path])
        return answer

    def readdir(self, path: str, fh: int) -> list[str]:
        return [".", "..", *(each.name for each in Path(self._at(path)).iterdir())]

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        os.close(os.open(self._at(path), os.O_CREAT | os.O_RDWR, stat.S_IMODE(mode)))
        self._bytes(path)
        self._note("create", path)
        return 0

    def open(self, path: str, flags: int) -> int:
        self._bytes(path)
        return 0

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return bytes(self._bytes(path)[offset : offset + size])

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        self._note("write", path, offset, bytes(data))
        put(self._bytes(path), offset, data)
        return len(data)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        self._note("cut", path, length)
        cut(self._bytes(path), length)
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        self._note("sync", path)
        self._honest -= 1
        if not self._lie or self._honest >= 0:
            with Path(self._at(path)).open("r+b") as file:
                file.write(self._bytes(path))
                file.truncate()
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        self._note("sync", path)
        return 0

    def flush(self, path: str, fh: int) -> int:
        return 0  # closing a file puts nothing on the platter

    def release(self, path: str, fh: int) -> int:
        return 0

    def unlink(self, path: str) -> int:
        self._note("unlink", path)
        Path(self._at(path)).unlink()
        self._now.pop(path, None)
        return 0

    def rename(self, old: str, new: str) -> int:
        self._note("rename", old, new)
        Path(self._at(old)).rename(self._at(new))
        self._now.pop(new, None)
        if old in self._now:
            self._now[new] = self._now.pop(old)
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        Path(self._at(path)).mkdir(mode)
        return 0

    def rmdir(self, path: str) -> int:
        Path(self._at(path)).rmdir()
        return 0

    def chmod(self, path: str, mode: int) -> int:
        Path(self._at(path)).chmod(stat.S_IMODE(mode))
        return 0

    def utimens(self, path: str, times: Any = None) -> int:
        return 0

    def access(self, path: str, amode: int) -> int:
        return 0

    def statfs(self, path: str) -> dict[str, int]:
        found = os.statvfs(self._root)
        names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_frsize", "f_namemax")
        return {name: getattr(found, name) for name in names}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("mount", type=Path)
    parser.add_argument("--lie", action="store_true")
    parser.add_argument("--honest", type=int, default=0, metavar="N")
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    log = options.log.open("ab") if options.log else None
    disk = PowerCut(options.root.absolute(), log, lie=options.lie, honest=options.honest)
    fuse.FUSE(disk, str(options.mount), foreground=True, nothreads=True, allow_other=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
