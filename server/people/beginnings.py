"""Where a record begins: where its bearer first showed who they are.

What is only claimed, anybody may have typed who knows a number, a name and a year of birth.  So a
record that stands on claims alone goes to where the first number is shown that is more; once.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import Key, System
from server.people import covered
from server.people.links import LiveLinks
from server.people.models import Identity, Person

# The bytes of a code that claims are as weak as its claims; phones and plates are of nobody.
_PROVES_NOTHING = {System.FINGERPRINT, System.PHONE, System.VEHICLE}


def may_begin(
    session: Session, person: Person, strong: Sequence[Key], links: LiveLinks, place: str
) -> bool:
    """Return whether a code with these numbers is the first proof of a record begun elsewhere.

    Of two at one moment the second waits for the first, and finds what that proved.
    """
    proving = [key for key in strong if key.system not in _PROVES_NOTHING]
    if person.place == place or not proving or is_proven_by(person, proving, links):
        return False
    session.flush()
    held = select(Person.id).where(Person.id == person.id).with_for_update(key_share=True)
    session.execute(held).all()
    proven = select(Identity.id).where(
        Identity.person_id == person.id,
        Identity.claimed.is_(False),  # also what was unlinked since: a record goes once
        Identity.system.not_in(_PROVES_NOTHING),
    )
    return session.scalar(proven.limit(1)) is None


def is_proven_by(person: Person, keys: Sequence[Key], links: LiveLinks) -> bool:
    """Return whether one of these numbers is theirs, by more than a claim."""
    found = (links.proven(key) for key in keys if key.system not in _PROVES_NOTHING)
    return any(link is not None and link.person is person for link in found)


def begin_at(session: Session, person: Person, place: str) -> None:
    """Let a record be of the place of its first proof; what was done elsewhere stays seen there."""
    person.place = place
    session.flush()
    covered.move(session, person.id, place)
