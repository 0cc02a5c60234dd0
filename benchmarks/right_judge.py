"""Holds what records say against whose swab was in the tube.  Reads only; knows the truth."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.right_people import Keyed, Mishap, Who, numbers_of
from benchmarks.right_rates import RATES
from contract.identities import Key, System
from contract.tubes import tube
from server.outcomes.facts import facts_of_all
from server.outcomes.merge import Problem, merge
from server.outcomes.models import Outcome
from server.people.models import Identity
from server.people.queries import value_blind
from server.sampling.holds import holds_of
from server.sampling.shift_models import SlipSuspicion

USUAL = {Problem.NOT_RELEASED, Problem.NO_RESULT, Problem.HELD}  # they say nothing by themselves
SAID = ("negative", "positive", "inconclusive", "invalid")


@dataclass
class Tally:
    """What one or many days came to.  Keys are faults and rules by name; days add up."""

    people: int = 0
    paired: int = 0
    first_try: int = 0
    lost: int = 0
    false_alarms: int = 0
    held_in_vain: int = 0
    results: int = 0  # outcomes that say something of somebody
    seconds: float = 0.0
    injected: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)  # "fault: rule"
    wrong: Counter[str] = field(default_factory=Counter)  # results that reached a wrong person
    standing: Counter[str] = field(default_factory=Counter)  # of them, at the end of the day
    decided: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        for name in Tally.__dataclass_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, mine + theirs)


@dataclass
class Judge:
    """The truth of one day, in the terms of the database."""

    content: Mapping[str, set[int]]
    owners: Mapping[str, set[int]]  # by blinded number
    records: dict[UUID, set[int]] = field(default_factory=dict)

    def learn(self, session: Session) -> None:
        """Note whose numbers each record carries."""
        asked = select(Identity.person_id, Identity.value_blind).where(
            Identity.unlinked_at.is_(None), Identity.claimed.is_(False)
        )
        for person, blind in session.execute(asked):
            if (known := self.owners.get(blind)) is not None:
                self.records.setdefault(person, set()).update(known)

    def is_right(self, text: str, person: UUID) -> bool:
        """Return whether the swab in the tube is of the person on record, and of nobody else."""
        content = self.content.get(text)
        return content is None or (bool(content) and content == self.records.get(person, set()))

    def outcomes(self, session: Session) -> list[tuple[str, UUID, bool]]:
        """Return every result that was ever said of somebody: tube, person, does it stand?"""
        asked = select(Outcome.tube, Outcome.person_id, Outcome.status, Outcome.version)
        said: dict[tuple[str, UUID], tuple[int, bool, bool]] = {}
        for given, person, status, version in session.execute(asked):
            key = given.text, person
            newest, ever, _ = said.get(key, (0, False, False))
            ever |= status in SAID
            if version > newest:
                said[key] = version, ever, status in SAID
            else:
                said[key] = newest, ever, said[key][2]
        return [(text, who, stands) for (text, who), (_, ever, stands) in said.items() if ever]


def owners_of(crowd: list[Who]) -> dict[str, set[int]]:
    """Return whose each number is, by the blinded number that the database has."""
    found: dict[str, set[int]] = {}
    for who in crowd:
        for keyed in numbers_of(who):
            found.setdefault(_blind(keyed), set()).add(who.index)
    return found


def _blind(keyed: Keyed) -> str:
    return value_blind(Key(System(keyed[0]), keyed[1]))


def name_of(mishap: Mishap | None, *, careless: bool) -> str:
    """Return under which name a wrong result is counted."""
    if mishap is None:
        return "no injected fault"
    if careless:
        return "decided without looking"
    return mishap.fault.value


def is_seen(name: str) -> bool:
    """Return whether some rule could see what is counted under *name*."""
    known = {fault.value: rate.seen for fault, rate in RATES.items()}
    return known.get(name, name != "decided without looking")


def rules_at(session: Session, texts: list[str]) -> dict[str, list[str]]:
    """Return which rules of the server look at each tube now."""
    tubes = [tube(text) for text in dict.fromkeys(texts)]
    found: dict[str, list[str]] = {each.text: [] for each in tubes}
    for standing in holds_of(session, tubes):
        found[standing.tube.text].append(f"server: held, {standing.why}")
    for each, facts in facts_of_all(session, tubes).items():
        for problem in sorted(merge(facts).problems - USUAL):
            found[each.text].append(f"server: {problem}")
    for row in _suspected(session):
        for text in row.split():
            if text in found:
                found[text].append("station: slip suspected")
    return found


def _suspected(session: Session) -> list[Any]:
    return list(session.scalars(select(SlipSuspicion.tubes)))
