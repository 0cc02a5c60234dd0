"""Turns of those who write archives: one at a time, on this machine and on any other.

The folder may lie on one machine and the database serve several: each would write a file of the
same rows under the same number.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from server.archives import renewing
from server.db import Database
from server.engines import is_shared
from server.errors import DomainError

ARCHIVING = 0x6768_6172  # the number of PostgreSQL's lock for it
# One whose machine lost its power is let go within half a minute: by itself PostgreSQL asks after
# two hours whether somebody is there.
_ASKED_AFTER = (
    "SET tcp_keepalives_idle = 10", "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 4",
)  # fmt: skip


class ElsewhereNow(DomainError):
    code = "archiving-elsewhere-now"


class FilesElsewhere(DomainError):
    code = "archives-elsewhere"


@contextmanager
def alone(database: Database, folder: Path) -> Iterator[None]:
    """Hold the folder and the database: who comes second here waits.

    Raises ElsewhereNow where another machine is at it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".archiving").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not is_shared(database.engine):
            yield
            return
        # It asks nothing more and is in no transaction: those that stand idle are ended.
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as turn:
            turn.detach()  # closed at the end, and the lock with it
            _take(turn)
            yield


def _take(turn: Connection) -> None:
    for each in _ASKED_AFTER:
        turn.execute(text(each))
    if not turn.scalar(select(func.pg_try_advisory_lock(ARCHIVING))):
        raise ElsewhereNow(
            "Một máy khác đang làm việc với tệp lưu trữ. Chờ rồi chạy lại; bộ hẹn giờ chỉ bật trên "
            "một máy (docs/cluster.md).",
            "Another machine is at work on archives. Wait and run it again; the timers are on for "
            "one machine alone (docs/cluster.md).",
        )


def check_folder(database: Database, folder: Path) -> None:
    """Raise FilesElsewhere where the register has files and none of them is in *folder*."""
    with database.read() as session:
        known = renewing.registered(session)
    if known and not any((folder / each.name).exists() for each in known):
        raise FilesElsewhere(
            f"Không tệp nào trong {len(known)} tệp lưu trữ đã ghi sổ nằm ở {folder}: thư mục ở máy "
            "khác, hoặc chưa được gắn. Lưu trữ trên máy có thư mục đó và tắt bộ hẹn giờ ở đây; nếu "
            "từ nay tệp nằm ở đây: `archive make --here`, một lần.",
            f"None of the {len(known)} archives in the register is in {folder}: the folder is on "
            "another machine, or is not mounted. Archive on the machine that has it, and turn the "
            "timer off here; if files shall lie here from now on: `archive make --here`, once.",
        )
