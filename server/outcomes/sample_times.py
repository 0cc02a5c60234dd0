"""When a sample was taken, as far as that is known.

A station's clock may never have been set, or ours ran ahead: what is on record is then no time to
go by.  Such a sample was taken before we heard of it, and nobody knows how long before.  So it is
later than no other, and no other is later than it but one that was taken after we had heard of it.
Of two that one station wrote down, its journal tells.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import among_these
from server.outcomes.models import Outcome
from server.sampling import journal
from server.sampling.journal import Written
from server.sampling.models import Pairing
from server.times import CLOCKS_DIFFER


class SampleTime(NamedTuple):
    """What is on record; *known*: whether it can be relied on; *latest*: what it is at most;
    *written*: where its station wrote it down, if that is asked for."""

    at: datetime
    known: bool
    latest: datetime
    station: str = ""
    written: Written | None = None

    def surely_after(self, other: "SampleTime") -> bool:
        return (self.known and self.at > other.latest) or self._written_after(other)

    def _written_after(self, other: "SampleTime") -> bool:
        one, two = self.written, other.written
        if one is None or two is None or (self.known and other.known):
            return False
        return self.station == other.station and one.epoch == two.epoch and one.seq > two.seq


def certain(at: datetime) -> SampleTime:
    return SampleTime(at, known=True, latest=at)


def undated(pairing: Pairing, at: datetime, now: datetime) -> SampleTime:
    return SampleTime(at, known=False, latest=min(pairing.received_at, now))


def judged(pairing: Pairing, at: datetime, now: datetime) -> SampleTime:
    """Return what *at* is worth, said of the sample of *pairing*: nothing where it is to come."""
    known = pairing.trusted and at <= now + CLOCKS_DIFFER
    return certain(at) if known else undated(pairing, at, now)


def times_of(
    session: Session, outcomes: Iterable[Outcome], now: datetime
) -> dict[UUID, SampleTime]:
    """Return the sample's time of each of *outcomes*, by the outcome's id."""
    every = list(outcomes)
    ids = {each.pairing_id.hex for each in every}
    found = session.scalars(select(Pairing).where(among_these(Pairing.id, sorted(ids))))
    pairings = {each.id: each for each in found} if ids else {}
    times = {each.id: judged(pairings[each.pairing_id], each.sampled_at, now) for each in every}
    undated_at = {pairings[each.pairing_id].station for each in every if not times[each.id].known}
    asked = [each.id for each in pairings.values() if each.station in undated_at]
    places = journal.places(session, asked) if asked else {}
    return {
        each.id: times[each.id]._replace(
            station=pairings[each.pairing_id].station, written=places.get(each.pairing_id)
        )
        for each in every
    }


def time_of(session: Session, outcome: Outcome, now: datetime) -> SampleTime:
    return judged(session.get_one(Pairing, outcome.pairing_id), outcome.sampled_at, now)
