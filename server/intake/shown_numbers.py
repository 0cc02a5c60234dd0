"""Which samples came by a number alone: nothing else on their codes says whose they are.

Once the number leads to somebody else, or to nobody, a person says whose each of them is.  Where it
is nobody's, and was never theirs whom it led to, a name says nothing either: a namesake's number is
easily linked to the wrong one of two, and the other has no record of their own.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import Kind, PersonCode, System
from server.intake.models import WireEvent
from server.intake.opening import open_event
from server.people import merges, whose
from server.people.agreement import birth_year_of
from server.people.links import strong_keys
from server.people.models import Identity, Person
from server.people.sleeping import Said, names_one_of
from server.sampling import changes, lot_queries
from server.sampling.models import Pairing
from server.sampling.turns import take_persons_turn, take_turn

# Of codes whose bytes are kept no more: by what numbers such a kind of code leads.
LEADS: dict[str, set[System]] = {
    str(Kind.TYPED): {System.CITIZEN, System.INSURANCE},
    str(Kind.PERSONAL_CARD): {System.CARD},
    str(Kind.OTHER): {System.OTHER},
    str(Kind.CITIZEN_CARD): {System.CITIZEN},
    str(Kind.INSURANCE_CARD): {System.INSURANCE},
    str(Kind.NATIONAL_QR): {System.NATIONAL},
    str(Kind.HEALTH_CERTIFICATE): {System.CERTIFICATE},
}
# They mostly name nobody: asked about also where it is not known whether one did.
NAMELESS = {str(Kind.TYPED), str(Kind.PERSONAL_CARD), str(Kind.OTHER)}


def take_turns(session: Session, link: Identity) -> None:
    """Wait for the tubes that came by a number, and for whom it led to, before it leads elsewhere.

    Whoever brings a pairing of that person meanwhile asks anew where the number leads.
    """
    take_turn(session, {each.tube for each in _came_by(session, link)})
    take_persons_turn(session, [link.person_id])
    take_turn(session, {each.tube for each in _came_by(session, link)})  # rarely more came


def look_again(session: Session, link: Identity, heir: Person | None, now: datetime) -> None:
    """Ask whose the samples are that came by *link*, which ended; *heir* has its number now."""
    found = {each.id: each for each in _came_by(session, link, heir)}
    kinds = {each.id: each.person_kind for each in found.values()}
    asked = whose.ask(session, link, kinds, now=now)
    tubes = {found[each.event_id].tube for each in asked if each.event_id}
    changes.all_changed(session, tubes, now=now)


def code_shown(session: Session, event: UUID | None) -> PersonCode | None:
    """Return the code that *event* showed, while its bytes are kept."""
    asked = select(WireEvent.event_id, WireEvent.payload).where(WireEvent.event_id == event)
    codes = (open_event(*row).person for row in session.execute(asked) if row.payload)
    return next((code for code in codes if code), None)


def _came_by(session: Session, link: Identity, heir: Person | None = None) -> Iterator[Pairing]:
    asked = select(Pairing, WireEvent.payload)
    asked = asked.outerjoin(WireEvent, WireEvent.event_id == Pairing.id)
    asked = asked.where(
        Pairing.person_id == link.person_id, ~lot_queries.undone(), ~lot_queries.put_aside()
    )
    ours = merges.together(session, link.person_id)
    heirs = merges.together(session, heir.id) if heir else []
    for pairing, payload in session.execute(asked.order_by(Pairing.paired_at, Pairing.id)).all():
        code = open_event(pairing.id, payload).person if payload else None
        if _led(code, pairing, link) and not _names(session, code, ours, heirs):
            yield pairing


def _led(code: PersonCode | None, pairing: Pairing, link: Identity) -> bool:
    """Return whether the number of *link* is what a code leads by; of one that is kept no more,
    where it named nobody."""
    if code is None:
        alone = pairing.named is False or pairing.person_kind in NAMELESS
        return alone and link.system in LEADS.get(pairing.person_kind, set())
    strongest = strong_keys(code)[0]
    return (str(strongest.system), strongest.value) == (link.system, link.value)


def _names(session: Session, code: PersonCode | None, ours: list[UUID], heirs: list[UUID]) -> bool:
    """Return whether a code names who is on record, and not who has the number since."""
    if code is None or not code.name or not heirs:
        return False
    said = Said(code.name, birth_year_of(code))
    return names_one_of(session, said, ours) and not names_one_of(session, said, heirs)
