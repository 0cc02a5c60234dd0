"""Requests under the data law: asked, answered with a reason within two working days.

Deleting blanks whoever it was and leaves what statistics count.  It is refused while a tube of the
person is on its way, and for as long as the law demands that results are kept.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.declarations import phones
from server.desks import Waiting
from server.display import local
from server.errors import DomainError, NotFound
from server.local_forms import day
from server.outcomes import queries as outcomes
from server.outcomes.desks import live
from server.outcomes.models import Callback, Outcome
from server.outcomes.reached import told
from server.people import erased, merges, whole
from server.people.models import Identity, Person
from server.record import erased_lists, stored
from server.record.mine_models import MyLink
from server.record.request_models import DataRequest
from server.sampling import erased_doubts, spared
from server.sampling.models import Pairing
from server.sampling.turns import take_persons_turn

DAYS = 2  # working days


class Kind(StrEnum):
    SEE = "see"
    CORRECT = "correct"
    DELETE = "delete"
    WITHDRAW = "withdraw"  # of a consent: `consents`


class AskedAlready(DomainError):
    code = "asked-already"


class AnsweredAlready(DomainError):
    code = "answered-already"


class MustBeKept(DomainError):
    code = "must-be-kept"


class StillTested(DomainError):
    code = "still-tested"


def ask(
    session: Session, person_id: UUID, kind: Kind, *, wish: str, source: str, due: datetime,
    by: str, now: datetime,
) -> DataRequest:  # fmt: skip
    """Enter a request.  Raises AskedAlready where one of its kind is open."""
    ids = merges.together(session, person_id)
    standing = select(DataRequest.id).where(
        DataRequest.person_id.in_(ids), DataRequest.kind == kind, DataRequest.answered_at.is_(None)
    )
    if session.scalar(standing) is not None:
        raise AskedAlready(
            "Yêu cầu này đã ghi và đang chờ trả lời.", "This was asked already and waits."
        )
    made = DataRequest(
        id=uuid4(), person_id=person_id, kind=str(kind), source=source, wish=wish, asked_at=now,
        asked_by=by, due_at=due,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, "request.asked", person_id, by=by, now=now, detail=str(kind))
    return made


def open_requests(session: Session, within: Within = ANYWHERE) -> list[DataRequest]:
    """Return what waits for an answer, what is due first."""
    asked = select(DataRequest).where(DataRequest.answered_at.is_(None), _seen(within))
    return list(session.scalars(asked.order_by(DataRequest.due_at, DataRequest.id)))


def requests_of(session: Session, person_id: UUID) -> list[DataRequest]:
    ids = merges.together(session, person_id)
    asked = select(DataRequest).where(DataRequest.person_id.in_(ids))
    return list(session.scalars(asked.order_by(DataRequest.asked_at.desc())))


def _seen(within: Within) -> ColumnElement[bool]:
    """Whoever sees only a part of a record answers nothing about it."""
    return whole.begun(within, DataRequest.person_id)


def waiting(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
    asked = select(func.count(), func.min(DataRequest.asked_at))
    open_ones = asked.where(DataRequest.answered_at.is_(None), _seen(within))
    count, oldest = session.execute(open_ones).one()
    return Waiting(count, oldest)


def late(session: Session, now: datetime, within: Within = ANYWHERE) -> int:
    asked = select(func.count()).select_from(DataRequest).where(_seen(within))
    return (
        session.scalar(asked.where(DataRequest.answered_at.is_(None), DataRequest.due_at < now))
        or 0
    )


def refuse(
    session: Session, request_id: UUID, *, reason: str, by: str, now: datetime
) -> DataRequest:
    return note_answer(session, open_request(session, request_id), "refused", reason, by, now)


def let_see(
    session: Session, request_id: UUID, *, reason: str, by: str, now: datetime
) -> DataRequest:
    """Answer a wish to see: from then on the export can be taken."""
    return note_answer(
        session, open_request(session, request_id, Kind.SEE), "done", reason, by, now
    )


def delete(
    session: Session, request_id: UUID, *, keep_days: int, reason: str, by: str, now: datetime
) -> DataRequest:
    """Blank who a person is.  Raises StillTested, MustBeKept."""
    found = open_request(session, request_id, Kind.DELETE)
    ids = take_records(session, [found.person_id])[found.person_id]
    check_deletable(session, ids, keep_days=keep_days, now=now)
    note_answer(session, found, "done", reason, by, now)
    erased_lists.blank(session, ids)  # while names and numbers are known
    erase(session, ids, by=by, now=now)
    return found


def take_records(session: Session, persons: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Return all records of each of *persons*; nobody gives them a tube before this ends."""
    erased_doubts.take_turns(session, persons)
    take_persons_turn(session, persons)
    return {each: merges.together(session, each) for each in persons}


