"""What people do about the items of a desk: see to them, hand them over, note, explain.

An item is never made to disappear: it is explained, which is an event of its own, and opened again
by a later one.  Whatever is done to several items is done to those that still stand as they were
seen; the others are left alone, and said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.db import among, listed
from server.errors import BadInput
from server.outcomes.desk_models import DeskCase, DeskEvent, DeskItem
from server.outcomes.desks import Desk, Wish, waiting_on

# Where an explanation is enough.  The others end by what is done: a decision, a release, a call.
EXPLAINED = frozenset(
    {
        Desk.RESULT_WITHOUT_PAIRING,
        Desk.RECEPTION_WITHOUT_PAIRING,
        Desk.POOL_MISCOUNTED,
        Desk.PAIRING_WITHOUT_RECEPTION,
        Desk.RECEPTION_WITHOUT_RESULT,
    }
)


@dataclass(frozen=True, slots=True)
class Seen:
    """An item as somebody saw it: what it goes by, and its mark at that time."""

    subject: str
    mark: str


@dataclass(frozen=True, slots=True)
class Done:
    """How many items it was done to, and how many had changed."""

    done: int
    changed: int


def mark_of(since: datetime, detail: str) -> str:
    """Return what tells one state of an item from the next."""
    return f"{since.timestamp():.0f}-{detail}"


def take(session: Session, desk: Desk, seen: Iterable[Seen], *, by: str, now: datetime) -> Done:
    """See to items from now on, whoever did before."""
    return hand_over(session, desk, seen, to=by, by=by, now=now)


def hand_over(
    session: Session, desk: Desk, seen: Iterable[Seen], *, to: str | None, by: str, now: datetime
) -> Done:
    """Let *to* see to items, or nobody for None."""
    standing, changed = _standing(session, desk, seen)
    action = "given-back" if to is None else "taken" if to == by else "handed-over"
    for subject in standing:
        case = _case(session, desk, subject)
        case.owner, case.owned_at = to, now if to else None
        case.closed_at = None if to else case.closed_at
        _note(session, desk, subject, action, by=by, now=now, to=to)
    return _done(session, desk, action, standing, changed, by=by, now=now)


def note(
    session: Session, desk: Desk, seen: Iterable[Seen], said: str, *, by: str, now: datetime
) -> Done:
    """Write down what was found out about items."""
    standing, changed = _standing(session, desk, seen)
    for subject in standing:
        _note(session, desk, subject, "noted", by=by, now=now, said=said)
    return _done(session, desk, "noted", standing, changed, by=by, now=now)


def explain(
    session: Session, desk: Desk, seen: Iterable[Seen], said: str, *, by: str, now: datetime
) -> Done:
    """Close items for a reason; they come back when anything about them changes."""
    if desk not in EXPLAINED:
        raise BadInput(
            "Bàn này không đóng bằng lời giải thích: hãy quyết định, phát hành hoặc gửi lại.",
            "Items here are not closed by an explanation: decide, release or send again.",
        )
    standing, changed = _standing(session, desk, seen)
    for subject in standing:
        case = _case(session, desk, subject)
        case.owner = case.owned_at = None
        case.closed_at = now
        _note(session, desk, subject, "explained", by=by, now=now, said=said)
    return _done(session, desk, "explained", standing, changed, by=by, now=now)


def reopen(session: Session, desk: Desk, seen: Iterable[Seen], *, by: str, now: datetime) -> Done:
    """Take back that items were explained."""
    standing, changed = _standing(session, desk, seen)
    reopened = []
    for subject in standing:
        case = session.get(DeskCase, (desk.value, subject))
        if case is not None and case.closed_at is not None:
            case.closed_at = None
            _note(session, desk, subject, "reopened", by=by, now=now)
            reopened.append(subject)
    return _done(session, desk, "reopened", reopened, changed, by=by, now=now)


def events_of(session: Session, subject: str) -> list[DeskEvent]:
    """Return everything that was done about one item, oldest first."""
    found = select(DeskEvent).where(DeskEvent.subject == subject)
    return list(session.scalars(found.order_by(DeskEvent.at, DeskEvent.id)))


def _standing(session: Session, desk: Desk, seen: Iterable[Seen]) -> tuple[list[str], int]:
    """Return the subjects that stand as they were seen, and how many do not."""
    asked = list({each.subject: each for each in seen}.values())
    if not asked:
        raise BadInput(
            "Chưa chọn dòng nào. Quét ống, hoặc đánh dấu.", "No row is chosen. Scan, or tick."
        )
    marks = _marks(session, desk, [each.subject for each in asked])
    standing = [each.subject for each in asked if marks.get(each.subject) == each.mark]
    return standing, len(asked) - len(standing)


def _marks(session: Session, desk: Desk, subjects: Sequence[str]) -> dict[str, str]:
    if desk not in EXPLAINED:
        some = (waiting_on(session, desk, Wish(tube=each)) for each in subjects)
        return {one[0].subject: mark_of(one[0].since, one[0].detail) for one in some if one}
    asked = select(DeskItem).where(DeskItem.desk == desk.value, among(DeskItem.tube, "tubes"))
    fresh = asked.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(fresh, {"tubes": listed(subjects)})
    return {each.tube.text: mark_of(each.since, each.detail) for each in found}


def _case(session: Session, desk: Desk, subject: str) -> DeskCase:
    key = desk.value, subject
    case = session.get(DeskCase, key, with_for_update=True, populate_existing=True)
    if case is None:
        case = DeskCase(desk=desk.value, subject=subject)
        session.add(case)
    return case


def _note(
    session: Session,
    desk: Desk,
    subject: str,
    action: str,
    *,
    by: str,
    now: datetime,
    to: str | None = None,
    said: str | None = None,
) -> None:
    session.add(
        DeskEvent(id=uuid4(), desk=desk.value, subject=subject, action=action, by=by, to=to,
                  said=said, at=now)
    )  # fmt: skip


def _done(
    session: Session, desk: Desk, action: str, subjects: Sequence[str], changed: int, *, by: str,
    now: datetime,
) -> Done:  # fmt: skip
    entries = [(by, subject, desk.value) for subject in subjects]
    session.flush()
    audit.record_each(session, f"desk-item.{action}", entries, now=now)
    return Done(len(subjects), changed)
