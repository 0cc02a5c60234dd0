"""When a sample was taken, as far as that is known.

A station's clock may never have been set, or ours ran ahead: what is on record is then no time to
go by.  Such a sample was taken before we heard of it, and nobody knows how long before.  So it is
later than no other, and no other is later than it but one that was taken after we had heard of it.
Of two that one station wrote down in one journal that tells, whatever its clock said.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
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
        one, two = self.written, other.written
        if one and two and (self.station, one.epoch) == (other.station, two.epoch):
            return one.seq > two.seq
        return self.known and self.at > other.latest


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
    return placed(session, times, {each.id: pairings[each.pairing_id] for each in every})


def placed(
    session: Session, times: Mapping[UUID, SampleTime], pairings: Mapping[UUID, Pairing]
) -> dict[UUID, SampleTime]:
    """Return *times* with where each sample was written down, if one station has several of them.

    *pairings*: of those samples that are of a pairing, by the same id.
    """
    many = Counter(each.station for each in pairings.values())
    asked = {each.id for each in pairings.values() if many[each.station] > 1}
    places = journal.places(session, asked) if asked else {}
    return {
        which: time._replace(station=of.station, written=places.get(of.id))
        if (of := pairings.get(which)) is not None
        else time
        for which, time in times.items()
    }


def time_of(session: Session, outcome: Outcome, now: datetime) -> SampleTime:
    return judged(session.get_one(Pairing, outcome.pairing_id), outcome.sampled_at, now)
