"""Fill a plate by scanning, mend it, lock it.  The caller owns the transaction.

A tube stands once on a plate, and on one open plate at a time.  It must have been received: what
was never received cannot be released, and whoever pipettes it should know it then.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeKind
from server.accounts.actors import place_of_actor
from server.audit import services as audit
from server.lab import queries as lab
from server.lab import refusals as lab_refusals
from server.lab.plates import queries, refusals
from server.lab.plates.geometry import Fill, NoSuchWell
from server.lab.plates.models import Plate, PlateWell
from server.lab.plates.templates import TEMPLATES
from server.sampling import numbering


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a tube went, and whether it had a result before: then this is a rerun."""

    well: int
    name: str
    rerun: bool


def new_plate(
    session: Session, template: str, fill: Fill, *, title: str, by: str, now: datetime,
    assay: str = "",
) -> Plate:  # fmt: skip
    """Begin a plate with its template's controls in their places, for *assay* if one is named."""
    layout = TEMPLATES[template]
    plate = Plate(
        id=_next_id(session, now), size=layout.size, fill=fill.value, template=template,
        title=title, created_at=now, created_by=by, lab=place_of_actor(session, by), wells=[],
        assay=assay or None,
    )  # fmt: skip
    shape = queries.shape_of(plate)
    for name, control in layout.controls:
        plate.wells.append(PlateWell(well=shape.well(name), control=control, at=now, by=by))
    session.add(plate)
    session.flush()
    audit.record(session, "plate.begun", plate.id, by=by, now=now, detail=template)
    return plate


def place_tube(
    session: Session, plate_id: str, tube: Tube, *, by: str, now: datetime, at: str = ""
) -> Placed:
    """Put *tube* into the well *at*, or into the next free one in the order of filling."""
    plate = _open_plate(session, plate_id)
    _check_may_stand(session, plate, tube)
    shape, taken = queries.shape_of(plate), {each.well for each in plate.wells}
    well = _well(plate, at) if at else _next_well(plate)
    if well is None:
        raise refusals.full(plate.id)
    if well in taken:
        raise refusals.taken(shape.name(well))
    plate.wells.append(PlateWell(well=well, tube=tube, control="", at=now, by=by))
    session.flush()
    rerun = bool(queries.standing_results(session, [tube]))
    detail = f"{tube} in {shape.name(well)}"
    audit.record(session, "plate.filled", plate.id, by=by, now=now, detail=detail)
    return Placed(well, shape.name(well), rerun)


def _next_well(plate: Plate) -> int | None:
    """Return the free well behind the last one filled; at the end, the first gap of all."""
    shape, fill = queries.shape_of(plate), Fill(plate.fill)
    taken = {each.well for each in plate.wells}
    order = {well: place for place, well in enumerate(shape.order(fill))}
    filled = [each.well for each in plate.wells if each.tube is not None]
    last = max(filled, key=order.__getitem__, default=None)
    behind = shape.next_free(fill, taken, after=last)
    return behind if behind is not None else shape.next_free(fill, taken)


def next_name(plate: Plate) -> str:
    """Return the name of the well that the next scan goes into, '' if the plate is full."""
    well = _next_well(plate)
    return "" if well is None else queries.shape_of(plate).name(well)


def move(
    session: Session, plate_id: str, origin: str, target: str, *, by: str, now: datetime
) -> bool:
    """Move what stands in a well to another; two full wells swap.  Return whether they swapped.

    It stands on the plate since it was scanned: results are of what was in hand then.
    """
    plate = _open_plate(session, plate_id)
    first, second = _well(plate, origin), _well(plate, target)
    wells = {each.well: each for each in plate.wells}
    if first not in wells:
        raise refusals.no_well(origin)
    moved = wells[first], wells.get(second)
    contents = [(each.tube, each.control, each.at) for each in moved if each is not None]
    for each in moved:
        if each is not None:
            plate.wells.remove(each)
            session.delete(each)
    session.flush()
    for place, (tube, control, stood) in zip((second, first), contents, strict=False):
        plate.wells.append(PlateWell(well=place, tube=tube, control=control, at=stood, by=by))
    session.flush()
    detail = f"{origin} to {target}"
    audit.record(session, "plate.moved", plate.id, by=by, now=now, detail=detail)
    return moved[1] is not None


