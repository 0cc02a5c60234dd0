"""Times of check-ins whose station's clock was set right afterwards.  The caller's transaction.

What the station said first stays beside (`CheckInClock`); a trace, a board and a page read the
check-in itself, with its right time and at the point where the station stood then.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from contract.duty_events import CheckedIn
from server.accounts.models import Station
from server.audit import services as audit
from server.declarations.clock_models import CheckInClock
from server.declarations.models import CheckIn
from server.declarations.stands import Stands
from server.declarations.targets import days
from server.declarations.targets.days import Change
from server.rows import insert_rows

Boot = tuple[str, str]  # a station, and the name of one boot of it
Right = Mapping[UUID, tuple[datetime, bool]]  # what a check-in's time is, and whether exactly


def waiting_boots() -> Select[str, str]:
    """Ask for the boots of check-ins whose time is not known for sure."""
    return select(CheckInClock.station, CheckInClock.boot).where(CheckInClock.settled_at.is_(None))


def waiting(
    session: Session, exact: Collection[Boot], about: Collection[Boot], most: int
) -> Sequence[CheckInClock]:
    """Return, to be changed, check-ins that get a time: of boots that are known exactly, and of
    those that are known about, unless they have such a time already."""
    of = tuple_(CheckInClock.station, CheckInClock.boot)
    found = select(CheckInClock).where(
        CheckInClock.settled_at.is_(None),
        or_(of.in_(sorted(exact)), and_(of.in_(sorted(about)), CheckInClock.claimed_at.is_(None))),
    )
    some = found.order_by(CheckInClock.check_in_id).limit(most)
    return session.scalars(some.with_for_update(skip_locked=True)).all()


def correct(
    session: Session, clocks: Sequence[CheckInClock], right: Right, *, now: datetime
) -> list[CheckIn]:
    """Give check-ins the time that is *right*; one that is not in it is asked about no more."""
    stood = Stands.of(session, {each.station for each in clocks})
    ids = [each.check_in_id for each in clocks]
    asked = select(CheckIn).where(CheckIn.id.in_(ids)).with_for_update()
    found = {each.id: each for each in session.scalars(asked)}
    changes: list[Change] = []
    moved: list[CheckIn] = []
    for clock in clocks:
        at, exact = right.get(clock.check_in_id, (None, True))
        made = found.get(clock.check_in_id)
        if at is not None and made is not None:
            clock.claimed_at = clock.claimed_at or made.at
            changes += _move(session, made, at, exact=exact, stood=stood, now=now)
            moved.append(made)
        clock.settled_at = now if exact else None
    session.flush()
    days.note(session, changes)
    return moved


def _move(
    session: Session, made: CheckIn, at: datetime, *, exact: bool, stood: Stands, now: datetime
) -> list[Change]:
    """Return what follows for the counts of days; a voided one was taken off its day already."""
    before, declared, station = made.at, made.declaration_id is not None, made.station or ""
    left = Change(made.point_id, before, declared, -1)
    point = stood.at(station, at)
    if point is None and made.point_id is not None:
        stand = session.get_one(Station, station)
        made.point, made.point_id, made.place = stand.label, None, stand.place
    elif point is not None:
        made.point, made.point_id, made.place = point.name, point.id, point.place
    made.at, made.trusted = at, exact
    audit.record(
        session, "check-in.time-corrected", made.id, by=f"station:{station}", now=now,
        detail=f"{before.isoformat()} to {at.isoformat()}",
    )  # fmt: skip
    return [] if made.voided_at else [left, Change(made.point_id, at, declared)]


def claimed_times(session: Session, ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Return what stations said at first of those check-ins whose time was corrected."""
    told = select(CheckInClock.check_in_id, CheckInClock.claimed_at).where(
        CheckInClock.check_in_id.in_(ids), CheckInClock.claimed_at.is_not(None)
    )
    return {row.check_in_id: row.claimed_at for row in session.execute(told)}


def note(session: Session, given: Iterable[CheckedIn], claimed: Mapping[UUID, datetime]) -> None:
    """Remember how the clock stood at check-ins that come without a trusted time.

    *claimed*: what the station said, where the check-in has a better time already.
    """
    rows = [
        {"check_in_id": each.id, "station": each.station, "boot": each.boot, "mono": each.mono,
         "claimed_at": claimed.get(each.id), "settled_at": None}
        for each in given
        if each.boot and not each.trusted
    ]  # fmt: skip
    insert_rows(session, CheckInClock, rows)
