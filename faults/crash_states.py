"""Every state in which a crash may leave a disk, from the changes that `faults.powercut` logged.

Pure.  What was synced is there; of the rest any part may be: nothing, all of it, some writes, some
sectors of a write.  Names (create, rename, unlink) keep their order among themselves and are there
after any sync, as on ext4; before it, any first few of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from faults.contents import cut, put

Change = tuple[Any, ...]
SECTOR = 512
NAMES = ("create", "unlink", "rename")


@dataclass
class Platter:
    """Contents by number, and which name stands for which."""

    contents: dict[int, bytearray] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)

    def copy(self) -> "Platter":
        contents = {number: bytearray(content) for number, content in self.contents.items()}
        return Platter(contents, dict(self.names))

    def files(self) -> dict[str, bytes]:
        return {name: bytes(self.contents[number]) for name, number in self.names.items()}

    def take(self, change: Change) -> None:
        match change:
            case ("create", str(name), int(number)):
                self.names[name] = number
                self.contents.setdefault(number, bytearray())
            case ("unlink", str(name)):
                self.names.pop(name, None)
            case ("rename", str(old), str(new)):
                self.names[new] = self.names.pop(old)
            case ("write", int(number), int(offset), bytes(data)):
                put(self.contents.setdefault(number, bytearray()), offset, data)
            case ("cut", int(number), int(length)):
                cut(self.contents.setdefault(number, bytearray()), length)


@dataclass
class Machine:
    """A disk under way: what is on it, and what waits for a sync."""

    platter: Platter = field(default_factory=Platter)
    waiting: list[Change] = field(default_factory=list)
    _open: dict[str, int] = field(default_factory=dict)  # names as programs see them
    _next: int = 0

    def do(self, change: Change) -> None:
        kind, name = change[0], change[1]
        if kind == "sync":
            self._sync(self._open.get(name))
            return
        if kind == "create":
            self._open[name], self._next = self._next, self._next + 1
            change = ("create", name, self._open[name])
        elif kind == "rename":
            self._open[change[2]] = self._open.pop(name)
        elif kind == "unlink":
            del self._open[name]
        else:
            change = (kind, self._open[name], *change[2:])
        self.waiting.append(change)

    def _sync(self, number: int | None) -> None:
        """A file's sync takes its own bytes; any sync takes all names."""
        taken = [each for each in self.waiting if each[0] in NAMES or each[1] == number]
        for each in taken:
            self.platter.take(each)
        self.waiting = [each for each in self.waiting if each not in taken]

    def crashes(self, random: Random) -> Iterator[dict[str, bytes]]:
        """Yield disks as a crash now may leave them."""
        waiting = self.waiting
        names = [each for each in waiting if each[0] in NAMES]
        data = [each for each in waiting if each[0] not in NAMES]
        yield self._with(waiting)
        if not waiting:
            return
        for count in range(len(names) + 1):
            yield self._with(names[:count])
        for _ in range(2):
            some = names[: random.randint(0, len(names))]
            yield self._with([*some, *(each for each in data if random.random() < 0.5)])
            yield self._with([*some, *(part for each in data for part in torn(each, random))])

    def _with(self, changes: Sequence[Change]) -> dict[str, bytes]:
        after = self.platter.copy()
        for change in changes:
            after.take(change)
        return after.files()


def torn(change: Change, random: Random) -> Iterator[Change]:
    """Yield some sectors of a write."""
    if change[0] != "write":
        yield change
        return
    _, number, offset, data = change
    for start in range(0, len(data), SECTOR):
        if random.random() < 0.5:
            yield ("write", number, offset + start, data[start : start + SECTOR])