def erase(session: Session, ids: list[UUID], *, by: str, now: datetime) -> None:
    """Blank whoever these records are of; nobody leads to them any more.

    Phones forget them first: a declaration that is being sent is over by then, and is blanked too.
    """
    phones.forget(session, ids)
    _end_links(session, ids, by, now)
    erased.end_questions(session, ids, by=by, now=now)
    erased_doubts.end_about(session, ids, by=by, now=now)
    rows = stored.erase(session, ids)
    for person in session.scalars(select(Person).where(Person.id.in_(ids))):
        person.birth_year = person.birth_year and person.birth_year // 10 * 10
        audit.record(session, "person.erased", person.id, by=by, now=now, detail=f"{rows} rows")
    session.flush()


def check_deletable(session: Session, ids: list[UUID], *, keep_days: int, now: datetime) -> None:
    """Raise StillTested while a tube is on its way, MustBeKept while the law keeps a result."""
    called = select(Callback.id).where(Callback.person_id.in_(ids), Callback.done_at.is_(None))
    if session.scalar(called.limit(1)) is not None or _unanswered(session, ids):
        raise StillTested(
            "Người này còn ống mẫu chưa có kết luận, hoặc còn phải lấy mẫu lại. Chờ kết luận.",
            "A tube of this person has no outcome yet, or they are to be sampled again. Wait.",
        )
    if erased_doubts.holds_theirs(session, ids):
        raise StillTested(
            "Một kết quả của người này đang chờ câu hỏi “một số, hai tên” ở trang Danh tính. Hãy"
            " trả lời ở đó trước.",
            "A result of this person waits for a question “one number, two names” on the page"
            " Identities. Answer there first.",
        )
    beside = spared.tubes_about(session, ids)
    if beside - told(session, beside):  # the erasure would end the question, and let it go unasked
        raise StillTested(
            "Một ống đang chờ câu hỏi người này và một hồ sơ khác có phải một người, ở trang Danh"
            " tính. Hãy trả lời ở đó trước.",
            "A tube waits for the question whether this person and another record are one, on the"
            " page Identities. Answer there first.",
        )
    newest = session.scalar(select(func.max(Outcome.at)).where(Outcome.person_id.in_(ids)))
    until = newest + timedelta(days=keep_days) if newest else None
    if until is not None and until > now:
        said_vi, said_en = (day(local(until).date(), each) for each in ("vi", "en"))
        raise MustBeKept(
            f"Luật buộc giữ kết quả đến {said_vi}. Trả lời từ chối với lý do này.",
            f"The law keeps results until {said_en}. Refuse with this reason.",
        )


def _unanswered(session: Session, ids: list[UUID]) -> bool:
    held = session.scalars(select(Pairing).where(Pairing.person_id.in_(ids), live()))
    return any(outcomes.current_of(session, each.tube).get(each.person_id) is None for each in held)


def _end_links(session: Session, ids: list[UUID], by: str, now: datetime) -> None:
    living = select(Identity).where(Identity.person_id.in_(ids), Identity.unlinked_at.is_(None))
    for link in session.scalars(living):
        link.unlinked_at, link.unlinked_by = now, by
    mine = select(MyLink).where(MyLink.person_id.in_(ids), MyLink.ended_at.is_(None))
    for page in session.scalars(mine):
        page.ended_at = now
    session.flush()


def open_request(session: Session, request_id: UUID, kind: Kind | None = None) -> DataRequest:
    """Raises NotFound, AnsweredAlready."""
    found = session.get(DataRequest, request_id, with_for_update=True, populate_existing=True)
    if found is None or (kind is not None and found.kind != kind):
        raise NotFound("Không có yêu cầu này.", "There is no such request.")
    if found.answered_at is not None:
        raise AnsweredAlready("Yêu cầu này đã trả lời.", "This request was answered already.")
    return found


def note_answer(
    session: Session, found: DataRequest, answer: str, reason: str, by: str, now: datetime
) -> DataRequest:
    found.answered_at, found.answered_by, found.answer, found.reason = now, by, answer, reason
    session.flush()
    detail = f"{found.kind}: {answer}"
    audit.record(session, "request.answered", found.person_id, by=by, now=now, detail=detail)
    return found
