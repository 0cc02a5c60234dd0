"""From somebody, a vehicle or a point to F1 candidates, and from them to F2.  Reads only.

F1 candidates were at the same point as the subject at the same time, within the infectious period.
F2 were so with an F1, from the F1's first meeting on.  They are candidates: people check in at a
door, and only a person can say who stood near whom.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TypeVar

from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.declarations.traces import presence
from server.declarations.traces.bearers import Bearers
from server.declarations.traces.overlap import (
    Meeting,
    Spot,
    Visit,
    meetings,
    spans,
    visits_of,
    within,
)
from server.declarations.traces.presence import CheckedIn

P = TypeVar("P", Visit, Meeting)
MOST_FOLLOWED = 300  # F1 whose own meetings are looked for, those who met longest first
MOST_F2 = 3000


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom to trace: a comer by key, or everybody at some points (`spots`), in a period."""

    begins: datetime
    ends: datetime
    key: str = ""
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who met the subject (ring 1) or an F1 (ring 2), with every meeting, in time."""

    key: str
    ring: int
    meetings: Sequence[Meeting]

    @property
    def first(self) -> datetime:
        return self.meetings[0].begins

    @property
    def last(self) -> datetime:
        return max(meeting.ends for meeting in self.meetings)

    @property
    def minutes(self) -> int:
        return sum(meeting.minutes for meeting in self.meetings)


@dataclass(frozen=True, slots=True)
class Trace:
    """What was found.  `cut`: more than we follow, so that F2 is not all of it."""

    subject: Subject
    visits: Sequence[Visit]
    f1: Sequence[Contact] = ()
    f2: Sequence[Contact] = ()
    cut: bool = False


@dataclass
class Tracer:
    """One trace in one session: *minutes* says how long people stay at each kind of point."""

    session: Session
    minutes: dict[str, int]
    least: timedelta = timedelta(0)
    within: Within = ANYWHERE  # meetings elsewhere are left out, and those are not followed
    _stays: dict[Spot, timedelta] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._bearers = Bearers(self.session)

    def trace(self, subject: Subject, *, rings: int = 2) -> Trace:
        """Find F1, and F2 where *rings* is 2."""
        visits = self._visits_of_subject(subject)
        met = self._met(visits, subject, frozenset({subject.key}))
        f1 = _contacts(met, 1)
        if rings < 2 or not f1:
            return Trace(subject, self._in_sight(visits), f1)
        followed = sorted(f1, key=lambda each: -each.minutes)[:MOST_FOLLOWED]
        known = frozenset({subject.key, *(each.key for each in f1)})
        f2 = _contacts(self._met_by(followed, subject, known), 2)
        cut = len(followed) < len(f1) or len(f2) > MOST_F2
        return Trace(subject, self._in_sight(visits), f1, f2[:MOST_F2], cut)

    def _visits_of_subject(self, subject: Subject) -> list[Visit]:
        visits = [Visit(subject.begins, subject.ends, subject.key, spot) for spot in subject.spots]
        if subject.key:
            visits += self._visits_of({subject.key}, subject)
        self._learn(subject.spots)
        return within(visits, subject.begins, subject.ends)

    def _visits_of(self, comers: Collection[str], subject: Subject) -> list[Visit]:
        early = subject.begins - timedelta(minutes=max(self.minutes.values()))
        keys = self._bearers.records(comers)
        found = presence.of_comers(self.session, keys, early, subject.ends)
        found = self._bearers.by_person(found)
        self._learn(spot for _, _, spot in found)
        return visits_of(found, self._stays)

    def _met(
        self, visits: Sequence[Visit], subject: Subject, known: frozenset[str]
    ) -> list[Meeting]:
        """Return meetings with others, whose own later check-ins end their visits too."""
        comers = self._seen(visits) - known
        met = meetings(visits, self._visits_of(comers, subject), least=self.least)
        return self._in_sight(met)

    def _met_by(
        self, f1: Sequence[Contact], subject: Subject, known: frozenset[str]
    ) -> list[Meeting]:
        since = {each.key: each.first for each in f1}
        visits = [
            cut
            for visit in self._visits_of(list(since), subject)
            for cut in within([visit], since[visit.who], subject.ends)
        ]
        found = self._at(visits)
        others = visits_of([each for each in found if each[1] not in known], self._stays)
        return self._in_sight(meetings(visits, others, least=self.least))

    def _in_sight(self, found: Sequence[P]) -> list[P]:
        """Leave out what was elsewhere.  Only at last: a check-in elsewhere ends a visit here."""
        if self.within.everywhere:
            return list(found)
        places = presence.places_of(self.session, {each.spot for each in found})
        return [each for each in found if self.within.covers(places.get(each.spot, ""))]

    def _seen(self, visits: Sequence[Visit]) -> set[str]:
        return {who for _, who, _ in self._at(visits)}

    def _at(self, visits: Sequence[Visit]) -> list[CheckedIn]:
        found = presence.at_spots(self.session, spans(visits, self._stays))
        return self._bearers.by_person(found)

    def _learn(self, spots: Iterable[Spot]) -> None:
        new = {spot for spot in spots if spot not in self._stays}
        if new:
            self._stays |= presence.stays_at(self.session, new, self.minutes)


_IN_TIME = attrgetter("begins", "spot")


def _contacts(met: Iterable[Meeting], ring: int) -> list[Contact]:
    """Return who was met, those met longest first."""
    of_each: dict[str, list[Meeting]] = {}
    for meeting in met:
        of_each.setdefault(meeting.other, []).append(meeting)
    found = [
        Contact(key, ring, sorted(some, key=_IN_TIME) if len(some) > 1 else some)
        for key, some in of_each.items()
    ]
    return sorted(found, key=lambda each: (-each.minutes, each.key))
