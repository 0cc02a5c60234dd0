"""Calling people: every attempt is noted, until they were sampled again or are given up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.errors import BadInput, DomainError, NotFound
from server.outcomes import callbacks
from server.outcomes.models import Callback, CallbackAttempt
from server.sampling.turns import take_turn

TRY_AGAIN = timedelta(hours=2)
TO_COME = timedelta(hours=24)  # reached, and no time was agreed
AFTER_APPOINTMENT = timedelta(hours=4)


class CallbackDone(DomainError):
    code = "callback-done"


class How(StrEnum):
    """How an attempt went.  Stored, so the values never change."""

    NO_ANSWER = "no-answer"
    WRONG_NUMBER = "wrong-number"
    REACHED = "reached"
    APPOINTMENT = "appointment"
    REFUSES = "refuses"


NEXT = {
    How.NO_ANSWER: TRY_AGAIN,
    How.WRONG_NUMBER: TRY_AGAIN,
    How.REACHED: TO_COME,
    How.REFUSES: TO_COME,
}


def attempt(
    session: Session,
    callback_id: UUID,
    how: How,
    *,
    note: str,
    appointment: datetime | None = None,
    by: str,
    now: datetime,
) -> CallbackAttempt:
    """Note an attempt; the call is due again after a while, or after the *appointment*."""
    call = _open(session, callback_id)
    if (how is How.APPOINTMENT) != (appointment is not None):
        raise BadInput(
            "Một cuộc hẹn cần ngày giờ, và chỉ cuộc hẹn mới có.",
            "An appointment needs its time, and nothing else has one.",
            field="appointment",
        )
    made = CallbackAttempt(
        id=uuid4(), callback_id=call.id, how=how.value, note=note, appointment_at=appointment,
        by=by, at=now,
    )  # fmt: skip
    call.due_at = appointment + AFTER_APPOINTMENT if appointment else now + NEXT[how]
    session.add(made)
    audit.record(session, "callback.tried", call.id, by=by, now=now, detail=how.value)
    return made


def finish(session: Session, callback_id: UUID, *, note: str, by: str, now: datetime) -> Callback:
    """Give a call up for a reason, so that nobody calls again."""
    found = _open(session, callback_id)
    found.done_at, found.done_by, found.note, found.ended = now, by, note, "given-up"
    audit.record(session, "callback.done", found.id, by=by, now=now, detail=str(found.tube))
    return found


def reopen(session: Session, callback_id: UUID, *, by: str, now: datetime) -> Callback:
    """Take back that a call was given up.

    Raises CallbackDone where nobody need call any more, or another call is open for the same.
    """
    take_turn(session, _tubes_of(session, callback_id))  # what its outcome says stands still
    found = _locked(session, callback_id)
    if found.ended != "given-up":
        raise CallbackDone(
            "Chỉ mở lại được lượt gọi đã bỏ.",
            "Only a call that was given up can be taken up again.",
        )
    if not callbacks.is_needed(session, found.tube, found.person_id, now):
        raise CallbackDone(
            "Không cần gọi nữa: kết quả đã thay đổi, hoặc đã lấy mẫu lại và có kết quả.",
            "Nobody need call any more: the result changed, or a new sample has its result.",
        )
    if callbacks.open_call(session, found.tube, found.person_id) is not None:
        raise CallbackDone(
            "Ống này đã có lượt gọi khác đang mở. Tải lại trang để xem.",
            "Another call is open for this tube. Open the page again to see it.",
        )
    found.done_at = found.done_by = found.note = found.ended = None
    found.due_at = now
    audit.record(session, "callback.reopened", found.id, by=by, now=now, detail=str(found.tube))
    return found


def _tubes_of(session: Session, callback_id: UUID) -> Sequence[Tube]:
    return session.scalars(select(Callback.tube).where(Callback.id == callback_id)).all()


def _open(session: Session, callback_id: UUID) -> Callback:
    found = _locked(session, callback_id)
    if found.done_at is not None:
        raise CallbackDone(
            "Lượt gọi này đã xong: có người vừa làm. Tải lại trang.",
            "This call is done: somebody just did it. Open the page again.",
        )
    return found


def _locked(session: Session, callback_id: UUID) -> Callback:
    found = session.get(Callback, callback_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("Không có lượt gọi này.", "There is no such call.")
    return found
