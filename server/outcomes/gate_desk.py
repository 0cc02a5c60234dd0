"""What stands at the gate of release, and what holds it there.  Reads only."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.lab import queries as lab
from server.lab.models import Result
from server.lab.run_models import Run
from server.lab.standing import Standing, standings
from server.outcomes import gate
from server.outcomes.facts import facts_of_all
from server.outcomes.merge import Facts, Problem, live_pairings


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


def candidates(session: Session, within: Within = ANYWHERE) -> list[Candidate]:
    """Return every verified result that was not released, oldest first."""
    results = lab.to_release(session, within)
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
