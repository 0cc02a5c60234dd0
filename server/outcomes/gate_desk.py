"""What stands at the gate of release, and what holds it there.  Reads only."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.lab import queries as lab
from server.lab.models import Result
from server.lab.run_models import Run
from server.lab.standing import Standing, standings
from server.outcomes import gate
from server.outcomes.desk_models import DeskItem
from server.outcomes.facts import facts_of_all
from server.outcomes.merge import Facts, Problem, live_pairings
from server.outcomes.standing import Desk

SHOWN, LOOKED = 200, 1000  # rows of each table of the page; results looked at for it


class OfRun(StrEnum):
    """What a result's run lacks; what its tube lacks is a Problem."""

    UNVERIFIED = "controls-unverified"


HOLDS: dict[str, tuple[str, str]] = {
    **{problem.value: said for problem, said in gate.HOLDS.items()},
    OfRun.UNVERIFIED.value: (
        "chứng của lượt chạy chưa có người thứ hai duyệt",
        "nobody has verified the controls of its run yet",
    ),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A verified result, what holds it (None: it may go), and how many people it tells.

    `run` is the one that it rests on, also through what it amends.
    """

    result: Result
    standing: Standing
    held: Problem | OfRun | None
    people: int
    run: Run | None


@dataclass(frozen=True, slots=True)
class Gate:
    """What the page of release shows somebody: *ready* for them, *mine* for others, and *held*.

    `more` says how many are ready beside those shown, as far as is known without looking at each.
    """

    ready: list[Candidate]
    mine: list[Candidate]
    held: list[Candidate]
    more: int


def gate_for(
    session: Session,
    by: str,
    within: Within = ANYWHERE,
    *,
    shown: int = SHOWN,
    looked: int = LOOKED,
) -> Gate:
    """Return a page of the gate: the oldest of everything."""
    near = _near()
    seen = _candidates(session, lab.to_release(session, within, near, most=looked))
    seen += _candidates(session, lab.to_release(session, within, ~near, most=shown))
    free = [each for each in seen if each.held is None]
    ready = [each for each in free if each.result.entered_by != by]
    mine = [each for each in free if each.result.entered_by == by]
    held = [each for each in seen if each.held is not None]
    more = max(0, len(ready) - shown) + unseen(session, within, looked=looked)
    return Gate(ready[:shown], mine[:shown], held[:shown], more)


def waiting_for(
    session: Session, by: str, within: Within = ANYWHERE, *, looked: int = LOOKED
) -> list[Candidate]:
    """Return what *by* may release among the oldest that are looked at."""
    found = _candidates(session, lab.to_release(session, within, _near(), most=looked))
    return [each for each in found if each.held is None and each.result.entered_by != by]


def unseen(session: Session, within: Within = ANYWHERE, *, looked: int = LOOKED) -> int:
    """Return how many verified results wait behind those that are looked at."""
    count, _ = lab.count_waiting(session, within, _near(), verified=True)
    return max(0, count - looked)


def _near() -> ColumnElement[bool]:
    """Say of results that their tube lacks nothing but their release: the desks know.  What stands
    elsewhere (unpaired, not received, contested) can be very much, and is held."""
    desks = (Desk.RESULT_WITHOUT_RELEASE.value, Desk.SEVERAL_RESULTS.value)
    return exists().where(DeskItem.tube == Result.tube, DeskItem.desk.in_(desks))


def candidates(session: Session, within: Within = ANYWHERE) -> list[Candidate]:
    """Return every verified result that was not released, oldest first."""
    return _candidates(session, lab.to_release(session, within))


def _candidates(session: Session, results: list[Result]) -> list[Candidate]:
    facts = facts_of_all(session, [result.tube for result in results])
    return [
        _candidate(session, each, facts[each.result.tube]) for each in standings(session, results)
    ]


def _candidate(session: Session, standing: Standing, facts: Facts) -> Candidate:
    people = {pairing.person for pairing in live_pairings(facts)}
    run = standing.run or lab.run_behind(session, standing.result)
    held: Problem | OfRun | None = gate.hold(facts)
    if held is None and run is not None and run.verified_at is None:
        held = OfRun.UNVERIFIED
    return Candidate(standing.result, standing, held, len(people), run)
