"""Whom to call for another sample: opened and closed by outcomes, done by a person."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from server.audit import services as audit
from server.errors import DomainError, NotFound
from server.outcomes import queries
from server.outcomes.merge import Status
from server.outcomes.models import Callback, Outcome

AGAIN = {Status.RESAMPLE, Status.INCONCLUSIVE, Status.INVALID}
NO_LONGER = "không còn cần: kết quả đã thay đổi"
SYSTEM = "system:outcomes"


class CallbackDone(DomainError):
    code = "callback-done"


def follow(session: Session, outcome: Outcome, *, now: datetime) -> None:
    """Open a call where *outcome* asks for another sample, and close one it makes needless."""
    known = queries.open_callback(session, outcome.tube, outcome.person_id)
    needed = Status(outcome.status) in AGAIN
    if needed and known:
        known.reason = outcome.reason or outcome.status
    elif needed:
        session.add(
            Callback(
                id=uuid4(),
                tube=outcome.tube,
                person_id=outcome.person_id,
                reason=outcome.reason or outcome.status,
                place=outcome.place,
                opened_at=now,
            )
        )
    elif known:
        known.done_at, known.done_by, known.note = now, SYSTEM, NO_LONGER


def finish(session: Session, callback_id: UUID, *, note: str, by: str, now: datetime) -> Callback:
    """Note that a person was reached (or why not), so that nobody calls twice."""
    found = session.get(Callback, callback_id, with_for_update=True)
    if found is None:
        raise NotFound("Không có lượt gọi này.", "There is no such call.")
    if found.done_at is not None:
        raise CallbackDone(
            "Lượt gọi này đã xong: có người vừa làm. Tải lại trang.",
            "This call is done: somebody just did it. Open the page again.",
        )
    found.done_at, found.done_by, found.note = now, by, note
    audit.record(session, "callback.done", found.id, by=by, now=now, detail=str(found.tube))
    return found
