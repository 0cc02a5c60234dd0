"""What a laboratory found in a tube before it took the tube's arrival back is of another tube.

Those results are withdrawn with the arrival (`arrivals`).  What was on a plate, in a run or in a
machine's file then is refused when it is confirmed, and so is everything until the tube comes.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from contract.tubes import Tube
from server.audit import services as audit
from server.db import among, listed
from server.lab import order, queries, refusals, withdrawal_clocks
from server.lab.in_hand import in_hand
from server.lab.models import Reception, Result
from server.lab.move_models import ArrivalWithdrawal, TubeMove
from server.lab.order import NO_OTHER, Source
from server.lab.run_models import Run
from server.times import CLOCKS_DIFFER

_TAKEN = select(ArrivalWithdrawal.tube).where(among(ArrivalWithdrawal.tube, "tubes")).distinct()


def withdrawals_of(session: Session, tube: Tube) -> list[ArrivalWithdrawal]:
    """Return what was taken back of *tube*'s arrivals, oldest first."""
    found = select(ArrivalWithdrawal).where(ArrivalWithdrawal.tube == tube)
    order = (ArrivalWithdrawal.withdrawn_at, ArrivalWithdrawal.id)
    return list(session.scalars(found.order_by(*order)))


def taken_back(session: Session, tubes: Iterable[Tube]) -> set[Tube]:
    """Return those of *tubes* of which an arrival was taken back, at whatever laboratory."""
    return set(session.scalars(_TAKEN, {"tubes": listed(tube.text for tube in tubes)}))


def nested(one: str, other: str) -> bool:
    """Return whether one place lies in the other, or is it."""
    return bool(one and other) and (
        f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
    )


def of_arrival(lab: str, at: str, others: Sequence[str]) -> bool:
    """Return whether what *lab* found rests on an arrival *at* a laboratory.

    *others* have the tube as well: what they found themselves does not.
    """
    return lab == at or (lab not in others and (not (lab and at) or nested(lab, at)))


def check_arrival(
    session: Session, tube: Tube, lab: str, in_hand_at: datetime, *, by: str, now: datetime,
    run: Run | None = None, source: Source = NO_OTHER,
) -> datetime:  # fmt: skip
    """Return since when *lab* had the swab, by the order of what is on record too; raise
    ArrivalTakenBack where what it found cannot be of *tube*.

    It had the swab before it took the tube's arrival back, by the clocks or by the order of what is
    on record (*run*, *source*), or has not noted that the tube came.  Times that are not relied on
    prove nothing: `doubtful` holds what is found then.
    """
    every = withdrawals_of(session, tube)
    if not every:
        return in_hand_at
    _doubt(session, tube, every, by=by, now=now)
    came = _arrivals_of(session, tube)
    labs = [each.lab for each in came]
    own = [each for each in came if of_arrival(lab, each.lab, labs)]
    in_hand_at = order.had_by(session, own, in_hand_at, run, source)
    gone = [each for each in every if of_arrival(lab, each.lab, labs)]
    if not gone:
        return in_hand_at
    last = max(each.withdrawn_at for each in gone)
    before = [
        each.withdrawn_at
        for each in gone
        if (each.trusted and in_hand_at < each.withdrawn_at)
        or order.was_before(session, each, run, source)
    ]
    if before:
        raise refusals.found_before(tube, max(before))
    if not any(of_arrival(lab, each, ()) for each in labs):
        raise refusals.not_here(tube, last)
    return in_hand_at


def doubt_times(session: Session, tube: Tube, *, by: str, now: datetime) -> None:
    """Rely no more on a time at which an arrival of *tube* was taken back that is still to come.

    Our clock ran ahead then: what is noted of the tube now is noted after that, whatever the clocks
    say.  As nobody can tell what was in hand before, what is found from now on waits for somebody's
    word, and that stays so: no clock tells later whether ours ran ahead, or was behind while
    nothing was noted.  Where a result that slipped in then waits still, that one is recalled first.
    Where the trail tells that the clock is behind now, nothing is doubted (`withdrawal_clocks`).
    """
    _doubt(session, tube, withdrawals_of(session, tube), by=by, now=now)


