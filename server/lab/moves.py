"""A tube's way between laboratories: one receives it, others note that it came to them.

A result of a laboratory that the tube never came to is of another tube: a code typed wrong, or
scanned from the wrong tray.  It is held at the gate of release until a person lets it go with a
reason.  What that laboratory finds once it noted the tube's arrival is free; what it had found
before stays held: the tube that came may be another.  So it does where the other laboratory took
its arrival back since, and this one received the tube first.  Rows without a laboratory say nothing
of it.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.db import among, listed
from server.lab import queries, refusals, taken_back
from server.lab.boxes import open_boxes
from server.lab.in_hand import came, came_at, had, in_hand
from server.lab.models import Reception, Result
from server.lab.move_models import ArrivalWithdrawal, TubeMove
from server.rows import ordered_id
from server.sampling import changes
from server.sampling.decision_models import Decision
from server.sampling.decisions import About, record_decision
from server.sampling.turns import take_turn

LET_GO = "let-go"  # stored
STATION = "station:"


class Odd(StrEnum):
    """Why a result is of another tube, as far as is known."""

    ELSEWHERE = "elsewhere"  # its laboratory has not got the tube
    BEFORE = "before"  # it came there later
    TAKEN_BACK = "taken-back"  # its laboratory took the arrival back since


def note_move(
    session: Session, known: Reception, lab: str, *, box: str, at: datetime, by: str, now: datetime
) -> bool:
    """Note that the tube of *known* came to *lab*; return False where that was noted before."""
    tube = known.tube
    take_turn(session, [tube])
    if move_to(session, tube, lab) is not None:
        return False
    session.add(TubeMove(id=ordered_id(now), tube=tube, lab=lab, box=box, at=at, by=by))
    audit.record(session, "tube.moved", tube, by=by, now=now, detail=box)
    open_boxes.came(session, box, now=now)
    changes.changed(session, tube, now=now)
    return True


def is_other(known: Reception | TubeMove, lab: str, by: str) -> bool:
    """Return whether *by* at *lab* is of another laboratory than received the tube of *known*."""
    nested = f"{lab}.".startswith(f"{known.lab}.") or f"{known.lab}.".startswith(f"{lab}.")
    same = nested and any(each.startswith(STATION) for each in (by, known.by))
    return bool(known.lab and lab) and known.lab != lab and not same


def move_to(session: Session, tube: Tube, lab: str) -> TubeMove | None:
    found = select(TubeMove).where(TubeMove.tube == tube, TubeMove.lab == lab)
    return session.scalar(found)


def moves_of(session: Session, tube: Tube) -> list[TubeMove]:
    """Return to which laboratories *tube* came after its reception, oldest first."""
    found = select(TubeMove).where(TubeMove.tube == tube)
    return list(session.scalars(found.order_by(TubeMove.at, TubeMove.id)))


def let_go(session: Session, result_id: UUID, *, reason: str, by: str, now: datetime) -> Result:
    """Let a result go to the gate though its laboratory noted no arrival of the tube, or a later.

    Raises NotFound, OwnWork for who entered it, StaleScreen where nothing of that holds it, or
    where the arrival was taken back since.
    """
    result = queries.result(session, result_id)
    take_turn(session, [result.tube])
    session.flush()
    if held_by_it(session, result.tube).get(result, Odd.TAKEN_BACK) is Odd.TAKEN_BACK:
        raise refusals.stale_screen(result.tube)
    if by == result.entered_by:
        raise refusals.own_work(result.tube)
    record_decision(
        session, About.LABORATORY, result.id, verdict=LET_GO, reason=reason, by=by, now=now,
        tube=result.tube,
    )  # fmt: skip
    changes.changed(session, result.tube, now=now)
    return result


def say_it_is_of_it(
    session: Session, result_id: UUID, *, reason: str, by: str, now: datetime
) -> Result:
    """Let a result go that its laboratory gave before it noted that the tube came to it.

    Somebody there says that it is of this tube all the same: it lay there before it was scanned.
    Raises as `let_go` does, and StaleScreen where the laboratory noted no arrival.
    """
    result = queries.result(session, result_id)
    take_turn(session, [result.tube])
    if why_odd(session, [result.tube]).get(result.id) is not Odd.BEFORE:
        raise refusals.stale_screen(result.tube)
    return let_go(session, result_id, reason=reason, by=by, now=now)


def found_before(session: Session, tube: Tube, lab: str) -> list[Result]:
    """Return what *lab* said of *tube*, and did not release, before it noted that the tube came."""
    move, known = move_to(session, tube, lab), queries.reception_of(session, tube)
    arrival = move or known
    if arrival is None:
        return []
    said = queries.heads(queries.results_of(session, tube))
    mine = (each for each in said if each.lab == lab and each.released_at is None)
    return [each for each in mine if had(each) < came_at(arrival)]


def elsewhere(session: Session, tubes: Iterable[Tube]) -> set[UUID]:
    """Return the results of *tubes* whose laboratory had not got the tube, as far as is known."""
    return set(why_odd(session, tubes))


def why_odd(session: Session, tubes: Iterable[Tube]) -> dict[UUID, Odd]:
    """Return the same, each with the reason."""
    return why_odd_of(session, listed(tube.text for tube in tubes))


def why_odd_of(session: Session, tubes: str) -> dict[UUID, Odd]:
    """Return the same of *tubes* as `db.listed` gives them."""
    rows = session.execute(_ELSEWHERE, {"tubes": tubes})
    return {result: Odd(why) for result, why in rows}


def held_by_it(session: Session, tube: Tube) -> dict[Result, Odd]:
    """Return the results of *tube* that wait because their laboratory has not got it, and why."""
    odd = why_odd(session, [tube])
    found = queries.heads(queries.results_of(session, tube)) if odd else []
    return {each: odd[each.id] for each in found if each.id in odd and each.released_at is None}


def labs_differ(
    received: Any = Reception.lab, by: Any = Reception.by, gave: Any = Result.lab
) -> ColumnElement[bool]:
    """Say of a reception and a result of one tube that they are of two laboratories.

    A station that receives stands in a commune of the place that its laboratory goes by, or has
    the wider name itself.
    """
    same = or_(received == gave, and_(by.startswith(STATION), _one_in_other(received, gave)))
    return and_(received != "", gave != "", not_(same))


def _one_in_other(one: Any, other: Any) -> ColumnElement[bool]:
    return or_(_in(one, other), _in(other, one))


def _in(place: Any, area: Any) -> ColumnElement[bool]:
    begin: ColumnElement[bool] = func.substr(place, 1, func.length(area) + 1) == area.concat(".")
    return begin


def _elsewhere() -> Select[UUID, str]:
    """Ask for them.  What was released once its laboratory had noted the tube is no such result."""
    there = TubeMove.tube == Result.tube, not_(labs_differ(TubeMove.lab, TubeMove.by, Result.lab))
    moved = exists().where(*there)
    in_time = or_(TubeMove.at <= in_hand(), Result.released_at.is_not(None))
    gone = exists().where(
        Decision.subject_id == Result.id, Decision.matter == About.LABORATORY.value
    )
    wrong, early = taken_back.of_another_tube(), _early()
    before = or_(moved, early), Odd.BEFORE.value
    why = case((wrong, Odd.TAKEN_BACK.value), before, else_=Odd.ELSEWHERE.value)
    asked = select(Result.id, why).join(Reception, Reception.tube == Result.tube)
    odd = or_(and_(labs_differ(), ~exists().where(*there, in_time)), early)
    return asked.where(among(Result.tube, "tubes"), or_(and_(odd, ~gone), wrong))


def _early() -> ColumnElement[bool]:
    """Say of what waits that its laboratory had the swab before it received the tube, of which an
    arrival was taken back: while that stood, the result was held as another laboratory's.

    Or nobody knows: it was taken back by a clock that ran ahead.
    """
    taken = exists().where(ArrivalWithdrawal.tube == Result.tube)
    early = and_(not_(labs_differ()), taken, in_hand() < came())
    waits = Result.released_at.is_(None), Result.withdrawn_at.is_(None)
    return and_(*waits, or_(early, taken_back.doubtful()))


_ELSEWHERE = _elsewhere()
