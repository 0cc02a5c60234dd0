"""How long an item may wait on each desk, and who is told when it waits too long.

The rows below are where we begin; whoever leads the work may set other times.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.errors import BadInput
from server.outcomes.desk_models import DeskCase, DeskLimit
from server.outcomes.desk_sources import in_sight, rows_on
from server.outcomes.desks import Desk

Words = tuple[str, str]
TABLE_LEAD = ("trưởng đội lấy mẫu", "the lead of the swab team")
LAB_LEAD = ("trưởng phòng xét nghiệm", "the head of the laboratory")
OFFICER = ("cán bộ y tế trực", "the health officer on duty")
OPERATOR = ("người vận hành hệ thống", "the system's operator")


@dataclass(frozen=True, slots=True)
class Limit:
    """An item is late after some hours, and *to* is told after some more."""

    late: timedelta
    escalate: timedelta
    to: Words

    def state(self, since: datetime, now: datetime) -> str:
        """Return 'escalated', 'late' or 'in-time'."""
        age = now - since
        return "escalated" if age > self.escalate else "late" if age > self.late else "in-time"


def _hours(late: float, escalate: float, to: Words) -> Limit:
    return Limit(timedelta(hours=late), timedelta(hours=escalate), to)


LIMITS: dict[Desk, Limit] = {
    Desk.CONFLICTS_OPEN: _hours(2, 8, OFFICER),
    Desk.RESULT_WITHOUT_PAIRING: _hours(2, 12, TABLE_LEAD),
    Desk.RECEPTION_WITHOUT_PAIRING: _hours(4, 12, TABLE_LEAD),
    Desk.POOL_MISCOUNTED: _hours(4, 12, TABLE_LEAD),
    Desk.PAIRING_WITHOUT_RECEPTION: _hours(6, 12, TABLE_LEAD),
    Desk.RECEPTION_WITHOUT_RESULT: _hours(12, 24, LAB_LEAD),
    Desk.SEVERAL_RESULTS: _hours(2, 8, LAB_LEAD),
    Desk.RESULT_WITHOUT_RELEASE: _hours(2, 6, LAB_LEAD),
    Desk.OUTCOME_WITHOUT_DELIVERY: _hours(0.5, 4, OPERATOR),
    Desk.CALLBACKS_OPEN: _hours(12, 48, OFFICER),
}


@dataclass(frozen=True, slots=True)
class Strain:
    """How many items of a desk are late, and how many of these so much that somebody is told."""

    late: int
    escalated: int
    owned: int


def limits(session: Session) -> dict[Desk, Limit]:
    """Return the limit of every desk, as it was set last."""
    found = dict(LIMITS)
    for row in session.scalars(select(DeskLimit)):
        desk = Desk(row.desk)
        late, escalate = (
            timedelta(minutes=each) for each in (row.late_minutes, row.escalate_minutes)
        )
        found[desk] = Limit(late, escalate, LIMITS[desk].to)
    return found


def strain(
    session: Session, desk: Desk, limit: Limit, *, now: datetime, within: Within = ANYWHERE
) -> Strain:
    """Count what waits too long; each count walks an index no further than it must."""
    owned = select(func.count()).select_from(DeskCase)
    owned = owned.where(DeskCase.desk == desk.value, DeskCase.owner.is_not(None))
    if not within.everywhere:
        rows = rows_on(desk)
        mine = rows.c.subject == DeskCase.subject, in_sight(desk, rows.c, within)
        owned = owned.where(exists().select_from(rows).where(*mine))
    return Strain(
        _before(session, desk, now - limit.late, within),
        _before(session, desk, now - limit.escalate, within),
        session.scalar(owned) or 0,
    )


def late(
    session: Session, desk: Desk, limit: Limit, *, now: datetime, within: Within = ANYWHERE
) -> int:
    """Count what waits too long."""
    return _before(session, desk, now - limit.late, within)


def _before(session: Session, desk: Desk, moment: datetime, within: Within) -> int:
    rows = rows_on(desk)
    explained = select(DeskCase.subject).where(
        DeskCase.desk == desk.value, DeskCase.closed_at.is_not(None)
    )
    late = rows.c.since < moment, in_sight(desk, rows.c, within)
    count = select(func.count()).select_from(rows).where(*late)
    return session.scalar(count.where(rows.c.subject.not_in(explained))) or 0


def set_limit(
    session: Session, desk: Desk, *, late: timedelta, escalate: timedelta, by: str, now: datetime
) -> DeskLimit:
    """Set how long items of a desk may wait."""
    minutes, more = (int(each.total_seconds() // 60) for each in (late, escalate))
    if not 0 < minutes <= more <= 60 * 24 * 60:
        raise BadInput(
            "Giới hạn phải lớn hơn 0, và mức báo lên không nhỏ hơn mức quá hạn.",
            "A limit must be above 0, and escalation no earlier than lateness.",
            field="escalate",
        )
    row = session.get(DeskLimit, desk.value) or DeskLimit(desk=desk.value)
    row.late_minutes, row.escalate_minutes, row.set_by, row.set_at = minutes, more, by, now
    session.add(row)
    audit.record(
        session, "desk.limit-set", desk.value, by=by, now=now, detail=f"{minutes}/{more} min"
    )
    return row
