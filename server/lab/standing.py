"""How results stand now, as a screen shows them, and the stamp by which a stale screen is told.

Whoever verifies or releases sends back the stamp of what they saw.  It covers everything that a
judgement may rest on: the result, its run, its tube's reception and pairings.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server import stamps
from server.lab import moves, queries, refusals
from server.lab.in_hand import came, had
from server.lab.lifecycle import State, state_of
from server.lab.models import OrderedTest, Reception, Result
from server.lab.run_models import Run
from server.lab.taken_back import taken_back
from server.lab.words import Call
from server.sampling import holds, spared
from server.sampling.models import ConflictClaim, Pairing, PairingVoid, TubeConflict

_CHUNK = 500  # databases limit how many values a question may carry


class Came(NamedTuple):
    """Which laboratory received a tube, and when."""

    lab: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """One result as it stands; `people` are those its tube was given to and not taken from."""

    result: Result
    state: State
    run: Run | None
    received: bool
    people: frozenset[UUID]
    contested: bool
    elsewhere: bool = False  # its laboratory has not got the tube
    held: bool = False  # a slip, a matter or a person's identity waits for somebody to decide
    before: bool = False  # it was found before the tube was noted at the laboratory
    again: bool = False  # an arrival of the tube was taken back before this one

    @property
    def doubts(self) -> tuple[str, ...]:
        """Return why this is looked at by itself and not verified with many; none: it is clean."""
        facts = {
            "not-negative": self.result.call != Call.NEGATIVE,
            "no-run": self.run is None,
            "call-differs": self.run is not None and self.result.suggested != self.result.call,
            "controls": self.run is not None and self.run.controls != "passed",
            "run-withdrawn": self.run is not None and self.run.withdrawn_at is not None,
            "not-first": self.result.kind != "first",
            "not-received": not self.received,
            "other-laboratory": self.elsewhere,
            "found-before": self.before,
            "arrival-taken-back": self.again,
            "not-paired": not self.people,
            "contested": self.contested,
            "held": self.held,
        }
        return tuple(word for word, holds in facts.items() if holds)

    @property
    def clean(self) -> bool:
        return not self.doubts

    @property
    def stamp(self) -> str:
        run = self.run
        return stamps.of(
            self.result.id, self.result.call, self.state, self.result.verified_at,
            self.received, sorted(self.people), self.contested, self.held, self.elsewhere,
            self.before, self.again,
            run and (run.id, run.controls, run.verified_at, run.withdrawn_at),
        )  # fmt: skip

    @property
    def ticket(self) -> str:
        """What a form sends back: which result, and as it was seen."""
        return f"{self.result.id}.{self.stamp}"


def by_place(each: Standing) -> tuple[str, str, int, str]:
    """Return what sorts results as their plates hold them: A1, A2, A10, B1."""
    well = each.result.well
    return (each.run.plate if each.run else "", well[:1], len(well), well)


def check(session: Session, result: Result, seen: str | None) -> None:
    """Raise StaleScreen unless *result* stands as it was *seen* (None: nobody looked at a page)."""
    if seen is None:
        return
    (now,) = standings(session, [result])
    if now.stamp != seen:
        raise refusals.stale_screen(result.tube)


def by_others(by: str) -> ColumnElement[bool]:
    """Say of results that somebody else than *by* entered them."""
    return Result.entered_by != by


def standings(session: Session, results: Iterable[Result]) -> list[Standing]:
    """Return how each of *results* stands, in their order."""
    found: list[Standing] = []
    every = list(results)
    for start in range(0, len(every), _CHUNK):
        found += _some(session, every[start : start + _CHUNK])
    return found


def _some(session: Session, results: Sequence[Result]) -> list[Standing]:
    ids, tubes = [each.id for each in results], [each.tube for each in results]
    corrected = queries.corrected(session, results)
    asked = select(OrderedTest.result_id).where(OrderedTest.result_id.in_(ids))
    ordered = set(session.scalars(asked.where(OrderedTest.cancelled_at.is_(None))))
    run_ids = {each.run_id for each in results if each.run_id}
    runs = {run.id: run for run in session.scalars(select(Run).where(Run.id.in_(run_ids)))}
    received, people, contested = _tubes(session, tubes)
    again = taken_back(session, tubes)
    elsewhere = _elsewhere(session, results, received, again)
    held = {each.tube for each in holds.holds_of(session, tubes)} | spared.waiting(session, tubes)
    return [
        Standing(
            each,
            state_of(
                verified=each.verified_at is not None,
                released=each.released_at is not None,
                corrected=each.id in corrected,
                withdrawn=each.withdrawn_at is not None,
                ordered=each.id in ordered,
            ),
            runs.get(each.run_id) if each.run_id else None,
            each.tube in received,
            frozenset(people.get(each.tube, ())),
            each.tube in contested,
            each.id in elsewhere,
            each.tube in held,
            each.tube in received and had(each) < received[each.tube].at,
            each.tube in again,
        )
        for each in results
    ]


def _elsewhere(
    session: Session, results: Sequence[Result], received: Mapping[Tube, Came], again: set[Tube]
) -> set[UUID]:
    here = ((each, received.get(each.tube)) for each in results)
    odd = {each.tube for each, came in here if came is not None and each.lab != came.lab} | again
    return moves.elsewhere(session, odd) if odd else set()


def _tubes(
    session: Session, tubes: Sequence[Tube]
) -> tuple[dict[Tube, Came], dict[Tube, set[UUID]], set[Tube]]:
    """Return where each was received, whom each was given to, and which are contested."""
    taken = select(Reception.tube, Reception.lab, came()).where(
        Reception.tube.in_(tubes), Reception.accepted.is_(True)
    )
    open_ = select(TubeConflict.tube).where(
        TubeConflict.tube.in_(tubes), TubeConflict.decided_at.is_(None)
    )
    voided = exists().where(
        PairingVoid.pairing_id == Pairing.id, PairingVoid.station == Pairing.station
    )
    aside = exists().where(ConflictClaim.pairing_id == Pairing.id, ConflictClaim.upheld.is_(False))
    given = select(Pairing.tube, Pairing.person_id).where(Pairing.tube.in_(tubes), ~voided, ~aside)
    people: dict[Tube, set[UUID]] = {}
    for tube, person in session.execute(given):
        people.setdefault(tube, set()).add(person)
    received = {tube: Came(lab, at) for tube, lab, at in session.execute(taken)}
    return received, people, set(session.scalars(open_))
