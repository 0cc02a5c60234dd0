"""The tubes of one person.  Reads only."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.outcomes.desks import live
from server.sampling.models import Pairing


def live_pairings_of_person(session: Session, person_id: UUID) -> list[Pairing]:
    """Return the pairings of a person that hold, newest first."""
    found = select(Pairing).where(Pairing.person_id == person_id, live())
    return list(session.scalars(found.order_by(Pairing.paired_at.desc(), Pairing.id)))
