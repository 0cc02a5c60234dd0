"""A kept file, read piece by piece from the database as if it lay on a disk.

It is decrypted in memory only, 64 KiB at a time.
"""

import io
from collections.abc import Callable
from typing import cast
from uuid import UUID

from sqlalchemy import select

from server.db import Database
from server.lab.imports.models import ImportPart

PART = 64 * 1024


class StoredFile(io.RawIOBase):
    """The content of an import, seekable.  `told` hears how many bytes were reached."""

    def __init__(
        self, database: Database, import_id: UUID, size: int, told: Callable[[int], None]
    ) -> None:
        self._database = database
        self._import_id = import_id
        self._size = size
        self._told = told
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        position, skipped = divmod(self._at, PART)
        piece = self._part(position)[skipped : skipped + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        self._told(self._at)
        return len(piece)

    def _part(self, position: int) -> bytes:
        if self._held[0] != position:
            found = select(ImportPart.content).where(
                ImportPart.import_id == self._import_id, ImportPart.position == position
            )
            with self._database.read() as session:
                self._held = (position, session.scalar(found) or b"")
        return self._held[1]


def open_stored(
    database: Database, import_id: UUID, size: int, told: Callable[[int], None] = lambda _: None
) -> io.BufferedReader:
    return io.BufferedReader(StoredFile(database, import_id, size, told), PART)
