"""What may happen to tubes in the laboratory.  The caller owns the transaction.

What may happen to results stands in `results` and `recalls`, to machines' runs in `runs`.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.actors import place_of_actor
from server.audit import services as audit
from server.lab import moves, on_record, queries, refusals, runs, strays
from server.lab.boxes import open_boxes
from server.lab.models import Reception
from server.lab.receptions import hear_of_arrival as hear_of_arrival
from server.lab.receptions import step_of
from server.lab.results import Finding as Finding
from server.lab.results import check_known
from server.lab.results import correct_result as correct_result
from server.lab.results import enter_result as enter_result
from server.lab.results import mark_released as mark_released
from server.lab.results import verify_result as verify_result
from server.lab.taken_back import doubt_times, taken_back
from server.lab.words import Rejection
from server.rows import ordered_id
from server.sampling import changes


def receive_tube(
    session: Session,
    tube: Tube,
    *,
    box: str,
    by: str,
    now: datetime,
    arrived: datetime | None = None,
    moved: bool = False,
) -> Reception:
    """Note that *tube* arrived in *box*.  Scanning it again with its box changes nothing.

    A tube that was never paired is received like any other: it stands on a desk until it is.
    *arrived* is when it did, where that is heard of later: whoever is given the tube after that
    is not the one whose sample is in it.  *moved*: another laboratory may have received it first;
    then this is noted beside that.
    """
    strays.take_turns_beside(session, [tube])  # an arrival may just be taken back
    check_known(session, tube)
    known = queries.reception_of(session, tube, anew=True)
    lab = place_of_actor(session, by) if moved else ""
    if known and known.accepted and moves.is_other(known, lab, by):
        if arrived is not None:
            hear_of_arrival(session, tube, arrived, box=box, by=by, now=now)
        at = min(arrived or now, now)
        if moves.note_move(session, known, lab, box=box, at=at, by=by, now=now):
            strays.look_at(session, [tube], now=now, some_empty=False, anew=True)
        _look_at_runs(session, tube, by=by, now=now)
        return known
    if known and known.accepted and known.box == box:
        if arrived is not None:
            hear_of_arrival(session, tube, arrived, box=box, by=by, now=now)
        return known
    if known:
        raise refusals.already_received(known)
    on_record.doubt_times(session, [tube], by=by, now=now, arrived=arrived)
    reception = Reception(accepted=True, reason="", box=box, at=min(arrived or now, now))
    noted = _note(session, tube, reception, by=by, now=now)
    _look_at_runs(session, tube, by=by, now=now)
    return noted


def _look_at_runs(session: Session, tube: Tube, *, by: str, now: datetime) -> None:
    """Another's arrival that was taken back closes no run of a laboratory that has the tube."""
    if taken_back(session, [tube]):
        doubt_times(session, tube, by=by, now=now)
        runs.review_with(session, tube)


def reject_tube(
    session: Session, tube: Tube, reason: Rejection, *, by: str, now: datetime, box: str = ""
) -> Reception:
    """Note that *tube* will not be tested; its people are called back.

    Raises TubeHasResult once somebody gave a result: then that is what must be corrected.  What was
    corrected by a result that is withdrawn speaks no more, and one of a laboratory that has not got
    the tube does not yet.
    """
    strays.take_turns_beside(session, [tube])
    given = queries.heads(queries.results_of(session, tube))
    if given and {each.id for each in given} - moves.elsewhere(session, [tube]):
        raise refusals.tube_has_result(tube, rejecting=True)
    known = queries.reception_of(session, tube, anew=True)
    if known and not known.accepted:
        raise refusals.already_received(known)
    on_record.doubt_times(session, [tube], by=by, now=now)
    rejected = known or Reception(box=box)
    rejected.accepted, rejected.reason, rejected.at = False, reason.value, now
    return _note(session, tube, rejected, by=by, now=now)


def _note(
    session: Session, tube: Tube, reception: Reception, *, by: str, now: datetime
) -> Reception:
    anew, reception.id = reception.id is None, reception.id or ordered_id(now)
    reception.lab = reception.lab or place_of_actor(session, by)
    reception.tube, reception.by = tube, by
    session.add(reception)
    kind = "received" if reception.accepted else "rejected"
    session.add(step_of(reception, kind, by=by, now=now))
    verb = "received" if reception.accepted else "rejected"
    detail = reception.box if reception.accepted else reception.reason
    audit.record(session, f"tube.{verb}", tube, by=by, now=now, detail=detail)
    open_boxes.came(session, reception.box, now=now)
    empty = reception.reason == Rejection.EMPTY
    strays.look_at(session, [tube], now=now, some_empty=empty, anew=anew)
    changes.changed(session, tube, now=now)
    return reception
