"""Whether this server's clock can be believed, by the trail: for what is taken away for good.

The weekly retention leaves an entry, so a server that runs is never silent for long: where the
trail is, the server was off or its clock ran ahead.  An operator who has looked says `--even-so`,
once, and the trail keeps that.
"""

import argparse
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from contract.spoken import said
from server.audit import services as audit
from server.audit.models import AuditEntry
from server.db import Database
from server.display import day, time_of_day
from server.times import CLOCKS_DIFFER
from server.upkeep.opening import BY, Trouble

SILENT = timedelta(days=40)
_CLOCK, _VOUCHED = "clock", "clock.vouched-for"
_KNOWN_GOOD = ((_CLOCK, _VOUCHED), ("persons", "retention.run"))  # subjects and actions


class _Entry(NamedTuple):
    id: int
    at: datetime


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--even-so",
        action="store_true",
        help=said(
            "đã xem đồng hồ máy chủ: giờ này đúng, dù nhật ký không khớp",
            "I looked at the server's clock: it is right, though the trail does not fit it",
        ),
    )


def check(database: Database, now: datetime, *, even_so: bool) -> None:
    """Raise Trouble where the trail says that *now* is wrong, unless somebody vouches for it."""
    with database.read() as session:
        trouble = doubt(session, now)
    if trouble is None:
        return
    if not even_so:
        raise trouble
    with database.write() as session:
        audit.record(session, _VOUCHED, _CLOCK, by=BY, now=now)


def doubt(session: Session, now: datetime) -> Trouble | None:
    """Return what speaks against *now*, with what to do."""
    newest = _first(session, _entries().order_by(AuditEntry.id.desc()))
    if newest is None:
        return None
    if newest.at > now + CLOCKS_DIFFER:
        return Trouble(
            f"đồng hồ máy chủ chỉ {_said(now)}, mà nhật ký đã có mục lúc {_said(newest.at)}: "
            f"đồng hồ đang chậm, hoặc trước đó đã chạy nhanh. {_DO_VI}",
            f"the server's clock says {_said(now)}, and the trail has an entry of "
            f"{_said(newest.at)}: the clock is behind, or ran ahead before. {_DO}",
        )
    silence = _silence(session, _known_good(session) or newest, newest)
    if silence is None and now - newest.at > SILENT:
        silence = newest.at, now
    if silence is None:
        return None
    since, until = map(_said, silence)
    return Trouble(
        f"từ {since} đến {until} nhật ký không có mục nào: máy chủ đã tắt, hoặc đồng hồ nhảy tới "
        f"trước. {_DO_VI}",
        f"the trail has nothing from {since} to {until}: the server was off, or its clock jumped "
        f"ahead. {_DO}",
    )


_DO_VI = (
    "Chưa xóa gì. Xem giờ bằng `timedatectl`: sai thì chỉnh lại; đúng thì chạy lại lệnh này một "
    "lần, thêm --even-so"
)
_DO = (
    "Nothing was taken away. Look at `timedatectl`: if the time is wrong, set it right; if it is "
    "right, run this once more with --even-so"
)


def _known_good(session: Session) -> _Entry | None:
    """Return the newest entry that was made by a clock that was looked at; else the first ever."""
    good = []
    for subject, action in _KNOWN_GOOD:
        asked = _entries().where(AuditEntry.subject == subject, AuditEntry.action == action)
        if found := _first(session, asked.order_by(AuditEntry.id.desc())):
            good.append(found)
    return max(good) if good else _first(session, _entries().order_by(AuditEntry.id))


def _silence(session: Session, begin: _Entry, end: _Entry) -> tuple[datetime, datetime] | None:
    """Return the first time between two entries that is longer than a server is ever silent.

    Halves what is too long again and again: few entries of a long trail are read.
    """
    if end.at - begin.at <= SILENT:
        return None
    between = _entries().where(AuditEntry.id > begin.id, AuditEntry.id < end.id)
    half = (begin.id + end.id) // 2
    later = between.where(AuditEntry.id >= half).order_by(AuditEntry.id)
    earlier = between.where(AuditEntry.id < half).order_by(AuditEntry.id.desc())
    middle = _first(session, later) or _first(session, earlier)
    if middle is None:
        return begin.at, end.at
    return _silence(session, begin, middle) or _silence(session, middle, end)


def _said(at: datetime) -> str:
    return f"{time_of_day(at)} {day(at)}"


def _entries() -> Select[int, datetime]:
    return select(AuditEntry.id, AuditEntry.at)


def _first(session: Session, asked: Select[int, datetime]) -> _Entry | None:
    row = session.execute(asked.limit(1)).first()
    return _Entry(*row) if row else None
