"""The roll-up of check-ins by point and day, kept in the transaction that changes them.

A board of a week then reads some thousand rows, however many check-ins there are.  `recount` and
`differences` go through the check-ins themselves: the first mends, the second proves.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.declarations.models import CheckIn
from server.declarations.targets.models import PointDay
from server.display import VIETNAM
from server.rows import insert_rows

AT_ONCE = 200  # rows of one statement
Count = tuple[int, int]  # check-ins, and those of them with a declaration


@dataclass(frozen=True, slots=True)
class Change:
    """One check-in more (+1) or less (-1) at a point."""

    point_id: str | None
    at: datetime
    declared: bool
    by: int = 1


def day_of(at: datetime) -> date:
    """Return the day in Vietnam on which *at* falls; the ends of time stay days."""
    try:
        return at.astimezone(VIETNAM).date()
    except OverflowError:
        return at.date()


def bounds(day: date, days: int = 1) -> tuple[datetime, datetime]:
    """Return when *day* begins in Vietnam, and when *days* of them are over."""
    begins = datetime.combine(day, time(), VIETNAM).astimezone(UTC)
    return begins, begins + timedelta(days=days)


def note(session: Session, changes: Iterable[Change]) -> None:
    """Add *changes* to the roll-up.  Rows are touched in one order, so that writers queue."""
    sums: dict[tuple[str, date], Count] = {}
    for change in changes:
        if change.point_id is not None:
            key = (change.point_id, day_of(change.at))
            count, declared = sums.get(key, (0, 0))
            sums[key] = (count + change.by, declared + change.by * change.declared)
    more = {key: count for key, count in sorted(sums.items()) if count[0] > 0}
    for key, (count, declared) in sorted(sums.items()):
        if count < 0:
            _lessen(session, key, count, declared)
    rows = [_row(key, count) for key, count in more.items()]
    for start in range(0, len(rows), AT_ONCE):
        _upsert(session, rows[start : start + AT_ONCE])


def _lessen(session: Session, key: tuple[str, date], count: int, declared: int) -> None:
    """A void has its check-in before it, so its row is there."""
    session.execute(
        update(PointDay)
        .where(PointDay.point_id == key[0], PointDay.day == key[1])
        .values(check_ins=PointDay.check_ins + count, declared=PointDay.declared + declared)
        .execution_options(synchronize_session=False)
    )


def _row(key: tuple[str, date], count: Count) -> dict[str, object]:
    return {"point_id": key[0], "day": key[1], "check_ins": count[0], "declared": count[1]}


def _upsert(session: Session, rows: list[dict[str, object]]) -> None:
    """Add to what is there; where nothing is, what comes is the first."""
    sqlite_too = session.get_bind().dialect.name == "sqlite"
    made = (sqlite.insert if sqlite_too else postgresql.insert)(PointDay).values(rows)
    names = ("check_ins", "declared")
    added = {name: getattr(PointDay, name) + made.excluded[name] for name in names}
    session.execute(made.on_conflict_do_update(index_elements=["point_id", "day"], set_=added))


def recount(session: Session) -> int:
    """Make the roll-up anew from the check-ins; return how many rows were wrong."""
    wrong = len(differences(session))
    if wrong:
        session.execute(delete(PointDay))
        counted = _counted(session)
        insert_rows(session, PointDay, [_row(key, count) for key, count in counted.items()])
        session.expire_all()
    return wrong


def differences(session: Session) -> set[tuple[str, date]]:
    """Return the points and days whose count is not what their check-ins come to."""
    counted = _counted(session)
    kept = {
        (row.point_id, row.day): (row.check_ins, row.declared)
        for row in session.execute(
            select(PointDay.point_id, PointDay.day, PointDay.check_ins, PointDay.declared)
        )
    }
    return {
        key
        for key in counted.keys() | kept.keys()
        if counted.get(key, (0, 0)) != kept.get(key, (0, 0))
    }


def _counted(session: Session) -> dict[tuple[str, date], Count]:
    stands = select(CheckIn.point_id, CheckIn.at, CheckIn.declaration_id).where(
        CheckIn.voided_at.is_(None), CheckIn.point_id.is_not(None)
    )
    all_, declared = Counter[tuple[str, date]](), Counter[tuple[str, date]]()
    for point, at, declaration in session.execute(stands.execution_options(yield_per=5000)):
        key = (str(point), day_of(at))
        all_[key] += 1
        declared[key] += declaration is not None
    return {key: (count, declared[key]) for key, count in all_.items()}
