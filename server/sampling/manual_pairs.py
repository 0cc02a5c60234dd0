"""Pairs that were typed, because no code could be read: a person looks at each of them once."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, joinedload

from server.accounts.within import ANYWHERE, Within
from server.sampling.decision_models import Decision
from server.sampling.decisions import About, record_decision
from server.sampling.lot_queries import put_aside, undone
from server.sampling.models import Pairing
from server.sampling.reach import Reach, rank, reach_of
from server.sampling.slips import Cause, flag_around
from server.sampling.withdrawals import Why, pairing_of, withdraw

SHOWN = 200


class Typed(NamedTuple):
    """A typed pair, and how far the result of its tube is, if there is one."""

    pairing: Pairing
    reach: Reach | None


def waiting(session: Session, within: Within = ANYWHERE) -> list[Typed]:
    """Return the typed pairs that hold and nobody has looked at: whose result is out already first,
    then whose is there and may leave, oldest first."""
    unseen = select(Pairing.id, Pairing.tube).where(*_unseen(), within.rows(Pairing.place))
    every = session.execute(unseen.order_by(Pairing.paired_at, Pairing.id)).all()
    reach = reach_of(session, {tube for _, tube in every})
    first = sorted(every, key=lambda each: rank(reach.get(each.tube)))[:SHOWN]
    asked = select(Pairing).where(Pairing.id.in_([each.id for each in first]))
    found = {each.id: each for each in session.scalars(asked.options(joinedload(Pairing.person)))}
    return [Typed(found[each.id], reach.get(each.tube)) for each in first]


def load(session: Session, within: Within = ANYWHERE) -> tuple[int, datetime | None]:
    """Return how many wait, and since when the longest."""
    count, oldest = session.execute(
        select(func.count(), func.min(Pairing.paired_at)).where(
            *_unseen(), within.rows(Pairing.place)
        )
    ).one()
    return count, oldest


def look_at(
    session: Session, pairing_id: UUID, *, right: bool, reason: str, by: str, now: datetime
) -> Pairing:
    """Say whether a typed pair is right; a wrong one is taken back, and its run looked at.

    Raises NotFound, NoLongerPaired, DecidedSince.
    """
    pairing = pairing_of(session, pairing_id)
    record_decision(
        session, About.MANUAL, pairing_id, verdict="right" if right else "wrong", reason=reason,
        by=by, now=now, tube=pairing.tube,
    )  # fmt: skip
    if not right:
        withdraw(session, pairing, Why.MANUAL, by=by, now=now)
        flag_around(session, pairing, Cause.DENIED, now=now)
    return pairing


def _unseen() -> tuple[ColumnElement[bool], ...]:
    looked_at = exists().where(Decision.matter == About.MANUAL, Decision.subject_id == Pairing.id)
    return Pairing.manual.is_(True), ~looked_at, ~undone(), ~put_aside()
