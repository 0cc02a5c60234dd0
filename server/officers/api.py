"""What programs of health officers read: outcomes, page by page, with whose they are.  Reads only.

People are told by the id of their record and nothing else: lists that name them leave with a reason
(`takeouts`), and programs of others ask for a person whose number they know (`exchange.facade`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.declarations.notice import TARGET
from server.delivery import queries as delivery
from server.errors import BadInput
from server.lab.models import Result
from server.officers.sample_states import superseded
from server.outcomes.models import Outcome
from server.outcomes.services import key_of

PAGE = 500


class Row(NamedTuple):
    """One version of one outcome, and how it stands."""

    outcome: Outcome
    current: bool
    delivered: bool


class OutcomeRow(msgspec.Struct, frozen=True):
    """One version of one outcome.  `current` is the one that holds."""

    id: UUID
    tube: str
    person: UUID
    status: str
    version: int
    current: bool
    delivered: bool
    reason: str
    pairing: UUID
    result: UUID | None
    place: str
    paired_at: datetime
    released_at: datetime | None


def versions(session: Session, within: Within, after: UUID | None = None) -> list[Row]:
    """Return a page of the versions of outcomes that may be seen, in the order of `ordinals`.

    *after*: the last one of the page before.  Raises BadInput where there is none such.  What has
    no number yet (`ordinals.number`) comes on a later page, and all behind an *after* without one.
    """
    last = 0 if after is None else _place(session, within, after)
    seen = within.rows(Outcome.place)
    if last is None or session.scalar(select(Outcome.id).where(seen).limit(1)) is None:
        return []  # by the place: to go through the whole order for nothing takes long
    found = select(Outcome, superseded().label("superseded")).where(seen)
    found = found.where(Outcome.ordinal > last).order_by(Outcome.ordinal).limit(PAGE)
    rows = session.execute(found).all()
    arrived = delivery.by_key(session, TARGET, [key_of(outcome) for outcome, _ in rows])
    done = {key for key, each in arrived.items() if each.state == "delivered"}
    return [Row(outcome, not old, key_of(outcome) in done) for outcome, old in rows]


def _place(session: Session, within: Within, after: UUID) -> int | None:
    """Return where the order goes on behind the outcome *after*; None where nobody knows yet."""
    last = session.get(Outcome, after)
    if last is None or not within.covers(last.place):
        raise BadInput(
            "after phải là id của dòng cuối ở trang trước.",
            "after must be the id of the last row of the page before.",
        )
    return last.ordinal


def outcome_rows(session: Session, rows: Sequence[Row]) -> list[OutcomeRow]:
    released = _released(session, {row.outcome.result_id for row in rows})
    return [
        OutcomeRow(
            id=row.outcome.id,
            tube=row.outcome.tube.text,
            person=row.outcome.person_id,
            status=row.outcome.status,
            version=row.outcome.version,
            current=row.current,
            delivered=row.delivered,
            reason=row.outcome.reason,
            pairing=row.outcome.pairing_id,
            result=row.outcome.result_id,
            place=row.outcome.place,
            paired_at=row.outcome.sampled_at,
            released_at=released.get(row.outcome.result_id) if row.outcome.result_id else None,
        )
        for row in rows
    ]


def _released(session: Session, results: Iterable[UUID | None]) -> dict[UUID, datetime | None]:
    some = [each for each in results if each]
    found = select(Result).where(Result.id.in_(some))
    return {each.id: each.released_at for each in session.scalars(found)}
