"""The desks: everything that does not match, each with its age.  Reads only.

A tube stands on one desk at a time, at the first thing that it lacks; only a conflict stands beside
that.  Halves that come late meet by themselves, and the tube leaves its desk.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from contract.tubes import Tube, tube
from server.delivery.models import Delivery
from server.lab.models import Reception, Result
from server.sampling.models import ConflictClaim, Pairing, PairingVoid, TubeConflict

SHOWN = 200


class Desk(StrEnum):
    """What a tube lacks.  The value is part of the JSON summary and never changes."""

    CONFLICTS_OPEN = "conflicts_open"
    RESULT_WITHOUT_PAIRING = "result_without_pairing"
    RECEPTION_WITHOUT_PAIRING = "reception_without_pairing"
    PAIRING_WITHOUT_RECEPTION = "pairing_without_reception"
    RECEPTION_WITHOUT_RESULT = "reception_without_result"
    RESULT_WITHOUT_RELEASE = "result_without_release"
    OUTCOME_WITHOUT_DELIVERY = "outcome_without_delivery"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One tube on a desk.

    `detail` helps to find it: the place of its pairing, its box, what was found, how far it is;
    `delivery` is the message that did not arrive, if that is the desk.
    """

    tube: Tube
    since: datetime
    detail: str
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """How much waits on a desk, and since when."""

    count: int
    oldest: datetime | None


def live() -> ColumnElement[bool]:
    """A pairing that its station did not void and no decision set aside."""
    voided = exists().where(
        PairingVoid.pairing_id == Pairing.id, PairingVoid.station == Pairing.station
    )
    aside = exists().where(ConflictClaim.pairing_id == Pairing.id, ConflictClaim.upheld.is_(False))
    return and_(~voided, ~aside)


def _paired(of: Any) -> ColumnElement[bool]:
    return exists().where(Pairing.tube == of, live())


def _received(of: Any) -> ColumnElement[bool]:
    return exists().where(Reception.tube == of, Reception.accepted.is_(True))


def _contested(of: Any) -> ColumnElement[bool]:
    return exists().where(TubeConflict.tube == of, TubeConflict.decided_at.is_(None))


def _conflicts() -> Select[*tuple[Any, ...]]:
    found = select(
        TubeConflict.tube, TubeConflict.opened_at.label("since"), TubeConflict.kind.label("detail")
    )
    return found.where(TubeConflict.decided_at.is_(None))


def _results_unpaired() -> Select[*tuple[Any, ...]]:
    found = select(Result.tube, Result.entered_at.label("since"), Result.call.label("detail"))
    return found.where(Result.corrects.is_(None), ~_paired(Result.tube), ~_contested(Result.tube))


def _receptions_unpaired() -> Select[*tuple[Any, ...]]:
    found = select(Reception.tube, Reception.at.label("since"), Reception.box.label("detail"))
    return found.where(
        ~_paired(Reception.tube),
        ~_contested(Reception.tube),
        ~exists().where(Result.tube == Reception.tube),
    )


def _pairings_not_received() -> Select[*tuple[Any, ...]]:
    found = select(
        Pairing.tube,
        func.min(Pairing.paired_at).label("since"),
        func.min(Pairing.place).label("detail"),
    )
    return found.where(live(), ~exists().where(Reception.tube == Pairing.tube)).group_by(
        Pairing.tube
    )


def _receptions_untested() -> Select[*tuple[Any, ...]]:
    found = select(Reception.tube, Reception.at.label("since"), Reception.box.label("detail"))
    return found.where(
        Reception.accepted.is_(True),
        _paired(Reception.tube),
        ~exists().where(Result.tube == Reception.tube),
    )


def _results_held() -> Select[*tuple[Any, ...]]:
    later = aliased(Result)
    state = case((Result.verified_at.is_(None), "entered"), else_="verified").label("detail")
    found = select(Result.tube, Result.entered_at.label("since"), state)
    return found.where(
        Result.released_at.is_(None),
        ~exists().where(later.corrects == Result.id),
        _paired(Result.tube),
        _received(Result.tube),
        ~_contested(Result.tube),
    )


def _undelivered() -> Select[*tuple[Any, ...]]:
    found = select(Delivery.key, Delivery.created_at.label("since"), literal("").label("detail"))
    return found.where(Delivery.state.in_(("waiting", "dead")))


STATEMENTS = {
    Desk.CONFLICTS_OPEN: _conflicts,
    Desk.RESULT_WITHOUT_PAIRING: _results_unpaired,
    Desk.RECEPTION_WITHOUT_PAIRING: _receptions_unpaired,
    Desk.PAIRING_WITHOUT_RECEPTION: _pairings_not_received,
    Desk.RECEPTION_WITHOUT_RESULT: _receptions_untested,
    Desk.RESULT_WITHOUT_RELEASE: _results_held,
    Desk.OUTCOME_WITHOUT_DELIVERY: _undelivered,
}


def load_of(session: Session, desk: Desk) -> Load:
    rows = STATEMENTS[desk]().subquery()
    count, oldest = session.execute(select(func.count(), func.min(rows.c.since))).one()
    return Load(count, oldest)


def loads(session: Session) -> dict[Desk, Load]:
    """Return how much waits on every desk."""
    return {desk: load_of(session, desk) for desk in Desk}


def waiting_on(session: Session, desk: Desk) -> list[Waiting]:
    """Return what waits on a desk, oldest first, at most as much as a page shows."""
    if desk is Desk.OUTCOME_WITHOUT_DELIVERY:
        found = select(Delivery).where(Delivery.state.in_(("waiting", "dead")))
        messages = session.scalars(found.order_by(Delivery.state, Delivery.id).limit(SHOWN))
        return [Waiting(tube_of(each.key), each.created_at, "", each) for each in messages]
    rows = session.execute(STATEMENTS[desk]().order_by("since").limit(SHOWN))
    return [Waiting(which, since, detail) for which, since, detail in rows]


def tube_of(key: str) -> Tube:
    """Return the tube in a delivery key ('tube/person/vN'); makers' codes may hold slashes."""
    return tube(key.rsplit("/", 2)[0])
