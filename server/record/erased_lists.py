"""Whoever is erased leaves the lists that stand beside their record: of doses, and of sampling.

Lists of doses lose the row, confirmed or not; a sampling list what it says of whom it got a tube
for.  Lists on which nothing leads to the record (another number, a tube never given) go by their
own clock (`keep_list_days`).
"""

from collections.abc import Sequence
from typing import NamedTuple, Self
from uuid import UUID

import msgspec
from sqlalchemy import select, union
from sqlalchemy.orm import Session

from contract import names
from server.people.agreement import name_key
from server.people.models import Identity, Person
from server.record.doses import Given, Reading, Reason, Refused
from server.record.vaccination_models import VaccinationImport
from server.record.vaccinations import reading_of
from server.sampling.lot_models import RosterEntry
from server.sampling.models import Pairing
from server.sampling.roster_models import AssignmentRelease, RosterMatch


class _Them(NamedTuple):
    """By what somebody is known on a list."""

    names: set[str]
    numbers: set[tuple[str, str]]  # ever theirs, by system
    leading: set[tuple[str, str]]  # which lead to them now

    @classmethod
    def of(cls, session: Session, ids: Sequence[UUID]) -> Self:
        persons = session.scalars(select(Person).where(Person.id.in_(ids)))
        links = session.scalars(select(Identity).where(Identity.person_id.in_(ids))).all()
        living = {(each.system, each.value) for each in links if each.unlinked_at is None}
        every = {(each.system, each.value) for each in links}
        return cls({name_key(each.name) for each in persons} - {""}, every, living)

    def are(self, name: str, system: str | None, number: str | None) -> bool:
        """Return whether a row is theirs: their number, under their name."""
        return (system or "", number or "") in self.numbers and name_key(name) in self.names


def blank(session: Session, ids: Sequence[UUID]) -> int:
    """Blank these records' rows on lists, while their names and numbers are known; return how many.

    All lists of doses that are still kept are read: only an erasure that was asked for does it.
    """
    them = _Them.of(session, ids)
    kept = select(VaccinationImport).where(VaccinationImport.content.is_not(None))
    count = sum(_blank_doses(each, them) for each in session.scalars(kept))
    return count + _blank_entries(session, ids, them)


def _blank_doses(made: VaccinationImport, them: _Them) -> int:
    read, entered = reading_of(made), made.done_at is not None
    theirs = {each.line for each in read.given if _is_theirs(each, them, entered=entered)}
    unread = {each.line for each in read.refused if _may_name(each, them)}
    if not theirs | unread:
        return 0
    given = tuple(each for each in read.given if each.line not in theirs)
    gone = [Refused(line, str(Reason.ERASED), "") for line in theirs | unread]
    refused = [each for each in read.refused if each.line not in unread] + gone
    last = Reading(given, tuple(sorted(refused, key=lambda each: each.line)))
    made.content = msgspec.json.encode(last).decode()
    return len(gone)


def _is_theirs(row: Given, them: _Them, *, entered: bool) -> bool:
    """A dose that was entered went to whom its number leads, however their name was set right."""
    guest = row.guest
    leads = entered and (guest.system, guest.number) in them.leading
    return leads or them.are(guest.name, guest.system, guest.number)


def _may_name(row: Refused, them: _Them) -> bool:
    """Of a row that gave no dose only its beginning is kept: a namesake's goes as well.

    By whole words: "An" is in "Toàn".
    """
    said = f" {names.match_key(row.shown)} "
    return any(f" {each} " in said for each in them.names)


def _blank_entries(session: Session, ids: Sequence[UUID], them: _Them) -> int:
    given = select(Pairing.id, Pairing.tube).where(Pairing.person_id.in_(ids)).subquery()
    released = select(AssignmentRelease.tube).join(
        given, given.c.id == AssignmentRelease.pairing_id
    )
    matched = select(RosterMatch.tube).where(RosterMatch.person_id.in_(ids))
    tubes = union(select(given.c.tube), released, matched).subquery()
    entries = session.scalars(select(RosterEntry).where(RosterEntry.tube.in_(select(tubes)))).all()
    theirs = [
        each
        for each in entries
        if name_key(each.name) in them.names or (each.system, each.number) in them.leading
    ]
    for each in theirs:
        each.name, each.birth, each.number, each.phone, each.address = "", None, None, None, None
    return len(theirs)
