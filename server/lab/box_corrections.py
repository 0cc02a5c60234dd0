"""The box of an arrival was noted wrongly: it is set right, and nothing else changes.

The tube was here all the time, so no result, plate or run is touched, unlike where an arrival is
taken back (`arrivals`).  What was noted first stays, with who set it right.  What holds a tube's
neighbours goes by serials and not by boxes, so there is nothing to look at again but the two boxes.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.actors import place_of_actor
from server.accounts.within import Within
from server.audit import services as audit
from server.lab import arrivals, moves, queries, refusals, strays
from server.lab.boxes import open_boxes
from server.lab.models import Reception
from server.lab.move_models import BoxCorrection, TubeMove
from server.rows import ordered_id
from server.sampling import changes


def correct_box(
    session: Session, tube: Tube, within: Within, *, box: str, by: str, now: datetime
) -> str:
    """Note that *tube* came in *box*; return in which it was noted before: the same, if it was.

    Of several arrivals in that scope it is the one of the actor's own laboratory.
    Raises NoArrival, SeveralArrivals where it is none of theirs.
    """
    strays.take_turns_beside(session, [tube])  # an arrival may just be taken back
    session.flush()
    noted = _noted(session, tube, within, by)
    before = noted.box
    if before == box:
        return before
    noted.box = box
    session.add(
        BoxCorrection(
            id=ordered_id(now), tube=tube, lab=noted.lab, before=before, box=box, at=now, by=by
        )
    )
    session.flush()
    audit.record(session, "tube.box-corrected", tube, by=by, now=now, detail=f"{before} → {box}")
    for each in sorted({before, box}):  # in one order: two who exchange tubes hold both
        open_boxes.came(session, each, now=now)
    changes.changed(session, tube, now=now)
    return before


def box_noted(session: Session, tube: Tube, within: Within, *, by: str) -> str | None:
    """Return in which box the actor's own laboratory noted *tube*, None where it did not."""
    own = place_of_actor(session, by)
    found = _of_scope(session, tube, within)
    boxes = [each.box for each in found if not moves.is_other(each, own, by)]
    return boxes[0] if len(boxes) == 1 else None


def corrections_of(session: Session, tube: Tube) -> list[BoxCorrection]:
    """Return how often the box of *tube* was set right, oldest first."""
    found = select(BoxCorrection).where(BoxCorrection.tube == tube)
    return list(session.scalars(found.order_by(BoxCorrection.at, BoxCorrection.id)))


def _noted(session: Session, tube: Tube, within: Within, by: str) -> Reception | TubeMove:
    """Return the arrival that is meant."""
    mine = _of_scope(session, tube, within)
    if not mine:
        raise refusals.NoArrival(
            f"Nơi bạn phụ trách không ghi nhận ống {tube.grouped}: không có hộp nào để sửa.",
            f"No laboratory of yours noted an arrival of tube {tube.grouped}: there is no box to"
            " set right.",
        )
    own = place_of_actor(session, by)
    meant = [each for each in mine if each.lab == own] if len(mine) > 1 else mine
    if not meant:
        raise refusals.SeveralArrivals(
            f"Ống {tube.grouped} được ghi nhận ở nhiều phòng xét nghiệm khác: mỗi phòng tự sửa hộp"
            " của mình.",
            f"Several other laboratories noted tube {tube.grouped}: each sets its own box right.",
        )
    return meant[0]


def _of_scope(session: Session, tube: Tube, within: Within) -> list[Reception | TubeMove]:
    """Return the arrivals of *tube* in that scope, also where it was rejected."""
    known = queries.reception_of(session, tube, anew=True)
    every: list[Reception | TubeMove] = [known] if known else []
    every += moves.moves_of(session, tube)
    return [each for each in every if arrivals.of_scope(within, each)]
