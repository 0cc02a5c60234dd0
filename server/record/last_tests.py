"""What a partner is told of somebody's last test.

Where a clock was not set it may not be known which test was the last.  Then the worst is told of
those that may be, and no negative is valid but by a time that is known: a person is tested once too
often rather than let go with a result that nobody can date.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.partners import covers
from server.db import among_these
from server.declarations import queries as declared
from server.declarations.models import RecordEntry
from server.outcomes.models import Outcome
from server.outcomes.sample_times import SampleTime, certain, judged, placed, undated
from server.sampling.models import Pairing

TOLD = ("negative", "positive", "inconclusive", "invalid", "resample")
_HOLDS = ("negative", "positive")
_Version = tuple[UUID, Tube, int]  # whose, of which tube, the how many-th


class LastTest(msgspec.Struct, frozen=True):
    status: str
    sampled_at: datetime
    resulted_at: datetime | None
    expires_at: datetime
    valid: bool


class _Dated(NamedTuple):
    test: RecordEntry
    time: SampleTime

    @property
    def rank(self) -> tuple[int, bool, float]:
        """What is worst comes first; of negatives those that are dated, of others the newest."""
        status = self.test.status
        severity = {"positive": 0, "negative": 2}.get(status, 1)
        undated = status == "negative" and not self.time.known
        return severity, undated, -self.time.latest.timestamp()

    @property
    def at(self) -> datetime:
        """Return when the sample was taken; of one that is not dated when it was at the latest,
        but for a negative, which shall hold no longer by that."""
        said, latest = self.time.at, self.time.latest
        return min(said, latest) if self.test.status == "negative" else latest

    def holds_until(self, hours: int) -> datetime:
        dated = self.time.known or self.test.status != "negative"
        return self.at + timedelta(hours=hours if dated else 0)


def last_test(
    session: Session, ids: Sequence[UUID], area: str, hours: int, now: datetime
) -> LastTest | None:
    """Return what is told of the records *ids* of one person: of what was sampled in *area*.

    *hours*: how long a test holds.
    """
    record = [entry for each in ids for entry in declared.record_of(session, each)]
    newest = {(each.person_id, each.tube): each for each in sorted(record, key=_version)}
    tests = [e for e in newest.values() if e.status in TOLD and covers(area, e.place)]
    dated = list(_dated(session, tests, now))
    if not dated:
        return None
    last = min(_may_be_last(dated), key=lambda each: each.rank)
    ends = last.holds_until(hours)
    test = last.test
    return LastTest(
        test.status, last.at, test.resulted_at, ends, test.status in _HOLDS and ends > now
    )


def _may_be_last(dated: Sequence[_Dated]) -> Sequence[_Dated]:
    """Return those after which none was surely taken that is dated; where all are dated, the one.

    A journal may contradict clocks so that each has one after it: then any may be the last."""
    known = [each for each in dated if each.time.known]
    last = [each for each in dated if not any(one.time.surely_after(each.time) for one in known)]
    return last or dated


def _dated(session: Session, tests: Sequence[RecordEntry], now: datetime) -> Iterator[_Dated]:
    """Yield *tests* with the times of their samples; what we did not tell ourselves is believed."""
    whose = sorted({each.person_id.hex for each in tests})
    asked = select(Outcome.person_id, Outcome.tube, Outcome.version, Pairing)
    asked = asked.join(Pairing, Pairing.id == Outcome.pairing_id)
    found = session.execute(asked.where(among_these(Outcome.person_id, whose)))
    made: dict[_Version, Pairing] = {(row[0], row[1], row[2]): row[3] for row in found}
    ours = ((each.id, made.get((each.person_id, each.tube, each.version))) for each in tests)
    pairings = {which: pairing for which, pairing in ours if pairing is not None}
    said = {each.id: _time_of(each.sampled_at, pairings.get(each.id), now) for each in tests}
    times = placed(session, said, pairings)
    yield from (_Dated(each, times[each.id]) for each in tests)


def _time_of(said: datetime, pairing: Pairing | None, now: datetime) -> SampleTime:
    """Return what a time is worth that stands in a record; one set right since is worth nothing."""
    if pairing is None:
        return certain(said)
    return judged(pairing, said, now) if pairing.paired_at == said else undated(pairing, said, now)


def _version(entry: RecordEntry) -> int:
    return entry.version
