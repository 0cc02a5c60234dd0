"""Whether a rejection may still be taken back: until somebody was told to come again.

Once a person was reached, another sample of theirs is on its way; two tubes of one person, one of
them thought lost, is how results go astray.  The tube then stays rejected, as they were told.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.errors import DomainError
from server.lab import receptions
from server.lab.models import Reception
from server.outcomes.calls import How
from server.outcomes.models import Callback, CallbackAttempt
from server.sampling.turns import take_turn

SPOKEN_TO = (
    How.REACHED,
    How.APPOINTMENT,
    How.REFUSES,
)  # they know; a mere ring does not count


class AlreadyCalled(DomainError):
    code = "already-called"


def undo_rejection(session: Session, tube: Tube, *, note: str, by: str, now: datetime) -> Reception:
    """Take a rejection back, unless somebody was called for it.  Raises AlreadyCalled."""
    take_turn(session, [tube])
    spoken_to = (
        select(CallbackAttempt.id)
        .join(Callback, Callback.id == CallbackAttempt.callback_id)
        .where(Callback.tube == tube, CallbackAttempt.how.in_(SPOKEN_TO))
    )
    if session.scalar(spoken_to.limit(1)) is not None:
        raise AlreadyCalled(
            f"Người của ống {tube.grouped} đã được gọi lấy mẫu lại. Giữ ống ở trạng thái loại và"
            " chờ mẫu mới.",
            f"The people of tube {tube.grouped} were called for a new sample. Leave it rejected"
            " and wait for that.",
        )
    return receptions.undo_rejection(session, tube, note=note, by=by, now=now)
