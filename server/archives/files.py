"""One archive file: a frame that says what it holds, frames of rows, and their sum at the end.

Encrypted as a backup is (`upkeep.strongbox`), under keys that the key file opens.  A row is whole,
with opened values: the file is read without its database, and outlives a change of keys.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import msgspec

from contract.signing import decode
from contract.tubes import ForeignTube, TubeId
from server import vault
from server.upkeep import strongbox
from server.upkeep.strongbox import NotReadable

Rows = list[list[Any]]
ENGINE = "archive"  # where a backup's head names its database
_WORDS, _ROWS, _SUM = b"w", b"r", b"s"
_HEAD = 5  # bytes of a sealed value that name its key


class Contents(msgspec.Struct, frozen=True):
    """What a file holds."""

    month: str
    shelf: str
    table: str
    columns: list[str]


class Sum(msgspec.Struct, frozen=True):
    """How many rows there are, and a hash over all frames of them."""

    rows: int
    digest: str


@dataclass
class _Adding:
    rows: int = 0
    hash: Any = field(default_factory=sha256)

    def add(self, frame: bytes, rows: int) -> None:
        self.hash.update(frame)
        self.rows += rows

    def sum(self) -> Sum:
        return Sum(self.rows, self.hash.hexdigest())


def write(
    path: Path, contents: Contents, pieces: Iterable[Rows], *, at: datetime, revision: str
) -> int:
    """Write a new file, on the disk and whole on return; return how many rows it holds."""
    handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    adding = _Adding()
    with os.fdopen(handle, "wb") as file:
        box = strongbox.Writer(file, made_at=at.isoformat(), engine=ENGINE, revision=revision)
        box.frame(_WORDS + msgspec.json.encode(contents))
        for rows in pieces:
            frame = _ROWS + msgspec.msgpack.encode(rows, enc_hook=_plain)
            adding.add(frame, len(rows))
            box.frame(frame)
        box.frame(_SUM + msgspec.json.encode(adding.sum()))
        box.close()
        file.flush()
        os.fsync(file.fileno())
    return adding.rows


def _plain(value: object) -> object:
    if isinstance(value, TubeId | ForeignTube):
        return value.text
    raise TypeError(f"a {type(value).__name__} has no place in an archive")


@contextmanager
def opened(path: Path) -> Iterator[tuple[Contents, Iterator[Rows]]]:
    """Give what a file holds, and its rows; raises NotReadable before anything wrong is believed.

    That nothing is missing is known only at the end of the rows.
    """
    with path.open("rb") as file:
        frames = strongbox.Reader(file).frames()
        first = next(frames, b"")
        if first[:1] != _WORDS:
            raise NotReadable(f"{path.name} không phải tệp lưu trữ", f"{path.name} is no archive")
        yield msgspec.json.decode(first[1:], type=Contents), _rows(frames)


def _rows(frames: Iterator[bytes]) -> Iterator[Rows]:
    adding, said = _Adding(), None
    for frame in frames:
        if frame[:1] == _SUM:
            said = msgspec.json.decode(frame[1:], type=Sum)
            continue
        rows = msgspec.msgpack.decode(frame[1:], type=Rows)
        adding.add(frame, len(rows))
        yield rows
    if said != adding.sum():
        raise NotReadable(
            "tệp lưu trữ này không chứa những gì nó ghi ở cuối",
            "this archive does not hold what it says at its end",
        )


def check(path: Path) -> int:
    """Read the whole of a file; return how many rows it holds.  Raises NotReadable."""
    with opened(path) as (_, pieces):
        return sum(map(len, pieces))


def digest(path: Path) -> str:
    """Return the hash of a file's bytes, by which the register knows it."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def is_of_old_key(path: Path) -> bool:
    """Return whether another key than the one in use opens the file."""
    with path.open("rb") as file:
        sealed = decode(strongbox.Reader(file).header.key)
    return sealed[:_HEAD] != vault.current().head
