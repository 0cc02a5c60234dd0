"""Who of a list came, who did not, and who took another tube.  Reads only.

A number on the list, or a match that a person confirmed, says who somebody is; without either, the
name and the year of birth must not contradict.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from contract import names
from contract.identities import Key, System
from contract.tubes import Tube
from server.accounts.within import ANYWHERE, Within
from server.people import queries as people
from server.people.models import Identity
from server.sampling import lot_queries, sight
from server.sampling.lot_models import Roster, RosterEntry
from server.sampling.lot_tiles import Run
from server.sampling.models import Pairing
from server.sampling.roster_models import AssignmentRelease, RosterMatch

T = TypeVar("T")
_AT_ONCE = 500


class Presence(StrEnum):
    """Whether the tube that stood ready for a person was given, and to whom."""

    CAME = "came"
    ELSEWHERE = "elsewhere"  # they took another tube: theirs is needed no more
    ABSENT = "absent"
    OTHER = "other"  # the tube was given to somebody who is not the one on the list


class Seat(NamedTuple):
    """One person of a list, and what became of their tube."""

    entry: RosterEntry
    presence: Presence
    pairing: Pairing | None = None


def seats(session: Session, roster: Roster, within: Within = ANYWHERE) -> list[Seat]:
    """Return who came and who did not, in the order of the list.

    Who took another tube is told of samples of that scope, and of people whose record is seen
    whole: a number that anybody may type into a list must not find out where its bearer was.
    """
    lot = lot_queries.lot_named(session, roster.lot_id)
    given: dict[Tube, list[Pairing]] = {}
    for pairing in session.scalars(
        select(Pairing)
        .where(lot_queries.within(lot, Run(1, lot.size)), *_live())
        .options(joinedload(Pairing.person))
        .order_by(Pairing.paired_at, Pairing.id)
    ):
        given.setdefault(pairing.tube, []).append(pairing)
    known = known_people(session, roster.entries)
    other = _other_tubes(session, roster, known, sight.given(within))
    return [
        _seat(entry, given.get(entry.tube, ()), known[entry.tube], other.get(entry.tube))
        for entry in roster.entries
    ]


def known_people(session: Session, entries: Sequence[RosterEntry]) -> dict[Tube, frozenset[UUID]]:
    """Return who on record each entry is: by its number, and by a confirmed match."""
    found: defaultdict[Tube, set[UUID]] = defaultdict(set)
    blinds = {
        blind: entry.tube
        for entry in entries
        if entry.system and entry.number
        for blind in people.value_blinds(Key(System(entry.system), entry.number))
    }
    for some in _chunks(blinds):
        asked = select(Identity.value_blind, Identity.person_id).where(
            Identity.value_blind.in_(some),
            Identity.unlinked_at.is_(None),
            Identity.claimed.is_(False),
        )
        for blind, person in session.execute(asked):
            found[blinds[blind]].add(person)
    for matches in _chunks(entry.tube for entry in entries):
        confirmed = select(RosterMatch.tube, RosterMatch.person_id).where(
            RosterMatch.tube.in_(matches), RosterMatch.state == "confirmed"
        )
        for tube, person in session.execute(confirmed):
            found[tube].add(person)
    return {entry.tube: frozenset(found[entry.tube]) for entry in entries}


def _other_tubes(
    session: Session, roster: Roster, known: Mapping[Tube, Collection[UUID]],
    seen: ColumnElement[bool],
) -> dict[Tube, Pairing]:  # fmt: skip
    """Return the pairing by which somebody of the list took a tube that is not theirs."""
    other: dict[Tube, Pairing] = {}
    for some in _chunks(known):
        released = select(AssignmentRelease.tube, Pairing)
        released = released.join(Pairing, Pairing.id == AssignmentRelease.pairing_id)
        for tube, pairing in session.execute(
            released.where(AssignmentRelease.tube.in_(some), seen, *_live())
        ):
            other.setdefault(tube, pairing)
    tubes = {person: tube for tube, persons in known.items() for person in persons}
    since, until = _sampling_time(roster)
    for persons in _chunks(tubes):
        asked = select(Pairing).where(
            Pairing.person_id.in_(persons), Pairing.paired_at.between(since, until), seen, *_live()
        )
        for pairing in session.scalars(asked.order_by(Pairing.paired_at)):
            other.setdefault(tubes[pairing.person_id], pairing)
    return other


def _sampling_time(roster: Roster) -> tuple[datetime, datetime]:
    """Return when the people of a list were to come: its day in Vietnam, or any time since."""
    if roster.day is None:
        return roster.created_at, datetime.max.replace(tzinfo=roster.created_at.tzinfo)
    midnight = datetime.combine(roster.day, time(), roster.created_at.tzinfo)
    begins = midnight - timedelta(hours=7)
    return begins, begins + timedelta(days=1)


def _seat(
    entry: RosterEntry,
    given: Sequence[Pairing],
    known: Collection[UUID],
    other: Pairing | None,
) -> Seat:
    strangers = [pairing for pairing in given if _is_another(entry, pairing, known)]
    if strangers:
        return Seat(entry, Presence.OTHER, strangers[0])
    if given:
        return Seat(entry, Presence.CAME, given[0])
    if other is not None and other.tube != entry.tube:
        return Seat(entry, Presence.ELSEWHERE, other)
    return Seat(entry, Presence.ABSENT)


def _is_another(entry: RosterEntry, pairing: Pairing, known: Collection[UUID]) -> bool:
    """Return whether name or birth year contradict the list; what is not known does not."""
    person = pairing.person
    if person.id in known:
        return False
    if person.name and names.match_key(person.name) != names.match_key(entry.name):
        return True
    years = {person.birth_year, entry.birth_year} - {None}
    return len(years) == 2


def _live() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ~lot_queries.undone(), ~lot_queries.put_aside()


def _chunks(values: Iterable[T]) -> list[list[T]]:
    every = list(values)
    return [every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE)]
