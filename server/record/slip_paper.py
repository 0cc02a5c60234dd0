"""What a result slip shows on paper.  Reads only."""

from sqlalchemy.orm import Session

from labels.slips import SlipFace
from server.outcomes.models import Outcome
from server.people.models import Person
from server.record.slip_models import ResultSlip


def face_of(session: Session, slip: ResultSlip, *, url: str, issuer: str) -> SlipFace:
    """Return the face of *slip*; without the server's own *url* it leads to no page."""
    person = session.get_one(Person, slip.person_id)
    outcome = session.get_one(Outcome, slip.outcome_id)
    return SlipFace(
        code=slip.code,
        address=f"{url.rstrip('/')}/verify-slip/{slip.id}" if url else "",
        name=person.name or "",
        birth=person.birth or str(person.birth_year or ""),
        positive=outcome.status == "positive",
        tube=outcome.tube.grouped,
        sampled=slip.sampled_at,
        expires=slip.expires_at,
        issued=slip.issued_at,
        issuer=issuer,
        number=str(slip.id),
    )
