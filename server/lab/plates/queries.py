"""Plates, their wells, and what was found in each.  Reads only; no names."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from contract.tubes import Tube, TubeKind
from server.accounts.within import ANYWHERE, Within
from server.lab.models import OrderedTest, Result
from server.lab.plates.geometry import SHAPES, Shape
from server.lab.plates.models import Plate, PlateWell
from server.lab.plates.refusals import no_plate


@dataclass(frozen=True, slots=True)
class Cell:
    """One well as the picture shows it: empty, a control, or a tube with what was found."""

    well: int
    name: str
    row: int
    column: int
    tube: Tube | None = None
    control: str = ""
    call: str = ""
    stage: str = ""  # entered, verified or released
    again: bool = False  # its result was there before the plate, and is to be repeated

    @property
    def is_sample(self) -> bool:
        """Whether a person's or a pool's tube stands here: one that takes a result."""
        return self.tube is not None and self.tube.kind is not TubeKind.CONTROL

    @property
    def waits(self) -> bool:
        """Whether a result of this plate is to come."""
        return self.is_sample and (not self.call or self.again)


def plate_named(session: Session, plate_id: str, *, to_change: bool = False) -> Plate:
    """Return the plate with its wells, held against other writers if *to_change*."""
    found = select(Plate).where(Plate.id == plate_id).options(selectinload(Plate.wells))
    if to_change:
        found = found.with_for_update().execution_options(populate_existing=True)
    plate = session.scalar(found)
    if plate is None:
        raise no_plate(plate_id)
    return plate


def shape_of(plate: Plate) -> Shape:
    return SHAPES[plate.size]


def plates_of(session: Session, tube: Tube) -> list[tuple[Plate, PlateWell]]:
    """Return where *tube* stands or stood, oldest plate first."""
    found = select(Plate, PlateWell).join(PlateWell, PlateWell.plate_id == Plate.id)
    rows = session.execute(found.where(PlateWell.tube == tube).order_by(Plate.created_at))
    return [(plate, well) for plate, well in rows]


def newest_plates(
    session: Session, limit: int = 30, within: Within = ANYWHERE
) -> list[tuple[Plate, int]]:
    """Return (plate, tubes on it), newest first."""
    tubes = func.count(PlateWell.tube)
    found = (
        select(Plate, tubes)
        .outerjoin(PlateWell, PlateWell.plate_id == Plate.id)
        .where(within.rows(Plate.lab))
        .group_by(Plate.id)
        .order_by(Plate.created_at.desc(), Plate.id.desc())
        .limit(limit)
    )
    return [(plate, count) for plate, count in session.execute(found)]


def standing_results(session: Session, tubes: Iterable[Tube]) -> dict[Tube, Result]:
    """Return the newest result of each tube that none supersedes and nobody withdrew."""
    wanted = list(tubes)
    results = list(session.scalars(select(Result).where(Result.tube.in_(wanted))))
    corrected = {each.corrects for each in results if each.corrects}
    standing = [each for each in results if each.id not in corrected and not each.withdrawn_at]
    standing.sort(key=lambda each: (each.entered_at, each.id))
    return {each.tube: each for each in standing}


def in_use(session: Session, plate: Plate) -> bool:
    """Return whether one of its tubes got a result since *plate* was locked."""
    tubes = [each.tube for each in plate.wells if each.tube]
    results = standing_results(session, tubes).values()
    return any(plate.locked_at and each.entered_at >= plate.locked_at for each in results)


def cells_of(session: Session, plate: Plate) -> list[Cell]:
    """Return every well of *plate*, along the rows."""
    shape, wells = shape_of(plate), {each.well: each for each in plate.wells}
    found = standing_results(session, [each.tube for each in plate.wells if each.tube])
    again = _to_repeat(session, plate, found)
    return [_cell(shape, well, wells.get(well), found, again) for well in range(shape.size)]


def _to_repeat(session: Session, plate: Plate, found: dict[Tube, Result]) -> set[UUID]:
    """Return the results that somebody ordered to be repeated before *plate* was locked."""
    old = [
        each.id for each in found.values() if each.entered_at < (plate.locked_at or each.entered_at)
    ]
    ordered = select(OrderedTest.result_id).where(
        OrderedTest.result_id.in_(old), OrderedTest.cancelled_at.is_(None)
    )
    return set(session.scalars(ordered))


def _cell(
    shape: Shape, well: int, holds: PlateWell | None, found: dict[Tube, Result], again: set[UUID]
) -> Cell:
    place = (well, shape.name(well), shape.row_of(well), shape.column_of(well))
    if holds is None:
        return Cell(*place)
    result = found.get(holds.tube) if holds.tube else None
    if result is None:
        return Cell(*place, holds.tube, holds.control)
    stage = "released" if result.released_at else "verified" if result.verified_at else "entered"
    return Cell(*place, holds.tube, holds.control, result.call, stage, result.id in again)
