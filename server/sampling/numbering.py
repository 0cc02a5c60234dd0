"""Which numbers come next, and which are passed over because the database was set back.

After a restore nobody knows which labels were printed since the backup, so every series goes on
further ahead than anybody can have printed: as far as it is long ago.  The same for the ids of lots
and plates.  A backup that comes back once more knows nothing of the time before: what is noted
elsewhere of it (`GivenOut`) counts from its own moment on.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import uuid4

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from contract.tubes import LARGEST_SERIAL
from server.sampling.models import Lot
from server.sampling.number_models import LotGap, Restored

SERIES = range(100)
LEAP, A_MINUTE = 100_000, 300  # serials of each series that may have been printed
LEAP_OF_IDS = 1_000  # and one more a minute
LONGEST = timedelta(days=60)  # what is older is taken to be so old: a series must not be used up
CLOCKS_DIFFER = timedelta(minutes=10)


class GivenOut(msgspec.Struct, frozen=True):
    """How far numbers were given out, or passed over, at a moment."""

    at: datetime
    series: dict[int, int]  # the highest serial of each
    ids: dict[int, int]  # the highest number of a lot's or plate's id, of each year


def set_aside(
    session: Session,
    *,
    made_at: datetime,
    now: datetime,
    others: Iterable[GivenOut],
    plates: int,
) -> Restored:
    """Note that what was written since *made_at* is gone; pass over what may be printed.

    *others*: what is known of what was lost; *plates*: the highest number of a plate of this year.
    """
    ids = max(highest_lot(session, now.year), plates, floor(session, now.year))
    behind = _furthest(session)
    known = [GivenOut(made_at, behind, {now.year: ids}), *others]
    beyond = max(each.ids.get(now.year, 0) + LEAP_OF_IDS + _minutes(each.at, now) for each in known)
    mark = Restored(id=uuid4(), at=now, made_at=made_at, year=now.year, beyond=beyond)
    session.add(mark)
    session.flush()
    for series in SERIES:
        known_to = behind.get(series, 0)
        end = max(
            each.series.get(series, 0) + LEAP + A_MINUTE * _minutes(each.at, now) for each in known
        )
        if known_to < LARGEST_SERIAL:
            last = min(end, LARGEST_SERIAL)
            session.add(LotGap(series=series, first=known_to + 1, last=last, restored_id=mark.id))
    session.flush()
    return mark


def _minutes(since: datetime, now: datetime) -> int:
    """Return for how long numbers may have been given out; where a clock was wrong, for long."""
    age = now - since if now - since >= -CLOCKS_DIFFER else LONGEST
    return int(max(timedelta(0), min(age, LONGEST)).total_seconds()) // 60


def given_out(session: Session, now: datetime) -> GivenOut:
    """Return how far this database has given out or passed over numbers, once it is marked."""
    return GivenOut(now, _furthest(session), {now.year: floor(session, now.year)})


def _furthest(session: Session) -> dict[int, int]:
    """Return the highest serial of each series that a lot has, or that is passed over."""
    lots = (
        select(Lot.series, func.max(Lot.last)).where(Lot.series.is_not(None)).group_by(Lot.series)
    )
    gaps = select(LotGap.series, func.max(LotGap.last)).group_by(LotGap.series)
    found = dict[int, int]()
    for series, last in (*session.execute(lots), *session.execute(gaps)):
        found[series] = max(found.get(series, 0), last)
    return found


def highest_lot(session: Session, year: int) -> int:
    """Return the highest number of a lot's id in *year*, 0 where there is none."""
    prefix = f"L-{year}-"
    known = session.scalars(select(Lot.id).where(Lot.id.startswith(prefix)))
    return max((int(lot_id.removeprefix(prefix)) for lot_id in known), default=0)


def next_lot(session: Session, year: int) -> str:
    """Return the id of a new lot: L-2026-0001, counted in each year."""
    return f"L-{year}-{max(highest_lot(session, year), floor(session, year)) + 1:04d}"


def registered(session: Session) -> list[tuple[int, int, int]]:
    """Return which serials lots have, as (series, first, last) of each unbroken run, in order."""
    ours, behind = Lot.series.is_not(None), aliased(Lot)
    begins = select(Lot.series, Lot.first).where(ours, Lot.follows.is_(None))
    follows = (behind.series == Lot.series) & (behind.follows == Lot.last)
    ends = select(Lot.series, Lot.last).outerjoin(behind, follows).where(ours, behind.id.is_(None))
    pairs = zip(
        session.execute(begins.order_by(Lot.series, Lot.first)),
        session.execute(ends.order_by(Lot.series, Lot.last)),
        strict=True,
    )
    return [(begin[0] or 0, begin[1] or 0, end[1] or 0) for begin, end in pairs]


def last_of(session: Session, series: int) -> int | None:
    """Return the highest serial of *series* that a lot has."""
    return session.scalar(select(func.max(Lot.last)).where(Lot.series == series))


def gap_of(session: Session, series: int) -> int | None:
    """Return the highest serial of *series* that is passed over."""
    return session.scalar(select(func.max(LotGap.last)).where(LotGap.series == series))


def floor(session: Session, year: int) -> int:
    """Return the highest number of a lot or plate of *year* that may be printed already."""
    asked = select(func.max(Restored.beyond)).where(Restored.year == year)
    return session.scalar(asked) or 0


def marks(session: Session) -> list[Restored]:
    """Return when this database was set back, newest first."""
    return list(session.scalars(select(Restored).order_by(Restored.at.desc())))
