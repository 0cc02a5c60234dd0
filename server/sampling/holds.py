"""What keeps the results of a tube from leaving until a person has looked.  Reads only."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.db import among, listed
from server.people.models import Disagreement
from server.sampling.claims import Hold
from server.sampling.decision_models import Decision, Matter, SlipGroup, SlipMember
from server.sampling.decisions import About
from server.sampling.models import Pairing


class Standing(NamedTuple):
    """One reason why a tube is held; `id` is the group, the matter or the question."""

    tube: Tube
    why: Hold
    id: UUID


def holds_of(session: Session, tubes: Sequence[Tube]) -> Iterator[Standing]:
    """Return why each of *tubes* is held: three questions for any number of them."""
    asked = {"tubes": listed(tube.text for tube in tubes)}
    for tube, group in session.execute(_SLIPPED, asked):
        yield Standing(tube, Hold.SLIP, group)
    for tube, question in session.execute(_DOUBTED, asked):
        yield Standing(tube, Hold.IDENTITY, question)
    for matter, kind, *both in session.execute(_MATTERS, asked):
        for each in both:
            if each is not None and each in tubes:
                yield Standing(each, Hold(kind), matter)


def held_by_slip(session: Session, tubes: Iterable[Tube]) -> set[Tube]:
    """Return those of *tubes* that stand in a slip group which nobody has released."""
    asked = {"tubes": listed(tube.text for tube in tubes)}
    return {row[0] for row in session.execute(_SLIPPED, asked)}


def held_or_decided() -> ColumnElement[bool]:
    """Return the condition that a group is open, or that a person decided and it still holds good.

    One that ended by itself, or is over, keeps nobody from asking again.
    """
    said = exists().where(Decision.matter == About.SLIP, Decision.subject_id == SlipGroup.id)
    return or_(SlipGroup.decided_at.is_(None), and_(said, ~SlipGroup.over))


def _doubted() -> Select[Tube, UUID]:
    """Ask for the tubes of pairings whose code named another person than the record does."""
    asked = select(Pairing.tube, Disagreement.id)
    asked = asked.join(Disagreement, Disagreement.event_id == Pairing.id)
    return asked.where(Disagreement.answered_at.is_(None), among(Pairing.tube, "tubes"))


def _matters() -> Select[UUID, str, Tube, Tube | None]:
    asked = select(Matter.id, Matter.kind, Matter.tube, Matter.other_tube)
    concerned = or_(among(Matter.tube, "tubes"), among(Matter.other_tube, "tubes"))
    return asked.where(concerned, Matter.held.is_(True), Matter.decided_at.is_(None))


_SLIPPED = (
    select(SlipMember.tube, SlipMember.group_id)
    .join(SlipGroup)
    .where(SlipGroup.decided_at.is_(None), among(SlipMember.tube, "tubes"))
)
_DOUBTED, _MATTERS = _doubted(), _matters()
