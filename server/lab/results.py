"""What may happen to a result: entered, amended, verified, released.

A result is never changed.  Each laboratory has one chain of results for a tube; the next link is an
amendment, or what a retest or a rerun found that somebody had ordered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeKind
from server.audit import services as audit
from server.errors import NotFound
from server.lab import disputes, in_hand, on_record, queries, refusals, run_refusals, standing
from server.lab.lifecycle import Action, Refusal, RunState, State, take
from server.lab.models import Readings, Result
from server.lab.order import NO_OTHER, Source
from server.lab.run_models import Run
from server.lab.taken_back import check_arrival
from server.lab.words import METHOD, Call, Kind
from server.rows import ordered_id
from server.sampling import changes, lot_queries
from server.sampling import queries as sampling


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person says of a tube, on what readings (Ct as written), and what was suggested."""

    call: Call
    readings: Readings = ()
    note: str = ""
    suggested: Call | None = None
    method: str = METHOD


@dataclass(frozen=True, slots=True)
class Link:
    """How a result stands to those before it."""

    kind: Kind
    corrects: UUID | None = None
    reason: str | None = None


def enter_result(
    session: Session,
    tube: Tube,
    finding: Finding,
    *,
    by: str,
    now: datetime,
    lab: str = "",
    run: Run | None = None,
    well: str = "",
    since: datetime | None = None,
    source: Source = NO_OTHER,
) -> Result:
    """Enter what *lab* found in *tube*, whether or not it was received or paired yet.

    *since*: when it had the swab in hand, where that is known to be before now, and *source*: where
    that is on record.
    Raises TubeHasResult where the laboratory has a result that nobody ordered to be repeated,
    ArrivalTakenBack where it is of another tube.
    """
    check_takes_results(session, tube)
    [had] = in_hand.since(session, [tube], run, since, now).values()
    had = check_arrival(session, tube, lab, had, by=by, now=now, run=run, source=source)
    link = _link(session, tube, lab)
    return _enter(session, tube, finding, link, had, by=by, now=now, lab=lab, run=run, well=well)


def check_takes_results(session: Session, tube: Tube) -> None:
    """Raise what keeps results of *tube* from being entered at all: unknown, void, rejected."""
    check_known(session, tube)
    if tube.kind is TubeKind.CONTROL:
        raise refusals.control_tube(tube)
    reception = queries.reception_of(session, tube)
    if reception and not reception.accepted:
        raise refusals.already_received(reception)


def check_known(session: Session, tube: Tube) -> None:
    """Raise UnknownTube for a tube of no lot, TubeVoided for one that was made void."""
    if sampling.lot_of(session, tube) is None and not sampling.pairings_of(session, tube):
        raise refusals.unknown_tube(tube)
    if (void := lot_queries.void_of(session, tube)) is not None:
        raise refusals.void_tube(tube, void)


def _link(session: Session, tube: Tube, lab: str) -> Link:
    known = queries.results_of(session, tube)
    head = queries.head(known, lab) or queries.head(known, "")  # one of no named laboratory
    if head is None:
        return Link(Kind.CONFIRMATORY if known else Kind.FIRST)
    order = queries.order_after(session, head.id)
    if order is None and head.withdrawn_at is not None:  # of another tube, and this one is not
        return Link(Kind.RERUN, head.id, head.withdrawal_reason)
    if order is None:
        raise refusals.tube_has_result(tube, rejecting=False)
    _take(session, head.id, Action.REPEAT, by="")
    return Link(Kind(order.kind), head.id, order.reason)


def correct_result(
    session: Session,
    result_id: UUID,
    finding: Finding,
    *,
    reason: str,
    by: str,
    now: datetime,
    seen: str | None = None,
) -> Result:
    """Enter an amendment in place of a wrong result, which stays as it was.

    The old one speaks until the new one is verified and released by a second person.
    """
    wrong = _take(session, result_id, Action.CORRECT, by=by, seen=seen)
    link, had = Link(Kind.AMENDMENT, wrong.id, reason), in_hand.had(wrong)
    return _enter(session, wrong.tube, finding, link, had, by=by, now=now, lab=wrong.lab)


