"""Whom stations gave which tube, by the numbers on the cards, and whether the server says the same.

The server's own words are not asked what is right: each pairing is held against the code that was
shown for it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.identities import Key, System
from server.audit.verifying import look_through
from server.db import Database
from server.figures import folding, recount
from server.intake.models import WireEvent
from server.people import queries
from server.people.models import Identity, Person
from server.sampling.models import Pairing, PairingVoid, StationTally, TubeConflict

SHOWN = 5  # of what is amiss: the rest is the same


@dataclass(frozen=True)
class Pair:
    """A tube that a station gave, and the citizen number that was read for it."""

    event: UUID
    tube: str
    number: str


def amiss(database: Database, given: dict[str, list[Pair]], refused: dict[str, int]) -> list[str]:
    """Return what is not as each station *given* and *refused*, now that all is applied."""
    folding.fold_all(database)
    found = [f"the roll-up of {cell} is no recount" for cell in recount.differences(database)]
    with database.read() as session:
        for look in (
            _states(session, given),
            _pairings(session, given),
            _people(session, given),
            _tallies(session, refused),
        ):
            found += list(map(str, look))[:SHOWN]
    return found + look_through(database).faults[:SHOWN]


def left(session: Session, stations: Iterable[str]) -> int:
    """Return how many events of these stations are still to be applied."""
    asked = select(func.count()).select_from(WireEvent).where(WireEvent.state == "pending")
    return session.scalar(asked.where(WireEvent.station.in_(list(stations)))) or 0


def _states(session: Session, given: Iterable[str]) -> Iterator[str]:
    asked = select(WireEvent.kind, WireEvent.state, WireEvent.problem, func.count())
    asked = asked.where(WireEvent.station.in_(list(given)), WireEvent.state != "applied")
    for kind, state, problem, count in session.execute(
        asked.group_by(WireEvent.kind, WireEvent.state, WireEvent.problem)
    ):
        yield f"{count} of {kind} are {state}: {problem}"


def _pairings(session: Session, given: dict[str, list[Pair]]) -> Iterator[str]:
    """Each pair that was given has one pairing, and there is no other; no tube has two."""
    numbers = dict(_numbers(session))
    asked = select(Pairing).where(Pairing.station.in_(list(given)))
    known = {
        each.id: (each.station, each.tube.text, numbers.get(each.person_id))
        for each in session.scalars(asked)
    }
    wanted = {
        each.event: (station, each.tube, each.number)
        for station, pairs in given.items()
        for each in pairs
    }
    for event in known.keys() | wanted.keys():
        if known.get(event) != wanted.get(event):
            yield f"pairing {event}: is {known.get(event)}, was given {wanted.get(event)}"
    for model in (PairingVoid, TubeConflict):
        if count := session.scalar(select(func.count()).select_from(model)):
            yield f"{count} of {model.__tablename__}, and nothing was undone"


def _numbers(session: Session) -> Iterator[tuple[UUID, str]]:
    """Return who holds which citizen number, as it is decrypted."""
    asked = select(Identity.person_id, Identity.value)
    rows = session.execute(asked.where(Identity.system == str(System.CITIZEN)))
    yield from ((row.person_id, row.value) for row in rows)


def _people(session: Session, given: dict[str, list[Pair]]) -> Iterator[str]:
    """Each number leads to the one person who has it, and nobody is there twice."""
    kept = list(_numbers(session))
    for what in (Counter(number for _, number in kept), Counter(person for person, _ in kept)):
        yield from (f"{which} is there {count} times" for which, count in what.items() if count > 1)
    everybody = session.scalar(select(func.count()).select_from(Person))
    if everybody != len(kept):
        yield f"{everybody} persons, {len(kept)} numbers"
    holders = {number: person for person, number in kept}
    numbers = {each.number for pairs in given.values() for each in pairs}
    links = queries.links_of(session, [Key(System.CITIZEN, number) for number in numbers])
    found = {key.value: link.person_id for key, link in links.items()}
    for number in numbers:
        if number not in found or found[number] != holders.get(number):
            yield f"{number} leads to {found.get(number)}, is held by {holders.get(number)}"


def _tallies(session: Session, refused: dict[str, int]) -> Iterator[str]:
    asked = select(StationTally.station, func.sum(StationTally.count))
    asked = asked.where(StationTally.station.in_(list(refused)), StationTally.kind == "refused")
    known = {station: int(count) for station, count in session.execute(
        asked.group_by(StationTally.station))}  # fmt: skip
    if known != {station: count for station, count in refused.items() if count}:
        yield f"refused scans: {known} are counted, {refused} were told"
