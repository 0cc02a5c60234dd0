"""What stands at the gate of release, and what holds it there.  Reads only."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.lab import queries as lab
from server.lab.models import Result
from server.lab.standing import Standing, standings
from server.outcomes import gate
from server.outcomes.facts import facts_of_all
from server.outcomes.merge import Facts, Problem, live_pairings


@dataclass(frozen=True, slots=True)
class Candidate:
    """A verified result, what holds it (None: it may go), and how many people it tells."""

    result: Result
    standing: Standing
    held: Problem | None
    people: int


def candidates(session: Session, within: Within = ANYWHERE) -> list[Candidate]:
    """Return every verified result that was not released, oldest first."""
    results = lab.to_release(session, within)
    facts = facts_of_all(session, [result.tube for result in results])
    return [_candidate(each, facts[each.result.tube]) for each in standings(session, results)]


def _candidate(standing: Standing, facts: Facts) -> Candidate:
    people = {pairing.person for pairing in live_pairings(facts)}
    return Candidate(standing.result, standing, gate.hold(facts), len(people))
