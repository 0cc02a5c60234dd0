"""Where each desk's rows come from, in the same words, and who may look at them.

Tubes stand in `desk_item`; conflicts, undelivered messages and calls have rows of their own.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from server.accounts.within import Within
from server.delivery.models import Delivery
from server.delivery.queries import is_of_person, is_open
from server.lab import sight as lab_sight
from server.lab.sight import of_lab
from server.outcomes.desk_models import DeskItem
from server.outcomes.models import Callback
from server.outcomes.standing import RULES, Desk
from server.sampling import sight
from server.sampling.models import ConflictClaim, Pairing, PairingVoid, TubeConflict


def live() -> ColumnElement[bool]:
    """A pairing that its station did not void and no decision set aside."""
    voided = exists().where(
        PairingVoid.pairing_id == Pairing.id, PairingVoid.station == Pairing.station
    )
    aside = exists().where(ConflictClaim.pairing_id == Pairing.id, ConflictClaim.upheld.is_(False))
    return and_(~voided, ~aside)


def _of_items(desk: Desk) -> Select[*tuple[Any, ...]]:
    found = select(
        type_coerce(DeskItem.tube, String).label("subject"), DeskItem.since.label("since"),
        DeskItem.detail, DeskItem.place, DeskItem.station, DeskItem.box,
    )  # fmt: skip
    return found.where(DeskItem.desk == desk.value)


def _of_conflicts(_desk: Desk) -> Select[*tuple[Any, ...]]:
    claimed = select(func.min(Pairing.place)).join(
        ConflictClaim, ConflictClaim.pairing_id == Pairing.id
    )
    place = claimed.where(ConflictClaim.conflict_id == TubeConflict.id).scalar_subquery()
    found = select(
        type_coerce(TubeConflict.tube, String).label("subject"),
        TubeConflict.opened_at.label("since"), TubeConflict.kind.label("detail"),
        func.coalesce(place, "").label("place"), *_no("station", "box"),
    )  # fmt: skip
    return found.where(TubeConflict.decided_at.is_(None))


def _of_deliveries(_desk: Desk) -> Select[*tuple[Any, ...]]:
    found = select(
        Delivery.key.label("subject"), Delivery.created_at.label("since"),
        Delivery.state.label("detail"), Delivery.place.label("place"), *_no("station", "box"),
    )  # fmt: skip
    return found.where(is_open(), is_of_person())  # figures for a server above are no outcome


def _of_calls(_desk: Desk) -> Select[*tuple[Any, ...]]:
    found = select(
        type_coerce(Callback.tube, String).label("subject"), Callback.opened_at.label("since"),
        Callback.reason.label("detail"), Callback.place.label("place"), *_no("station", "box"),
    )  # fmt: skip
    return found.where(Callback.done_at.is_(None))


def _no(*names: str) -> list[Any]:
    return [literal("").label(name) for name in names]


SOURCES = {
    **dict.fromkeys(RULES, _of_items),
    Desk.CONFLICTS_OPEN: _of_conflicts,
    Desk.OUTCOME_WITHOUT_DELIVERY: _of_deliveries,
    Desk.CALLBACKS_OPEN: _of_calls,
}


@cache
def rows_on(desk: Desk) -> Subquery:
    """Return a desk's rows, to be asked: put together once, which takes longer than the answer."""
    return SOURCES[desk](desk).subquery()


def tube_in_sight(within: Within, of: Any) -> ColumnElement[bool]:
    """Say of a column of tubes that a desk shows them in that scope: also what nobody was given."""
    if within.everywhere or within.at_lab:
        return lab_sight.tubes(within, of)
    item = aliased(DeskItem)  # never the table that the column is of
    stands = exists().where(item.tube == of, within.rows(item.place))
    return or_(sight.tubes(within, of), stands)


def in_sight(desk: Desk, columns: Any, within: Within) -> ColumnElement[bool]:
    """Say of a desk's rows that they are of that scope: a laboratory's, or by place."""
    if within.at_lab and not within.everywhere:
        return of_lab(within, columns.subject)
    if desk is Desk.CONFLICTS_OPEN:  # two claims may be of two places
        return sight.tubes(within, columns.subject)
    return within.rows(columns.place)
