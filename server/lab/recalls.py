"""Taking back: one result, or a machine's run as a whole; and ordering what is tested again.

Withdrawing is one person's act: it holds results back, and what was released is told again as
taken back.  What takes their place goes the whole way, by two persons.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.errors import NotFound
from server.lab import disputes, moves, queries, refusals, runs, services, standing
from server.lab.lifecycle import Action, Refusal, RunAction, take
from server.lab.models import OrderedTest, Result
from server.lab.run_models import Run
from server.lab.words import Kind, Rejection
from server.sampling import changes
from server.sampling.turns import take_turn


class Again(StrEnum):
    """What follows a recall: the tube runs again, or its people give another sample."""

    RERUN = "rerun"
    RESAMPLE = "resample"


def order_retest(
    session: Session,
    result_id: UUID,
    *,
    reason: str,
    by: str,
    now: datetime,
    seen: str | None = None,
) -> OrderedTest:
    """Have a tube tested again.  Until then its result, if it was not released yet, is held."""
    result = _take(session, result_id, Action.ORDER, seen=seen)
    if queries.order_after(session, result.id) is not None:
        raise refusals.stale_screen(result.tube)
    kind = Kind.RERUN if result.withdrawn_at else Kind.RETEST
    return _order(session, result, kind, reason, by=by, now=now)


def cancel_retest(
    session: Session,
    result_id: UUID,
    *,
    reason: str,
    by: str,
    now: datetime,
    seen: str | None = None,
) -> OrderedTest:
    """Take an order to test again back: the result stands as it did before it.

    A rerun after a withdrawal is not taken back: nothing else speaks for its tube.
    """
    result = _take(session, result_id, Action.CANCEL, seen=seen)
    order = queries.order_after(session, result.id)
    if order is None or order.kind != Kind.RETEST or queries.correction_of(session, result.id):
        raise refusals.no_order(result.tube)
    order.cancelled_by, order.cancelled_at, order.cancel_reason = by, now, reason
    audit.record(session, "retest.cancelled", result.id, by=by, now=now, detail=str(result.tube))
    changes.changed(session, result.tube, now=now)
    return order


def recall_result(
    session: Session,
    result_id: UUID,
    again: Again,
    *,
    reason: str,
    by: str,
    now: datetime,
    seen: str | None = None,
) -> Result:
    """Withdraw one result, released or not; its people's records say so if it was.

    `Again.RESAMPLE` gives the tube up, with what amended this result: its people are called back.
    A laboratory that has not got the tube takes its result back and no more.
    Raises TubeHasResult if something else speaks for the tube.
    """
    result = _take(session, result_id, Action.WITHDRAW, seen=seen)
    take_turn(session, [result.tube])
    elsewhere = bool(_elsewhere(session, [result]))
    with changes.together(session, now=now):
        _withdraw(session, result, reason, by=by, now=now)
        if again is Again.RERUN and not elsewhere:
            _order_rerun(session, result, reason, by=by, now=now)
        else:
            for each in queries.amendments_after(session, result.id):
                if each.withdrawn_at is None:
                    _withdraw(session, each, reason, by=by, now=now)
            session.flush()
            if not elsewhere:
                services.reject_tube(session, result.tube, Rejection.RECALLED, by=by, now=now)
    return result


def withdraw_with_arrival(
    session: Session, results: Sequence[Result], *, reason: str, by: str, now: datetime
) -> None:
    """Withdraw results of a tube whose arrival is taken back, and what was ordered after them.

    Once the tube comes it is tested anew, whatever was ordered; elsewhere nobody could meet it.
    """
    for result in results:
        if result.withdrawn_at is None:
            _withdraw(session, result, reason, by=by, now=now)
    session.flush()
    for result in results:
        order = queries.order_after(session, result.id)
        if order is not None and order.met_at is None:
            order.cancelled_by, order.cancelled_at, order.cancel_reason = by, now, reason
            audit.record(
                session, f"{order.kind}.cancelled", result.id, by=by, now=now,
                detail=str(result.tube),
            )  # fmt: skip


def withdraw_run(
    session: Session,
    run_id: UUID,
    *,
    reason: str,
    by: str,
    now: datetime,
    seen: str | None = None,
) -> Run:
    """Withdraw a run with every result that rests on it, released or amended; all run again."""
    run = runs.take(session, run_id, RunAction.WITHDRAW, by=by, seen=seen)
    run.withdrawn_by, run.withdrawn_at, run.withdrawal_reason = by, now, reason
    audit.record(session, "run.withdrawn", run.id, by=by, now=now, detail=run.plate)
    results = list(session.scalars(select(Result).where(Result.run_id == run.id)))
    take_turn(session, [result.tube for result in results])
    elsewhere = _elsewhere(session, results)
    with changes.together(session, now=now):
        for result in results:
            resting = [result, *queries.amendments_after(session, result.id)]
            standing_ones = [each for each in resting if each.withdrawn_at is None]
            for each in standing_ones:
                _withdraw(session, each, reason, by=by, now=now)
            if standing_ones and result.id not in elsewhere:
                _order_rerun(session, resting[-1], reason, by=by, now=now)
    return run


def _elsewhere(session: Session, results: Iterable[Result]) -> set[UUID]:
    """Return those whose laboratory has not got the tube; what was released is no such one, nor
    what it found before the tube came.

    Moves were not always noted: a released result passed the gate, so its tube was there.
    """
    waiting = {each.id: each.tube for each in results if each.released_at is None}
    odd = moves.why_odd(session, waiting.values())
    return {each for each in waiting if odd.get(each, moves.Odd.BEFORE) is not moves.Odd.BEFORE}


def _withdraw(session: Session, result: Result, reason: str, *, by: str, now: datetime) -> None:
    result.withdrawn_by, result.withdrawn_at, result.withdrawal_reason = by, now, reason
    audit.record(session, "result.withdrawn", result.id, by=by, now=now, detail=str(result.tube))
    disputes.review(session, result.tube, now=now)
    changes.changed(session, result.tube, now=now)


def _order_rerun(session: Session, result: Result, reason: str, *, by: str, now: datetime) -> None:
    """Order it unless something after this result speaks already, or was ordered before."""
    if queries.correction_of(session, result.id) or queries.order_after(session, result.id):
        return
    _order(session, result, Kind.RERUN, reason, by=by, now=now)


def _order(
    session: Session, result: Result, kind: Kind, reason: str, *, by: str, now: datetime
) -> OrderedTest:
    order = OrderedTest(
        id=uuid4(),
        tube=result.tube,
        result_id=result.id,
        kind=kind.value,
        reason=reason,
        by=by,
        at=now,
    )
    session.add(order)
    action = f"{kind}.ordered"
    audit.record(session, action, result.id, by=by, now=now, detail=str(result.tube))
    changes.changed(session, result.tube, now=now)
    return order


def _take(session: Session, result_id: UUID, action: Action, *, seen: str | None) -> Result:
    session.flush()
    result = session.get(Result, result_id, with_for_update=True, populate_existing=True)
    if result is None:
        raise NotFound("Không có kết quả này.", "There is no such result.")
    state = queries.state(session, result)
    if isinstance(take(state, action, by="", entered_by=result.entered_by), Refusal):
        raise refusals.stale_result(result.tube, state)
    standing.check(session, result, seen)
    return result
