"""What a station paired around one of its pairings, in the order in which hands did it.

That is the order of its journal: a clock that jumped between two tubes, or was never set, moves no
tube away from its neighbour.  Times part only what was paired hours apart by clocks that were set.
Of another journal of the station (a new card, a journal that was set back) only times tell.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.sampling import journal
from server.sampling.models import Pairing
from server.sampling.slip_runs import REACH
from server.times import moved

AROUND = timedelta(hours=8)  # of a station's work, on each side of the pairing
MOST = REACH + 5  # pairings on each side


def pairings_around(session: Session, one: Pairing) -> list[Pairing]:
    """Return *one* with what its station paired around it, oldest first, void or not."""
    written = journal.around(session, one.id, MOST)
    if not written:
        near = _by_time(session, one)
        return near if any(each.id == one.id for each in near) else [*near, one]
    run = list(_near_in_time(_in_order(session, written), one))
    if not one.trusted:
        return run
    return _joined(run, _of_another_journal(session, one, run))


def _in_order(session: Session, ids: Sequence[UUID]) -> list[Pairing]:
    found = session.scalars(select(Pairing).where(Pairing.id.in_(ids)))
    pairings = {each.id: each for each in found}
    return [pairings[each] for each in ids if each in pairings]


def _near_in_time(run: Sequence[Pairing], one: Pairing) -> Iterator[Pairing]:
    """Yield what lies around *one*, on each side as far as no time that is known is far off."""
    at = next(place for place, each in enumerate(run) if each.id == one.id)
    before = list(_until_far(reversed(run[:at]), one))
    yield from chain(reversed(before), [one], _until_far(run[at + 1 :], one))


def _until_far(side: Iterable[Pairing], one: Pairing) -> Iterator[Pairing]:
    known = one.paired_at if one.trusted else None
    for each in side:
        if each.trusted and known is None:
            known = each.paired_at
        if each.trusted and known is not None and abs(each.paired_at - known) > AROUND:
            return
        yield each


def _of_another_journal(session: Session, one: Pairing, run: Sequence[Pairing]) -> list[Pairing]:
    seen = {each.id for each in run}
    more = [each for each in _by_time(session, one) if each.id not in seen and each.trusted]
    if not more:
        return []
    known = journal.places(session, [one.id, *(each.id for each in more)])
    own = known[one.id].epoch
    return [each for each in more if each.id not in known or known[each.id].epoch != own]


def _joined(run: Sequence[Pairing], others: Iterable[Pairing]) -> list[Pairing]:
    """Put each of *others* before the first of *run* that is later by a time that is known."""
    joined = list(run)
    for each in others:
        joined.insert(_place_of(each.paired_at, joined), each)
    return joined


def _place_of(at: datetime, run: Sequence[Pairing]) -> int:
    later = (place for place, each in enumerate(run) if each.trusted and each.paired_at > at)
    return next(later, len(run))


def _by_time(session: Session, one: Pairing) -> list[Pairing]:
    near = Pairing.paired_at.between(moved(one.paired_at, -AROUND), moved(one.paired_at, AROUND))
    asked = select(Pairing).where(Pairing.station == one.station, near)
    before = asked.where(Pairing.paired_at <= one.paired_at)
    after = asked.where(Pairing.paired_at > one.paired_at)
    newest_first = before.order_by(Pairing.paired_at.desc(), Pairing.id.desc()).limit(MOST)
    oldest_first = after.order_by(Pairing.paired_at, Pairing.id).limit(MOST)
    return [*reversed(session.scalars(newest_first).all()), *session.scalars(oldest_first)]