def verify_result(
    session: Session, result_id: UUID, *, by: str, now: datetime, seen: str | None = None
) -> Result:
    """Confirm what a colleague entered, as the screen showed it (*seen*).

    Raises OwnWork for one's own, StaleScreen if anything about it changed since.
    """
    result = _take(session, result_id, Action.VERIFY, by=by, seen=seen)
    _standing_run(session, result)
    result.verified_by, result.verified_at = by, now
    audit.record(session, "result.verified", result.id, by=by, now=now, detail=str(result.tube))
    changes.changed(session, result.tube, now=now)
    return result


def verify_results(
    session: Session, tickets: Mapping[UUID, str], *, by: str, now: datetime
) -> list[Result]:
    """Confirm results as their screen showed them, all or none.

    Raises NotClean if they are several and one of them is more than a plain negative: such are
    looked at one by one.
    """
    if len(tickets) > 1:
        found = session.scalars(select(Result).where(Result.id.in_(tickets)))
        for each in standing.standings(session, found):
            if each.state is State.ENTERED and not each.clean:
                raise refusals.not_clean(each.result.tube)
    with changes.together(session, now=now):  # what follows is worked out once for all
        return [
            verify_result(session, result_id, by=by, now=now, seen=seen)
            for result_id, seen in tickets.items()
        ]


def mark_released(
    session: Session, result_id: UUID, *, by: str, now: datetime, seen: str | None = None
) -> Result:
    """Let a verified result out.  Only `outcomes.services.release` calls this, behind its gate."""
    result = _take(session, result_id, Action.RELEASE, by=by, seen=seen)
    run = _standing_run(session, result)
    if run is not None and run.verified_at is None:
        raise run_refusals.not_verified(result.tube, run)
    result.released_by, result.released_at = by, now
    audit.record(session, "result.released", result.id, by=by, now=now, detail=str(result.tube))
    disputes.review(session, result.tube, now=now)
    changes.changed(session, result.tube, now=now)
    return result


def _enter(
    session: Session,
    tube: Tube,
    finding: Finding,
    link: Link,
    had: datetime,
    *,
    by: str,
    now: datetime,
    lab: str,
    run: Run | None = None,
    well: str = "",
) -> Result:
    on_record.doubt_times(session, [tube], by=by, now=now)
    result = Result(
        id=ordered_id(now),
        tube=tube,
        lab=lab,
        kind=link.kind.value,
        call=finding.call.value,
        suggested=finding.suggested.value if finding.suggested else "",
        readings=finding.readings,
        method=finding.method,
        run_id=run.id if run else None,
        run_controls=run.controls if run else None,
        well=well,
        note=finding.note,
        entered_by=by,
        entered_at=now,
        in_hand_at=had,
        corrects=link.corrects,
        correction_reason=link.reason,
    )
    session.add(result)
    if link.corrects is not None and (order := queries.order_after(session, link.corrects)):
        order.met_at = now
    action = "result.corrected" if link.corrects else "result.entered"
    subject = link.corrects or result.id
    audit.record(session, action, subject, by=by, now=now, detail=f"{tube} {link.kind}")
    changes.changed(session, tube, now=now)
    return result


def _standing_run(session: Session, result: Result) -> Run | None:
    """Return the run behind *result* as it is now; raise StaleRun if it was withdrawn."""
    run = queries.run_behind(session, result)
    if run is None:
        return None
    session.flush()
    session.refresh(run)
    if run.withdrawn_at is not None:
        raise run_refusals.refused(run, Refusal.NOT_NOW, RunState.WITHDRAWN)
    return run


def _take(
    session: Session, result_id: UUID, action: Action, *, by: str, seen: str | None = None
) -> Result:
    """Return the result if *action* may be taken on it now, held against other writers."""
    session.flush()
    result = session.get(Result, result_id, with_for_update=True, populate_existing=True)
    if result is None:
        raise NotFound("Không có kết quả này.", "There is no such result.")
    state = queries.state(session, result)
    after = take(state, action, by=by, entered_by=result.entered_by)
    if after is Refusal.OWN_WORK:
        raise refusals.own_work(result.tube)
    if after is Refusal.NOT_NOW:
        raise refusals.stale_result(result.tube, state)
    standing.check(session, result, seen)
    return result
