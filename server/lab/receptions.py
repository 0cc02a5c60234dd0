"""Taking back a rejection that was wrong: a later step with its reason, never an edit.

`outcomes.receptions` decides whether it may still be done; this only does it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.actors import place_of_actor
from server.audit import services as audit
from server.lab import in_hand, moves, queries, refusals
from server.lab.models import Reception, ReceptionStep
from server.lab.move_models import ArrivalWithdrawal
from server.lab.taken_back import nested
from server.lab.words import Rejection
from server.rows import ordered_id
from server.sampling import changes, slip_endings
from server.sampling.turns import take_turn
from server.times import CLOCKS_DIFFER


def step_of(
    reception: Reception, kind: str, *, by: str, now: datetime, note: str | None = None
) -> ReceptionStep:
    """Return what happens to *reception* now, to be kept beside it: that it came, when it did."""
    at = reception.at if kind == "received" else now
    return ReceptionStep(
        id=ordered_id(now), tube=reception.tube, kind=kind, box=reception.box, at=at, by=by,
        note=note, reason=reception.reason if kind == "rejected" else "",
    )  # fmt: skip


def standing_steps(session: Session, tube: Tube) -> list[ReceptionStep]:
    """Return the steps of *tube* that count, oldest first: of no arrival that was taken back."""
    over = session.scalars(select(ArrivalWithdrawal.over).where(ArrivalWithdrawal.tube == tube))
    gone = set(" ".join(over).split())
    return [each for each in queries.reception_steps_of(session, tube) if str(each.id) not in gone]


def hear_of_arrival(
    session: Session, tube: Tube, arrived: datetime, *, box: str, by: str, now: datetime
) -> None:
    """Note that *tube* was at the laboratory before anything was said of it there.

    It is heard of late, from a station that was off-line.  Where the tube was rejected since, or
    is in another box, it stays so; but whoever was given a tube of that number after this was
    given another one.  Where another laboratory had it then, that one which received it keeps when
    it came there: what was found there before is not of this tube.
    """
    take_turn(session, [tube])
    reception = queries.reception_of(session, tube, anew=True)
    if reception is None:
        return
    own = not _is_elsewhere(session, reception, by)
    steps = standing_steps(session, tube)
    first = arrived < min([reception.at, *(step.at for step in steps)])
    sooner = own and reception.own_at is not None and arrived < reception.own_at
    if not (first or sooner):
        return
    if reception.at > now + CLOCKS_DIFFER >= arrived > now - CLOCKS_DIFFER:
        return  # scanned again just now: our clock went back since it was received
    session.add(
        ReceptionStep(
            id=ordered_id(now), tube=tube, kind="received", box=box, at=arrived, by=by, reason=""
        )
    )
    if reception.accepted and first:
        reception.own_at = None if own else in_hand.came_at(reception)
        reception.at = arrived
    elif reception.accepted:
        reception.own_at = arrived
    audit.record(session, "tube.received-before", tube, by=by, now=now, detail=box)
    changes.changed(session, tube, now=now)


def _is_elsewhere(session: Session, reception: Reception, by: str) -> bool:
    """Who received it did so at its laboratory, wherever they work by now."""
    received = reception.accepted and by == reception.by
    return not received and moves.is_other(reception, place_of_actor(session, by), by)


def forget(session: Session, reception: Reception, lab: str) -> list[ReceptionStep]:
    """Let what *lab* said of a tube that another received count no more; return those steps."""
    steps = standing_steps(session, reception.tube)
    receiver = reception.by if reception.accepted else _receiver(session, reception, steps)
    gone = [
        each
        for each in steps
        if each.by != receiver
        and _is_elsewhere(session, reception, each.by)
        and nested(place_of_actor(session, each.by), lab)
    ]
    if gone and reception.accepted:
        _date(session, reception, [each for each in steps if each not in gone])
    return gone


def _date(session: Session, reception: Reception, steps: Sequence[ReceptionStep]) -> None:
    """Let a reception say when the tube was first at a laboratory, and at its own, by *steps*."""
    own = [each for each in steps if not _is_elsewhere(session, reception, each.by)]
    reception.own_at = own[0].at if own and own != steps else None
    reception.at = steps[0].at if steps else reception.at


def undo_rejection(session: Session, tube: Tube, *, note: str, by: str, now: datetime) -> Reception:
    """Let a rejected tube be tested after all.  Raises NotRejected, also where
    it was the recall of its result that took the tube out.

    The tube counts as received since it first came: who was given a tube of that number later was
    given another one.
    """
    reception = queries.reception_of(session, tube)
    if reception is None or reception.accepted or reception.reason == Rejection.RECALLED:
        raise refusals.not_rejected(tube)
    steps = standing_steps(session, tube)
    reception.by = _receiver(session, reception, steps) or by
    reception.accepted, reception.reason = True, ""
    _date(session, reception, steps)
    session.add(step_of(reception, "rejection-undone", by=by, now=now, note=note))
    slip_endings.end_behind(session, tube, now=now)
    audit.record(session, "tube.rejection-undone", tube, by=by, now=now, detail=reception.box)
    changes.changed(session, tube, now=now)
    return reception


def _receiver(session: Session, rejected: Reception, steps: Sequence[ReceptionStep]) -> str:
    """Return who received a tube at its own laboratory; '' for nobody.

    Where none of those works there now, or it was rejected on sight, it is who wrote it down first:
    of another laboratory that had it before nothing is kept until then.
    """
    came = [each for each in steps if each.kind == "received"]
    own = [each for each in came if not _is_elsewhere(session, rejected, each.by)]
    written = sorted(steps, key=lambda each: each.id)
    return next((each.by for each in (*own, *written)), "")