def clear(session: Session, plate_id: str, at: str, *, by: str, now: datetime) -> None:
    """Take what stands in a well off the plate."""
    plate = _open_plate(session, plate_id)
    well = _well(plate, at)
    holds = next((each for each in plate.wells if each.well == well), None)
    if holds is None:
        raise refusals.no_well(at)
    plate.wells.remove(holds)
    session.delete(holds)
    session.flush()
    detail = f"{holds.tube or holds.control} from {at}"
    audit.record(session, "plate.cleared", plate.id, by=by, now=now, detail=detail)


def set_control(
    session: Session, plate_id: str, at: str, control: str, *, by: str, now: datetime
) -> None:
    """Put a control of the template's kinds into an empty well."""
    plate = _open_plate(session, plate_id)
    well = _well(plate, at)
    if any(each.well == well for each in plate.wells):
        raise refusals.taken(queries.shape_of(plate).name(well))
    plate.wells.append(PlateWell(well=well, control=control, at=now, by=by))
    session.flush()
    detail = f"{control} in {at}"
    audit.record(session, "plate.control-set", plate.id, by=by, now=now, detail=detail)


def lock(session: Session, plate_id: str, *, by: str, now: datetime) -> Plate:
    """Say that the layout is final: it goes to the machine, and results may be entered."""
    plate = _open_plate(session, plate_id)
    if not any(each.tube for each in plate.wells):
        raise refusals.empty(plate.id)
    plate.locked_at, plate.locked_by = now, by
    audit.record(session, "plate.locked", plate.id, by=by, now=now)
    return plate


def unlock(session: Session, plate_id: str, *, by: str, now: datetime) -> Plate:
    """Open a locked plate again.  Raises PlateInUse once one of its tubes got a result since."""
    plate = queries.plate_named(session, plate_id, to_change=True)
    if plate.locked_at is None:
        raise refusals.not_locked(plate.id)
    if queries.in_use(session, plate):
        raise refusals.in_use(plate.id)
    plate.locked_at = plate.locked_by = None
    audit.record(session, "plate.unlocked", plate.id, by=by, now=now)
    return plate


def _open_plate(session: Session, plate_id: str) -> Plate:
    plate = queries.plate_named(session, plate_id, to_change=True)
    if plate.locked_at is not None:
        raise refusals.locked(plate.id)
    return plate


def _well(plate: Plate, text: str) -> int:
    try:
        return queries.shape_of(plate).well(text)
    except NoSuchWell as error:
        raise refusals.no_well(text) from error


def _check_may_stand(session: Session, plate: Plate, tube: Tube) -> None:
    shape = queries.shape_of(plate)
    for other, well in queries.plates_of(session, tube):
        if other.id == plate.id:
            raise refusals.on_this_plate(tube, shape.name(well.well))
        if other.locked_at is None:
            raise refusals.on_other_plate(tube, other.id)
    if tube.kind is TubeKind.CONTROL:
        return
    reception = lab.reception_of(session, tube)
    if reception is None:
        raise refusals.not_received(tube)
    if not reception.accepted:
        raise lab_refusals.already_received(reception)


def highest_plate(session: Session, year: int) -> int:
    """Return the highest number of a plate's id in *year*, 0 where there is none."""
    prefix = f"P-{year}-"
    known = session.scalars(select(func.max(Plate.id)).where(Plate.id.startswith(prefix))).one()
    longest = select(func.max(func.length(Plate.id))).where(Plate.id.startswith(prefix))
    length = session.scalar(longest)
    if known and length and length > len(known):  # beyond 9999 the text's order is not the number's
        same = Plate.id.startswith(prefix) & (func.length(Plate.id) == length)
        known = session.scalars(select(func.max(Plate.id)).where(same)).one()
    return int(known.removeprefix(prefix)) if known else 0


def _next_id(session: Session, now: datetime) -> str:
    """Return the id of a new plate: P-2026-0001, counted in each year; none that may be printed."""
    number = max(highest_plate(session, now.year), numbering.floor(session, now.year))
    return f"P-{now.year}-{number + 1:04d}"
