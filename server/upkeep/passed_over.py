"""How far a restore passed over numbers, kept beside the database and beside the backup.

The same backup, restored once more, does not know that it came back before, and what was printed in
between: this file does.  It holds numbers alone, and nobody's data.
"""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import inspect, text

from server.db import Database
from server.sampling.numbering import GivenOut
from server.upkeep.opening import Trouble

NAME = "passed-over.json"


_SERIALS = (
    ("lot", "SELECT series, max(last) FROM lot WHERE series IS NOT NULL GROUP BY series"),
    ("lot_gap", "SELECT series, max(last) FROM lot_gap GROUP BY series"),
)
_IDS = (("lot", "SELECT id FROM lot WHERE id LIKE :ours", "L"),
        ("plate", "SELECT id FROM plate WHERE id LIKE :ours", "P"))  # fmt: skip
_BEYOND = "SELECT beyond FROM restored WHERE year = :year"


def of(database: Database, now: datetime) -> GivenOut:
    """Return how far numbers are given out or passed over in a *database* of whatever shape.

    Raises SQLAlchemyError, ValueError or TypeError where it cannot be read.
    """
    with database.read() as session:
        connection = session.connection()
        there = inspect(connection)
        series, ids = dict[int, int](), [0]
        for table, asked in _SERIALS:
            for each, last in connection.execute(text(asked)) if there.has_table(table) else ():
                series[int(each)] = max(series.get(int(each), 0), int(last))
        for table, asked, kind in _IDS:
            if there.has_table(table):
                rows = connection.execute(text(asked), {"ours": f"{kind}-{now.year}-%"}).scalars()
                ids += [int(end) for row in rows if (end := row.rpartition("-")[2]).isdecimal()]
        if there.has_table("restored"):
            ids += connection.execute(text(_BEYOND), {"year": now.year}).scalars()
    return GivenOut(now, series, {now.year: max(ids)})


def read(folders: Sequence[Path]) -> list[GivenOut]:
    """Return what is noted in *folders*; raises Trouble where a note cannot be read."""
    return [_read(folder / NAME) for folder in folders if (folder / NAME).exists()]


def _read(file: Path) -> GivenOut:
    try:
        return msgspec.json.decode(file.read_bytes(), type=GivenOut)
    except (OSError, msgspec.DecodeError) as error:
        raise Trouble(
            f"không đọc được {file} ({type(error).__name__}): tệp ghi các số đã bỏ qua ở lần khôi "
            "phục trước. Sửa quyền, hoặc chép tệp cùng tên ở cạnh bản sao lưu vào đó. Không còn "
            "bản nào: cất tệp ấy đi và thêm --replaced với cơ sở dữ liệu của lần trước",
            f"{file} cannot be read ({type(error).__name__}): it says which numbers the restore "
            "before passed over. Let us read it, or put the file of that name there that is beside "
            "the backup. Where there is none: put it away and say --replaced with that restore's "
            "database",
        ) from error


def keep(folders: Sequence[Path], given: GivenOut) -> None:
    """Note *given* in the first of *folders*, on the disk on return, and where else we may.

    What was noted before stays, where it is further.  Raises Trouble where the first takes nothing.
    """
    first, *others = folders
    whole = _joined(given, read(folders))
    try:
        first.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(first, whole)
    except OSError as error:
        raise Trouble(
            f"không ghi được {first / NAME} ({error.strerror}): dọn chỗ hoặc sửa quyền, rồi "
            "chạy lại",
            f"{first / NAME} cannot be written ({error.strerror}): make room, or let us write "
            "there, and run this again",
        ) from error
    for folder in others:
        with suppress(OSError):  # a medium that only reads: the first one has it
            _write(folder, whole)


def _joined(given: GivenOut, others: Iterable[GivenOut]) -> GivenOut:
    series, ids = Counter(given.series), Counter(given.ids)
    for each in others:
        series, ids = series | Counter(each.series), ids | Counter(each.ids)  # the higher of both
    return GivenOut(given.at, dict(series), dict(ids))


def _write(folder: Path, given: GivenOut) -> None:
    new = folder / f"{NAME}.new"
    with new.open("wb") as file:
        file.write(msgspec.json.encode(given) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / NAME)
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
