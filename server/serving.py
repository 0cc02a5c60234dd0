"""How many processes may serve a database, and whether it has room for them.

SQLite: one process, which holds a lock beside the file as long as it lives.  PostgreSQL: any
number, on any number of machines, as far as the database takes their connections.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text

from server.config import ConfigError, Settings
from server.db import Database
from server.engines import SPARE

OTHERS = 5  # connections that are left for backups, an operator, a metrics program


def check_workers(settings: Settings) -> None:
    """Raise ConfigError where several processes were asked for and cannot be had."""
    if settings.workers > 1 and sqlite_file(settings) is not None:
        raise ConfigError(
            f"workers = {settings.workers} cần PostgreSQL: SQLite chỉ có một tiến trình phục "
            "vụ. Đặt workers = 1, hoặc ghi một cơ sở dữ liệu PostgreSQL vào cấu hình "
            "`database`",
            f"workers = {settings.workers} needs PostgreSQL: SQLite is served by one process. "
            "Set workers = 1, or name a PostgreSQL database in the setting `database`",
        )


def connections_of(settings: Settings) -> int:
    """Return how many connections one process may open."""
    return settings.connections or settings.threads + SPARE


def check_room(settings: Settings, database: Database, processes: int) -> None:
    """Raise ConfigError where PostgreSQL takes fewer connections than *processes* may open."""
    if database.engine.dialect.name != "postgresql":
        return
    each = connections_of(settings)
    with database.read() as session:
        most, kept = (
            int(session.scalar(text(f"SHOW {name}")) or 0)
            for name in ("max_connections", "superuser_reserved_connections")
        )
    if processes * each > most - kept - OTHERS:
        raise ConfigError(
            f"{processes} tiến trình, mỗi tiến trình mở đến {each} kết nối, mà PostgreSQL chỉ "
            f"nhận {most - kept - OTHERS} (max_connections = {most}): tăng ở đó, hoặc giảm "
            "`workers`, `threads` hay `connections` ở đây",
            f"{processes} processes may open {each} connections each, but PostgreSQL takes "
            f"{most - kept - OTHERS} (max_connections = {most}): raise it there, or lower "
            "`workers`, `threads` or `connections` here",
        )


def hold_alone(settings: Settings) -> Any:
    """Take SQLite's file for this process, and return what must be kept as long as it serves.

    Raises ConfigError if another process serves it.  None for other databases.
    """
    file = sqlite_file(settings)
    if file is None:
        return None
    lock = Path(f"{file}.serving").open("a")  # noqa: SIM115 - held until the process ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise ConfigError(
            f"{file} đang do một tiến trình khác phục vụ: dừng nó trước. Muốn nhiều tiến "
            "trình thì cần PostgreSQL",
            f"{file} is served by another process already: stop that one first. Several "
            "processes need PostgreSQL",
        ) from error
    os.set_inheritable(lock.fileno(), False)  # noqa: FBT003 - of the function
    return lock


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Have SQLite's file for the time of a command, as `hold_alone`."""
    held = hold_alone(settings)
    try:
        yield
    finally:
        if held is not None:
            held.close()


def sqlite_file(settings: Settings) -> str | None:
    """Return the file of the database, None where it is another server's."""
    url = make_url(settings.database_url)
    return url.database if url.get_backend_name() == "sqlite" else None