def _doubt(
    session: Session, tube: Tube, every: Sequence[ArrivalWithdrawal], *, by: str, now: datetime
) -> None:
    ahead = [each for each in every if each.trusted and each.withdrawn_at > now + CLOCKS_DIFFER]
    ahead = [each for each in ahead if withdrawal_clocks.ran_ahead(session, each, now)]
    slipped_in = select(Result.id).where(Result.tube == tube, of_another_tube()).limit(1)
    if not ahead or session.scalar(slipped_in) is not None:
        return
    for each in ahead:
        each.trusted = False
        said = f"{each.id}: {each.withdrawn_at.isoformat()}"
        audit.record(session, "tube.withdrawal-time-doubted", tube, by=by, now=now, detail=said)
    session.flush()


def _arrivals_of(session: Session, tube: Tube) -> list[Reception | TubeMove]:
    moved = session.scalars(select(TubeMove).where(TubeMove.tube == tube))
    known = queries.reception_of(session, tube)
    return [*([known] if known else []), *moved]


def of_another_tube() -> ColumnElement[bool]:
    """Say of a result that waits what `check_arrival` would say.

    Whoever enters a result in the moment in which the arrival is taken back sees nothing of it.
    """
    waits = Result.released_at.is_(None), Result.withdrawn_at.is_(None)
    return and_(*waits, _gone(Result.tube, Result.lab, _found_before))


def doubtful() -> ColumnElement[bool]:
    """Say of a result that it may have been in hand before its laboratory took the arrival back:
    the clock that would tell ran ahead."""
    return _gone(Result.tube, Result.lab, lambda gone: _early(in_hand(), gone, trusted=False))


def went_with_it() -> ColumnElement[bool]:
    """Say of a result that is withdrawn, and was never told, that it was of another tube: it went
    with an arrival that was taken back, or was found before that."""
    gone = aliased(ArrivalWithdrawal)
    at_once = exists().where(gone.tube == Result.tube, gone.withdrawn_at == Result.withdrawn_at)
    before = _gone(Result.tube, Result.lab, _found_before)
    untold = Result.released_at.is_(None), Result.withdrawn_at.is_not(None)
    return and_(*untold, or_(at_once, before))


def gone_of(session: Session, tubes: str) -> set[UUID]:
    """Return such results of *tubes* as `db.listed` gives them."""
    asked = select(Result.id).where(among(Result.tube, "tubes"), went_with_it())
    return set(session.scalars(asked, {"tubes": tubes}))


def first_result_at(session: Session, tube: Tube) -> datetime | None:
    """Return when the first result of *tube* was entered, if one was.  What went with a mistaken
    arrival was of another."""
    first = select(func.min(Result.entered_at)).where(Result.tube == tube)
    return session.scalar(first.where(not_(went_with_it())))


def read_before(run: Any, tube: Any) -> ColumnElement[bool]:
    """Say of a reading's tube that *run* was there before its laboratory took the arrival back."""

    def before(gone: Any) -> ColumnElement[bool]:
        return or_(_early(run.entered_at, gone), order.run_before(run, gone))

    return _gone(tube, run.lab, before)


def _found_before(gone: Any) -> ColumnElement[bool]:
    return or_(_early(in_hand(), gone), order.result_before(Result, gone))


def _early(at: Any, gone: Any, *, trusted: bool = True) -> ColumnElement[bool]:
    """Say it of a time, by one that is relied on (*trusted*), or by one that is not."""
    return and_(at < gone.withdrawn_at, gone.trusted.is_(trusted))


def _gone(tube: Any, lab: Any, before: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Say of what *lab* found that it rests on an arrival taken back since: what was in hand
    *before*.

    As in `check_arrival`, a laboratory that has the tube itself rests on no other's arrival.
    """
    gone, came, moved = aliased(ArrivalWithdrawal), aliased(Reception), aliased(TubeMove)
    own = or_(
        exists().where(came.tube == tube, came.lab == lab).correlate_except(came),
        exists().where(moved.tube == tube, moved.lab == lab).correlate_except(moved),
    )
    inside = _in(gone.lab, lab), _in(lab, gone.lab)
    wider = or_(gone.lab == "", lab == "", *inside)
    rests = or_(gone.lab == lab, and_(wider, not_(own)))
    # Within a question within a question nothing refers outward unless that is said.
    return exists().where(gone.tube == tube, rests, before(gone)).correlate_except(gone)


def _in(place: Any, area: Any) -> ColumnElement[bool]:
    begin: ColumnElement[bool] = func.substr(place, 1, func.length(area) + 1) == area.concat(".")
    return begin
