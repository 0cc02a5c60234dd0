"""What stands on the desks, oldest first, a page at a time.  Reads only.

Tubes stand in `desk_item`; conflicts, undelivered messages and calls have rows of their own, and
are asked for in the same words.  What a person explained is left out until it changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from contract.tubes import Tube, tube
from server.delivery.models import Delivery
from server.lab.models import Result
from server.lab.run_models import Run
from server.outcomes.desk_models import DeskCase, DeskItem
from server.outcomes.models import Callback
from server.outcomes.standing import RULES
from server.outcomes.standing import Desk as Desk
from server.sampling.models import ConflictClaim, Pairing, PairingVoid, TubeConflict

PAGE = 50
NOBODY = "nobody"
UNMATCHED = tuple(desk for desk in Desk if desk is not Desk.CALLBACKS_OPEN)
UNDELIVERED = ("waiting", "dead")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which of a desk's items are asked for; the page's address holds it.

    *owner* is an actor, NOBODY, or '' for all; *after* is where the page before ended.
    """

    place: str = ""
    station: str = ""
    box: str = ""
    tube: str = ""
    run: str = ""  # of a machine, by its name, or an import, by its id
    owner: str = ""
    explained: bool = False
    person: UUID | None = None
    after: tuple[datetime, str] | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One item.  `subject` is what its case goes by; `delivery` is the message, on that desk."""

    desk: Desk
    subject: str
    tube: Tube
    since: datetime
    detail: str = ""
    place: str = ""
    station: str = ""
    box: str = ""
    owner: str | None = None
    explained: bool = False
    delivery: Delivery | None = field(default=None, compare=False)


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
        Delivery.state.label("detail"), *_no("place", "station", "box"),
    )  # fmt: skip
    return found.where(Delivery.state.in_(UNDELIVERED))


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


def load_of(session: Session, desk: Desk) -> Load:
    """Count what waits on a desk, without what is explained."""
    rows = SOURCES[desk](desk).subquery()
    count = session.scalar(select(func.count()).select_from(rows)) or 0
    explained = _explained(desk)
    if count and desk in RULES:
        count -= session.scalar(select(func.count()).select_from(explained.subquery())) or 0
    oldest = select(rows.c.since).where(rows.c.subject.not_in(explained))
    return Load(count, session.scalar(oldest.order_by(rows.c.since).limit(1)) if count else None)


def _explained(desk: Desk) -> Select[str]:
    found = select(DeskCase.subject).where(DeskCase.desk == desk.value)
    return found.where(DeskCase.closed_at.is_not(None))


def loads(session: Session, desks: Iterable[Desk] = UNMATCHED) -> dict[Desk, Load]:
    """Return how much waits on each of *desks*; calls have a page of their own."""
    return {desk: load_of(session, desk) for desk in desks}


def waiting_on(session: Session, desk: Desk, wish: Wish | None = None) -> list[Waiting]:
    """Return a page of what waits on a desk, oldest first, and one more if there is more."""
    wish = wish or Wish()
    rows = SOURCES[desk](desk).subquery()
    case = and_(DeskCase.desk == desk.value, DeskCase.subject == rows.c.subject)
    found = select(rows, DeskCase.owner, DeskCase.closed_at).outerjoin(DeskCase, case)
    found = found.where(*_fitting(rows.c, wish)).order_by(rows.c.since, rows.c.subject)
    page = session.execute(found.limit(PAGE + 1)).all()
    return _with_messages(session, [_waiting(desk, row) for row in page])


def _waiting(desk: Desk, row: Any) -> Waiting:
    subject, since, detail, place, station, box, owner, closed_at = row
    which = tube_of(subject) if desk is Desk.OUTCOME_WITHOUT_DELIVERY else tube(subject)
    explained = closed_at is not None
    return Waiting(desk, subject, which, since, detail, place, station, box, owner, explained)


def _fitting(columns: Any, wish: Wish) -> list[ColumnElement[bool]]:
    closed = DeskCase.closed_at
    fitting: list[ColumnElement[bool]] = [
        closed.is_not(None) if wish.explained else closed.is_(None),
        *(columns[name] == value for name, value in _exact(wish) if value),
    ]
    if wish.place:
        fitting.append(columns.place.startswith(wish.place, autoescape=True))
    if wish.run:
        fitting.append(columns.subject.in_(runs_tubes(wish.run)))
    if wish.owner:
        nobody = wish.owner == NOBODY
        fitting.append(DeskCase.owner.is_(None) if nobody else DeskCase.owner == wish.owner)
    if wish.person:
        given = select(type_coerce(Pairing.tube, String)).where(Pairing.person_id == wish.person)
        fitting.append(columns.subject.in_(given))
    if wish.after:
        since, subject = wish.after
        later = and_(columns.since == since, columns.subject > subject)
        fitting.append(or_(columns.since > since, later))
    return fitting


def runs_tubes(name: str) -> Select[str]:
    """Ask for the tubes with a result of the run, or of the file or message, that is so named."""
    found = select(type_coerce(Result.tube, String)).join(Run, Run.id == Result.run_id)
    return found.where(or_(Run.plate == name, Run.source == f"import:{name}"))


def names_a_run(session: Session, name: str) -> bool:
    return session.scalar(runs_tubes(name).limit(1)) is not None


def _exact(wish: Wish) -> tuple[tuple[str, str], ...]:
    return ("station", wish.station), ("box", wish.box), ("subject", wish.tube)


def _with_messages(session: Session, items: list[Waiting]) -> list[Waiting]:
    keys = [each.subject for each in items if each.desk is Desk.OUTCOME_WITHOUT_DELIVERY]
    if not keys:
        return items
    found = session.scalars(select(Delivery).where(Delivery.key.in_(keys)))
    by_key = {message.key: message for message in found if message.state in UNDELIVERED}
    return [_with(each, by_key.get(each.subject)) for each in items]


def _with(item: Waiting, delivery: Delivery | None) -> Waiting:
    return Waiting(item.desk, item.subject, item.tube, item.since, item.detail, item.place,
                   item.station, item.box, item.owner, item.explained, delivery)  # fmt: skip


def desk_of(session: Session, which: Tube) -> Desk | None:
    """Return the desk that a tube stands on: its conflict's first."""
    contested = TubeConflict.tube == which, TubeConflict.decided_at.is_(None)
    if session.scalar(select(TubeConflict.id).where(*contested).limit(1)):
        return Desk.CONFLICTS_OPEN
    found = session.scalar(select(DeskItem.desk).where(DeskItem.tube == which))
    return Desk(found) if found else None


def tube_of(key: str) -> Tube:
    """Return the tube in a delivery key ('tube/person/vN'); makers' codes may hold slashes."""
    return tube(key.rsplit("/", 2)[0])
