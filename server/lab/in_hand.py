"""When at the latest a laboratory had in hand the swab that a result is of.

What is confirmed today may have been pipetted yesterday: a tube's place on a plate, the run, the
machine's file or the result that is amended are older than the result.  Whoever asks whether the
tube was there when it was tested goes by this and not by when the result was entered.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.db import among, listed
from server.lab.models import Reception, Result
from server.lab.move_models import TubeMove
from server.lab.plates.models import PlateWell
from server.lab.run_models import Run

_WELLS = select(PlateWell.tube, PlateWell.at).where(among(PlateWell.tube, "tubes"))


def in_hand(of: Any = Result) -> ColumnElement[datetime]:
    """Return it of a result; of one from before this was kept, when it was entered."""
    kept: ColumnElement[datetime] = func.coalesce(of.in_hand_at, of.entered_at)
    return kept


def had(result: Result) -> datetime:
    """Return the same of one that is at hand."""
    return result.in_hand_at or result.entered_at


def came(of: Any = Reception) -> ColumnElement[datetime]:
    """Return when a tube came to the laboratory that received it, whoever had it before."""
    own: ColumnElement[datetime] = func.coalesce(of.own_at, of.at)
    return own


def came_at(arrival: Reception | TubeMove) -> datetime:
    """Return the same of an arrival that is at hand."""
    return (arrival.own_at if isinstance(arrival, Reception) else None) or arrival.at


def since(
    session: Session, tubes: Iterable[Tube], run: Run | None, known: datetime | None, now: datetime
) -> dict[Tube, datetime]:
    """Return it of what is entered now of *tubes*, of *run*; *known*: since when it is known."""
    names = [tube.text for tube in tubes]
    first = min(known or now, now)
    if run is None:
        return dict.fromkeys(tubes, first)
    first = min(first, run.entered_at)
    here = _WELLS.where(PlateWell.plate_id == run.plate[:20])
    stood = {tube: at for tube, at in session.execute(here, {"tubes": listed(names)}) if tube}
    return {tube: min(first, stood.get(tube, first)) for tube in tubes}
