"""What may happen to tubes and results in the laboratory.  The caller owns the transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeKind
from server.audit import services as audit
from server.errors import NotFound
from server.lab import queries, refusals
from server.lab.lifecycle import Action, Refusal, take
from server.lab.models import Reception, Result
from server.lab.receptions import step_of
from server.lab.words import METHOD, Call, Rejection
from server.sampling import changes, lot_queries
from server.sampling import queries as sampling


@dataclass(frozen=True, slots=True)
class Finding:
    """What was read off the machine: Ct as written, '' where the curve did not rise."""

    call: Call
    ct_n: str = ""
    ct_orf: str = ""
    note: str = ""


def receive_tube(session: Session, tube: Tube, *, box: str, by: str, now: datetime) -> Reception:
    """Note that *tube* arrived in *box*.  Scanning it again with its box changes nothing.

    A tube that was never paired is received like any other: it stands on a desk until it is.
    """
    _check_known(session, tube)
    known = queries.reception_of(session, tube)
    if known and known.accepted and known.box == box:
        return known
    if known:
        raise refusals.already_received(known)
    return _note(session, tube, Reception(accepted=True, reason="", box=box), by=by, now=now)


def reject_tube(
    session: Session, tube: Tube, reason: Rejection, *, by: str, now: datetime, box: str = ""
) -> Reception:
    """Note that *tube* will not be tested; its people are called back.

    Raises TubeHasResult once somebody gave a result: then that is what must be corrected.
    """
    if queries.results_of(session, tube):
        raise refusals.tube_has_result(tube, rejecting=True)
    known = queries.reception_of(session, tube)
    if known and not known.accepted:
        raise refusals.already_received(known)
    rejected = known or Reception(box=box)
    rejected.accepted, rejected.reason = False, reason.value
    return _note(session, tube, rejected, by=by, now=now)


def _note(
    session: Session, tube: Tube, reception: Reception, *, by: str, now: datetime
) -> Reception:
    reception.id = reception.id or uuid4()
    reception.tube, reception.at, reception.by = tube, now, by
    session.add(reception)
    kind = "received" if reception.accepted else "rejected"
    session.add(step_of(reception, kind, by=by, now=now))
    verb = "received" if reception.accepted else "rejected"
    detail = reception.box if reception.accepted else reception.reason
    audit.record(session, f"tube.{verb}", tube, by=by, now=now, detail=detail)
    changes.changed(session, tube, now=now)
    return reception


def enter_result(
    session: Session, tube: Tube, finding: Finding, *, by: str, now: datetime
) -> Result:
    """Enter the first result of *tube*, whether or not it was received or paired yet."""
    _check_known(session, tube)
    if tube.kind is TubeKind.CONTROL:
        raise refusals.control_tube(tube)
    reception = queries.reception_of(session, tube)
    if reception and not reception.accepted:
        raise refusals.already_received(reception)
    if queries.results_of(session, tube):
        raise refusals.tube_has_result(tube, rejecting=False)
    return _enter(session, tube, finding, by=by, now=now)


def correct_result(
    session: Session, result_id: UUID, finding: Finding, *, reason: str, by: str, now: datetime
) -> Result:
    """Enter another result in place of a wrong one, which stays as it was.

    The old one speaks until the new one is verified and released by a second person.
    """
    wrong = _take(session, result_id, Action.CORRECT, by=by)
    return _enter(session, wrong.tube, finding, by=by, now=now, corrects=wrong.id, reason=reason)


def verify_result(session: Session, result_id: UUID, *, by: str, now: datetime) -> Result:
    """Confirm what a colleague entered.  Raises OwnWork for one's own."""
    result = _take(session, result_id, Action.VERIFY, by=by)
    result.verified_by, result.verified_at = by, now
    audit.record(session, "result.verified", result.id, by=by, now=now, detail=str(result.tube))
    changes.changed(session, result.tube, now=now)
    return result


def mark_released(session: Session, result_id: UUID, *, by: str, now: datetime) -> Result:
    """Let a verified result out.  Only `outcomes.services.release` calls this, behind its gate."""
    result = _take(session, result_id, Action.RELEASE, by=by)
    result.released_by, result.released_at = by, now
    audit.record(session, "result.released", result.id, by=by, now=now, detail=str(result.tube))
    changes.changed(session, result.tube, now=now)
    return result


def _enter(
    session: Session,
    tube: Tube,
    finding: Finding,
    *,
    by: str,
    now: datetime,
    corrects: UUID | None = None,
    reason: str | None = None,
) -> Result:
    result = Result(
        id=uuid4(),
        tube=tube,
        call=finding.call.value,
        ct_n=finding.ct_n,
        ct_orf=finding.ct_orf,
        method=METHOD,
        note=finding.note,
        entered_by=by,
        entered_at=now,
        corrects=corrects,
        correction_reason=reason,
    )
    session.add(result)
    action = "result.corrected" if corrects else "result.entered"
    audit.record(session, action, corrects or result.id, by=by, now=now, detail=str(tube))
    changes.changed(session, tube, now=now)
    return result


def _take(session: Session, result_id: UUID, action: Action, *, by: str) -> Result:
    """Return the result if *action* may be taken on it now, held against other writers."""
    result = session.get(Result, result_id, with_for_update=True)
    if result is None:
        raise NotFound("Không có kết quả này.", "There is no such result.")
    state = queries.state(session, result)
    after = take(state, action, by=by, entered_by=result.entered_by)
    if after is Refusal.OWN_WORK:
        raise refusals.own_work(result.tube)
    if after is Refusal.NOT_NOW:
        raise refusals.stale_result(result.tube, state)
    return result


def _check_known(session: Session, tube: Tube) -> None:
    if sampling.lot_of(session, tube) is None and not sampling.pairings_of(session, tube):
        raise refusals.unknown_tube(tube)
    if (void := lot_queries.void_of(session, tube)) is not None:
        raise refusals.void_tube(tube, void)
