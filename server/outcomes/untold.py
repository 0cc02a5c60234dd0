"""What holds tubes, as outcomes and the gate see it: also one of which nothing was told, beside one
of perhaps the same person that was.  That one is not taken back unasked.  Reads only."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.outcomes.merge import Status
from server.outcomes.models import Outcome
from server.sampling.holds import Standing, holds_of
from server.sampling.spared import spared_of


def every_hold_of(session: Session, tubes: Sequence[Tube]) -> Iterator[Standing]:
    """Return why each of *tubes* is held."""
    yield from holds_of(session, tubes)
    spared = spared_of(session, tubes)
    told = _told(session, {each.tube for each in spared}) if spared else set()
    yield from (each for each in spared if each.tube not in told)


def _told(session: Session, tubes: set[Tube]) -> set[Tube]:
    """Return those of which some record says something now."""
    asked = select(Outcome.tube, Outcome.person_id, Outcome.status).where(Outcome.tube.in_(tubes))
    newest: dict[tuple[Tube, UUID], str] = {}
    for tube, person, status in session.execute(asked.order_by(Outcome.version)):
        newest[tube, person] = status
    return {tube for (tube, _), status in newest.items() if status != Status.WITHDRAWN}
