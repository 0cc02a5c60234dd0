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
    CompoundSelect,
    Select,
    String,
    and_,
    exists,
    func,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from contract.tubes import Tube, tube
from server.accounts.within import ANYWHERE, Within
from server.delivery.models import Delivery
from server.delivery.queries import UNDELIVERED
from server.lab.imports.models import ImportRow
from server.lab.models import Reception, Result
from server.lab.run_models import Run
from server.outcomes.desk_models import DeskCase, DeskItem
from server.outcomes.desk_sources import SOURCES as SOURCES
from server.outcomes.desk_sources import in_sight, rows_on, tube_in_sight
from server.outcomes.desk_sources import live as live
from server.outcomes.standing import RULES
from server.outcomes.standing import Desk as Desk
from server.sampling.models import Pairing, TubeConflict

PAGE = 50
NOBODY = "nobody"
NO_FILE = UUID(int=0)
UNMATCHED = tuple(desk for desk in Desk if desk is not Desk.CALLBACKS_OPEN)


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


def visible(session: Session, desk: Desk, subjects: Iterable[str], within: Within) -> set[str]:
    """Return those of *subjects* that are of that scope, on that desk."""
    if within.everywhere:
        return set(subjects)
    rows = rows_on(desk)
    found = select(rows.c.subject).where(rows.c.subject.in_(list(subjects)))
    return set(session.scalars(found.where(in_sight(desk, rows.c, within))))


def load_of(session: Session, desk: Desk, within: Within = ANYWHERE) -> Load:
    """Count what waits on a desk, without what is explained."""
    rows = rows_on(desk)
    seen, explained = in_sight(desk, rows.c, within), _explained(desk)
    count = session.scalar(select(func.count()).select_from(rows).where(seen)) or 0
    if count and desk in RULES:
        closed = explained if within.everywhere else explained.where(
            exists().select_from(rows).where(rows.c.subject == DeskCase.subject, seen)
        )  # fmt: skip
        count -= session.scalar(select(func.count()).select_from(closed.subquery())) or 0
    oldest = select(rows.c.since).where(rows.c.subject.not_in(explained), seen)
    return Load(count, session.scalar(oldest.order_by(rows.c.since).limit(1)) if count else None)


def _explained(desk: Desk) -> Select[str]:
    found = select(DeskCase.subject).where(DeskCase.desk == desk.value)
    return found.where(DeskCase.closed_at.is_not(None))


def waiting_on(
    session: Session,
    desk: Desk,
    wish: Wish | None = None,
    within: Within = ANYWHERE,
    *,
    most: int = PAGE + 1,
) -> list[Waiting]:
    """Return what waits on a desk, oldest first: a page of it, and one more if there is more."""
    wish = wish or Wish()
    rows = rows_on(desk)
    case = and_(DeskCase.desk == desk.value, DeskCase.subject == rows.c.subject)
    found = select(rows, DeskCase.owner, DeskCase.closed_at).outerjoin(DeskCase, case)
    fitting = *_fitting(rows.c, wish), in_sight(desk, rows.c, within)
    found = found.where(*fitting).order_by(rows.c.since, rows.c.subject)
    page = session.execute(found.limit(most)).all()
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
    if wish.box:  # found by the receptions' index
        came = select(type_coerce(Reception.tube, String)).where(Reception.box == wish.box)
        fitting.append(columns.subject.in_(came))
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


def runs_tubes(name: str, within: Within = ANYWHERE) -> CompoundSelect[str]:
    """Ask for the tubes of the machine's run that is so named, or of the file or message with that
    id: its results, and what else its rows speak of; those of that scope."""
    of_run = select(type_coerce(Result.tube, String)).join(Run, Run.id == Result.run_id)
    of_file = select(type_coerce(ImportRow.tube, String)).where(ImportRow.tube.is_not(None))
    return union_all(
        of_run.where(or_(Run.plate == name, Run.source == f"import:{name}")).where(
            tube_in_sight(within, Result.tube)
        ),
        of_file.where(ImportRow.import_id == _file_id(name), tube_in_sight(within, ImportRow.tube)),
    )


def _file_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return NO_FILE


def names_a_run(session: Session, name: str, within: Within = ANYWHERE) -> bool:
    return session.scalar(runs_tubes(name, within).limit(1)) is not None


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
