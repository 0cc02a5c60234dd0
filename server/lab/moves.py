"""A tube's way between laboratories: one receives it, others note that it came to them.

A result of a laboratory that the tube never came to is of another tube: a code typed wrong, or
scanned from the wrong tray.  It is held at the gate of release until that laboratory notes the
tube's arrival, or a person lets it go with a reason.  Rows without a laboratory say nothing of it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.db import among, listed
from server.lab import queries, refusals
from server.lab.boxes import open_boxes
from server.lab.models import Reception, Result
from server.lab.move_models import TubeMove
from server.rows import ordered_id
from server.sampling import changes
from server.sampling.decision_models import Decision
from server.sampling.decisions import About, record_decision
from server.sampling.turns import take_turn

LET_GO = "let-go"  # stored
STATION = "station:"


def note_move(
    session: Session, known: Reception, lab: str, *, box: str, at: datetime, by: str, now: datetime
) -> None:
    """Note that the tube of *known* came to *lab*.  Once noted, it changes nothing."""
    tube = known.tube
    take_turn(session, [tube])
    if move_to(session, tube, lab) is not None:
        return
    session.add(TubeMove(id=ordered_id(now), tube=tube, lab=lab, box=box, at=at, by=by))
    audit.record(session, "tube.moved", tube, by=by, now=now, detail=box)
    open_boxes.came(session, box, now=now)
    changes.changed(session, tube, now=now)


def is_other(known: Reception, lab: str, by: str) -> bool:
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
    """Let a result go to the gate though its laboratory noted no arrival of the tube.

    Raises NotFound, OwnWork for who entered it, StaleScreen where nothing of that holds it.
    """
    result = queries.result(session, result_id)
    take_turn(session, [result.tube])
    session.flush()
    if result not in held_by_it(session, result.tube):
        raise refusals.stale_screen(result.tube)
    if by == result.entered_by:
        raise refusals.own_work(result.tube)
    record_decision(
        session, About.LABORATORY, result.id, verdict=LET_GO, reason=reason, by=by, now=now,
        tube=result.tube,
    )  # fmt: skip
    changes.changed(session, result.tube, now=now)
    return result


def elsewhere(session: Session, tubes: Iterable[Tube]) -> set[UUID]:
    """Return the results of *tubes* whose laboratory has not got the tube, as far as is known."""
    return elsewhere_of(session, listed(tube.text for tube in tubes))


def elsewhere_of(session: Session, tubes: str) -> set[UUID]:
    """Return the same of *tubes* as `db.listed` gives them."""
    return set(session.scalars(_ELSEWHERE, {"tubes": tubes}))


def held_by_it(session: Session, tube: Tube) -> list[Result]:
    """Return the results of *tube* that wait because their laboratory has not got it."""
    odd = elsewhere(session, [tube])
    found = queries.heads(queries.results_of(session, tube)) if odd else []
    return [each for each in found if each.id in odd and each.released_at is None]


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


def _elsewhere() -> Select[UUID]:
    other = labs_differ(TubeMove.lab, TubeMove.by, Result.lab)
    came = exists().where(TubeMove.tube == Result.tube, not_(other))
    gone = exists().where(
        Decision.subject_id == Result.id, Decision.matter == About.LABORATORY.value
    )
    asked = select(Result.id).join(Reception, Reception.tube == Result.tube)
    return asked.where(among(Result.tube, "tubes"), labs_differ(), ~came, ~gone)


_ELSEWHERE = _elsewhere()
