"""Who stood on a list that was read: a roster, its draft, a list of vaccinations.  Reads only.

Found when the report of a breach is made, by the numbers on the list, by the tubes they got, by the
matches that a person confirmed, by the doses entered; the trail itself says only how many rows.
"""

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import Key, System
from server.people import queries
from server.people.models import Identity
from server.record.vaccination_models import Vaccination, VaccinationImport
from server.record.vaccinations import reading_of as doses_of
from server.sampling.lot_models import RosterEntry
from server.sampling.models import Pairing
from server.sampling.roster_drafts import reading_of as rows_of
from server.sampling.roster_models import RosterDraft, RosterMatch

AT_ONCE = 500
Number = tuple[str | None, str | None]  # system, number; None or '' where a row had none


def persons_of(session: Session, list_id: UUID) -> Iterator[UUID]:
    """Yield who of a list is on record by now."""
    draft = session.get(RosterDraft, list_id)
    doses = session.get(VaccinationImport, list_id)
    if draft is not None and draft.content is not None:
        guests = [row.guest for row in rows_of(draft).taken]
        yield from _with_numbers(session, ((each.system, each.number) for each in guests))
    elif doses is not None:
        given = [row.guest for row in doses_of(doses).given]
        yield from _with_numbers(session, ((each.system, each.number) for each in given))
        entered = select(Vaccination.person_id).where(Vaccination.import_id == list_id)
        yield from session.scalars(entered)
    else:
        yield from _on_roster(session, (draft.roster_id if draft else None) or list_id)


def _on_roster(session: Session, roster: UUID) -> Iterator[UUID]:
    of_it = RosterEntry.roster_id == roster
    numbers = select(RosterEntry.system, RosterEntry.number).where(of_it)
    yield from _with_numbers(session, ((row[0], row[1]) for row in session.execute(numbers)))
    given = select(Pairing.person_id).join(RosterEntry, RosterEntry.tube == Pairing.tube)
    yield from session.scalars(given.where(of_it))
    matched = select(RosterMatch.person_id).join(RosterEntry, RosterEntry.tube == RosterMatch.tube)
    yield from session.scalars(matched.where(of_it, RosterMatch.state == "confirmed"))


def _with_numbers(session: Session, numbers: Iterable[Number]) -> Iterator[UUID]:
    blinds = [
        blind
        for system, number in numbers
        if system and number
        for blind in queries.value_blinds(Key(System(system), number))
    ]
    for start in range(0, len(blinds), AT_ONCE):
        some = Identity.value_blind.in_(blinds[start : start + AT_ONCE])
        yield from session.scalars(
            select(Identity.person_id).where(some, Identity.unlinked_at.is_(None))
        )
