"""The database is brought to the newest shape, after a copy; and the way back.

Beside the copy stands how many rows each table held right after: as long as it holds the same,
nothing is lost by putting the copy back.  What follows from the rest is not counted.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from server import schema
from server.db import Database
from server.delivery.models import Arrived
from server.upkeep import backups, copies
from server.upkeep.opening import Trouble

# Counted anew, or nobody's loss: figures, leases, seals of the trail, log-ins, heartbeats.
FOLLOWS = (
    "audit_link", "audit_seal", "figure_", "key_challenge", "lease", "login_", "replica_",
    "station_health", "station_hour", "upstream_count",
)  # fmt: skip


@dataclass(frozen=True)
class Brought:
    """From where a database was brought to the newest shape, and the copy of before, if any."""

    before: str | None
    copy: Path | None = None

    @property
    def moved(self) -> bool:
        return self.before not in (None, schema.newest_revision())


def bring(
    database: Database,
    folder: Path,
    *,
    now: datetime,
    copy: bool = True,
    copied: Callable[[Path], object] = str,
) -> Brought:
    """Bring *database* to the newest shape; one with something in it is copied first.

    *copied* hears of the copy before anything changes: what ends this later leaves it known.
    Raises NewerDatabase, and Trouble where no copy can be made: nothing was changed then.
    """
    before = schema.revision_of(database)
    schema.check_known(before)
    brought = Brought(before)
    if brought.moved and copy:
        made = _copied(database, folder, now)
        copied(made)
        brought = Brought(before, made)
    schema.upgrade(database)
    if brought.copy is not None:
        counted = json.dumps(_count(database))
        with suppress(OSError):  # it is brought all the same; the way back says "not known" then
            _counts_of(brought.copy).write_text(counted, encoding="ascii")
    return brought


def check_unchanged(database: Database, copy: Path) -> None:
    """Raise Trouble where something was written since *copy* was made and the shape changed."""
    try:
        then: dict[str, int] = json.loads(_counts_of(copy).read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise Trouble(
            f"không có {_counts_of(copy)}: không biết từ đó có gì được ghi thêm. Xem "
            "docs/operators.md, Upgrade",
            f"{_counts_of(copy)} is not there: what was written since is not known. See "
            "docs/operators.md, Upgrade",
        ) from error
    found = _count(database)
    changed = [
        f"{name} {found[name] - rows:+d}"
        for name, rows in then.items()
        if found.get(name, rows) != rows
    ]
    if changed:
        what = ", ".join(changed)
        raise Trouble(
            f"từ lúc nâng cấp đã ghi thêm ({what}): quay lại sẽ mất. Sửa bản mới, hoặc đọc "
            "docs/operators.md, Upgrade, rồi thêm --even-so",
            f"since the upgrade this was written: {what}; going back would lose it. Mend the new "
            "release, or read docs/operators.md, Upgrade, and say --even-so",
        )


def _copied(database: Database, folder: Path, now: datetime) -> Path:
    try:
        return backups.make(database, folder, now=now)
    except OSError as error:
        raise Trouble(
            f"không chép được cơ sở dữ liệu vào {folder} trước khi nâng cấp ({error.strerror}): "
            "dọn chỗ hoặc sửa quyền. Chưa có gì thay đổi (`upgrade --no-backup`: không chép)",
            f"no copy of the database could be made in {folder} before the upgrade "
            f"({error.strerror}): make room, or let us write there. Nothing was changed "
            "(`upgrade --no-backup`: without a copy)",
        ) from error


def _counts_of(copy: Path) -> Path:
    return copy.with_suffix(copies.COUNTS)


def _count(database: Database) -> dict[str, int]:
    counted = [table for table in schema.tables.sorted_tables if not table.name.startswith(FOLLOWS)]
    with database.read() as session:
        found = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in counted
        }
        # What was delivered adds no row: going back would deliver it again.
        arrived = session.scalar(select(func.sum(Arrived.count)))
        return {**found, "delivery_arrived.count": int(arrived or 0)}
