"""Taking back a rejection that was wrong: a later step with its reason, never an edit.

`outcomes.receptions` decides whether it may still be done; this only does it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.lab import queries, refusals
from server.lab.models import Reception, ReceptionStep
from server.lab.words import Rejection
from server.rows import ordered_id
from server.sampling import changes


def step_of(
    reception: Reception, kind: str, *, by: str, now: datetime, note: str | None = None
) -> ReceptionStep:
    """Return what happens to *reception* now, to be kept beside it."""
    return ReceptionStep(
        id=ordered_id(now), tube=reception.tube, kind=kind, box=reception.box, at=now, by=by,
        note=note, reason=reception.reason if kind == "rejected" else "",
    )  # fmt: skip


def undo_rejection(session: Session, tube: Tube, *, note: str, by: str, now: datetime) -> Reception:
    """Let a rejected tube be tested after all.  Raises NotRejected, also where
    it was the recall of its result that took the tube out.

    The tube counts as received since it first came: who was given a tube of that number later was
    given another one.
    """
    reception = queries.reception_of(session, tube)
    if reception is None or reception.accepted or reception.reason == Rejection.RECALLED:
        raise refusals.not_rejected(tube)
    first = next(iter(queries.reception_steps_of(session, tube)), None)
    reception.accepted, reception.reason = True, ""
    reception.at, reception.by = (first.at if first else reception.at), by
    session.add(step_of(reception, "rejection-undone", by=by, now=now, note=note))
    audit.record(session, "tube.rejection-undone", tube, by=by, now=now, detail=reception.box)
    changes.changed(session, tube, now=now)
    return reception
