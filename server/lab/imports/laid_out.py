"""A machine's file against the plates that wait for it: are the same tubes in the same wells?

A locked plate says what hands did; the names in a file are what somebody typed into the machine.
Where a plate that still waits for its results has a tube in another well, one of both is wrong, and
every reading may be the next person's: nothing is entered before a person has looked.  A plate is
unlocked where its own layout is wrong, and is asked no more.  Files without wells say nothing.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.errors import DomainError
from server.lab.imports import plates
from server.lab.imports.models import Fate, ImportFile, ImportRow
from server.lab.models import Reception
from server.lab.move_models import TubeMove
from server.lab.plates import queries
from server.lab.plates.geometry import NoSuchWell, Shape
from server.lab.plates.models import Plate, PlateWell
from server.lab.taken_back import of_arrival


class WellsDiffer(DomainError):
    code = "wells-differ"
    status = 409


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A tube that a file reads in another well than its plate has it in."""

    tube: Tube
    plate: str
    laid: str
    read: str


def check(session: Session, file: ImportFile) -> None:
    """Raise WellsDiffer where a plate that waits for these results has its tubes elsewhere."""
    found = elsewhere(session, file)
    if not found:
        return
    one, more = found[0], len(found)
    raise WellsDiffer(
        f"Ống {one.tube.grouped} ở giếng {one.read} trong tệp, nhưng ở giếng {one.laid} trên đĩa"
        f" {one.plate} đã khóa ({more} ống lệch). Chưa nhập gì: kết quả có thể về nhầm người. Xem"
        " ống thật ở giếng nào: sơ đồ trong máy sai thì sửa ở máy rồi xuất lại; sơ đồ đĩa sai thì"
        " mở khóa đĩa, sửa lại.",
        f"Tube {one.tube.grouped} is in well {one.read} in the file, and in well {one.laid} on the"
        f" locked plate {one.plate} ({more} tubes differ). Nothing was entered: results may be the"
        " wrong persons'. See where the tube really is: where the machine's layout is wrong, mend"
        " it there and export again; where the plate's is, unlock the plate and mend it.",
    )


def elsewhere(session: Session, file: ImportFile) -> list[Elsewhere]:
    """Return what stands elsewhere on plates that wait, by plate and well."""
    if not plates.is_plate(file):
        return []
    read = _wells_read(session, file)
    right: set[Tube] = set()
    wrong: list[Elsewhere] = []
    for plate in _waiting(session, file, set(read)):
        shape = queries.shape_of(plate)
        own = {each.tube for each in plate.wells}
        wells = {tube: _numbers(shape, texts) for tube, texts in read.items() if tube in own}
        if 2 * list(wells.values()).count(None) >= len(wells):
            continue  # the file is of another kind of plate: its wells say nothing of this one's
        for holds in plate.wells:
            found = wells.get(holds.tube) if holds.tube else None
            if holds.tube is None or not found:
                continue
            if holds.well in found:
                right.add(holds.tube)
            else:
                laid, texts = shape.name(holds.well), ", ".join(sorted(read[holds.tube]))
                wrong.append(Elsewhere(holds.tube, plate.id, laid, texts))
    return [each for each in wrong if each.tube not in right]


def _wells_read(session: Session, file: ImportFile) -> dict[Tube, set[str]]:
    rows = (
        select(ImportRow.tube, ImportRow.well)
        .where(
            ImportRow.import_id == file.id,
            ImportRow.tube.is_not(None),
            ImportRow.well != "",
            ImportRow.fate != Fate.REFUSED.value,
        )
        .distinct()
    )
    read: dict[Tube, set[str]] = defaultdict(set)
    for tube, well in session.execute(rows):
        if tube is not None:
            read[tube].add(well)
    return read


def _waiting(session: Session, file: ImportFile, tubes: set[Tube]) -> list[Plate]:
    """Return that laboratory's locked plates of *tubes* to which no result came since.

    A laboratory may go by a wider name at the machine than at the bench, or the other way round;
    where each of two names noted one tube's arrival, they are two laboratories.
    """
    asked = (
        select(Plate.id, Plate.lab)
        .join(PlateWell, PlateWell.plate_id == Plate.id)
        .where(PlateWell.tube.in_(tubes), Plate.locked_at.is_not(None))
        .distinct()
        .order_by(Plate.id)
    )
    others = _others(session, file.place, tubes)
    ids = [id_ for id_, lab in session.execute(asked) if of_arrival(lab, file.place, others)]
    found = [queries.plate_named(session, each) for each in ids]
    return [plate for plate in found if not queries.in_use(session, plate)]


def _others(session: Session, place: str, tubes: set[Tube]) -> list[str]:
    """Return the laboratories that noted one of *tubes* that *place* noted as well."""
    labs: dict[Tube, set[str]] = defaultdict(set)
    for of in (Reception, TubeMove):
        for tube, lab in session.execute(select(of.tube, of.lab).where(of.tube.in_(tubes))):
            labs[tube].add(lab)
    return sorted({lab for each in labs.values() if place in each for lab in each} - {place, ""})


def _numbers(shape: Shape, texts: set[str]) -> set[int] | None:
    try:
        return {shape.well(text) for text in texts}
    except NoSuchWell:
        return None
