"""Calls of a whole plate, keyed by hand: each well by itself, what is refused said per well.

A letter is a call.  Controls are keyed like tubes, and first: a plate that has any makes a run, and
nothing of it is entered unless they hold.  Wells left empty say nothing; "all others negative" is
done only by whoever also says how many others there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.audit import services as audit
from server.errors import BadInput, DomainError
from server.lab import services as lab
from server.lab.order import Source
from server.lab.plates import keyed_runs, queries, refusals
from server.lab.plates.models import Plate
from server.lab.plates.queries import Cell
from server.lab.run_models import Run
from server.lab.services import Finding
from server.lab.words import Call
from server.sampling import changes

LETTERS = {
    "N": Call.NEGATIVE,
    "P": Call.POSITIVE,
    "I": Call.INCONCLUSIVE,
    "V": Call.INVALID,
}


@dataclass(frozen=True, slots=True)
class Keyed:
    """What became of the calls of a plate."""

    entered: int
    refused: tuple[tuple[str, DomainError], ...]  # the well's name, and why
    run: Run | None = None  # none where the plate holds no control


def letter_of(text: str) -> Call | None:
    """Return the call of a typed letter, None for nothing; raise BadInput for another letter."""
    letter = text.strip().upper()
    if not letter:
        return None
    if letter in LETTERS:
        return LETTERS[letter]
    raise BadInput(
        f"“{letter[:3]}” không phải kết quả. Dùng N âm, P dương, I nghi ngờ, V không đạt.",
        f"“{letter[:3]}” is no call. Use N negative, P positive, I inconclusive, V invalid.",
    )


def waiting_cells(session: Session, plate: Plate) -> list[Cell]:
    """Return the wells of *plate* whose tubes have no result by it yet."""
    return [cell for cell in queries.cells_of(session, plate) if cell.waits]


def enter_calls(
    session: Session, plate_id: str, findings: Mapping[str, Finding], *, others: int | None,
    by: str, now: datetime, place: str = "",
) -> Keyed:  # fmt: skip
    """Enter *findings* (by the wells' names), and negative for the *others* if so many are left.

    Raises PlateOpen; ControlsNotKeyed; KeyedRunFailed where the controls of an earlier keying did
    not hold; BadInput if the number of others is not the number of empty wells.
    """
    plate = queries.plate_named(session, plate_id, to_change=True)
    if plate.locked_at is None:
        raise refusals.not_locked(plate.id)
    cells = {cell.name: cell for cell in waiting_cells(session, plate)}
    controls = keyed_runs.controls_of(plate)
    wanted = {name: each for name, each in findings.items() if name not in controls}
    if others is not None:
        left = [name for name in cells if name not in wanted]
        _check_others(others, len(left))
        wanted |= dict.fromkeys(left, Finding(Call.NEGATIVE))
    run = keyed_runs.run_of(session, plate, findings, by=by, now=now, place=place)
    if run is not None and run.controls != "passed":
        keyed_runs.keep(session, run, plate, cells, wanted)
        keyed = Keyed(0, (), run)
    else:
        with changes.together(session, now=now):  # outcomes follow once for all wells
            keyed = _enter(session, run, plate, cells, wanted, by=by, now=now, place=place)
    detail = f"{keyed.entered} calls"
    audit.record(session, "plate.keyed", plate.id, by=by, now=now, detail=detail)
    return keyed


def _check_others(said: int, left: int) -> None:
    if said != left:
        raise BadInput(
            f"Bạn ghi {said} giếng, nhưng còn {left} giếng trống. Xem lại đĩa. Chưa lưu gì.",
            f"You said {said} wells, but {left} are empty. Look again. Nothing is saved.",
            field="others",
        )


def _enter(
    session: Session, run: Run | None, plate: Plate, cells: Mapping[str, Cell],
    wanted: Mapping[str, Finding], *, by: str, now: datetime, place: str,
) -> Keyed:  # fmt: skip
    done, refused, stood = {}, [], {each.well: each.at for each in plate.wells}
    for name, said in wanted.items():
        cell = cells.get(name)
        if cell is None or cell.tube is None:
            refused.append((name, refusals.nothing_waits(name)))
            continue
        finding = keyed_runs.read(session, run, said)
        try:
            lab.enter_result(
                session, cell.tube, finding, by=by, now=now, lab=place, run=run, well=name,
                since=stood[cell.well], source=Source(plate=plate.id),
            )  # fmt: skip
        except DomainError as problem:  # raised before anything is written
            refused.append((name, problem))
        else:
            done[name] = said
    if run is not None:
        keyed_runs.keep(session, run, plate, cells, done)
    return Keyed(len(done), tuple(refused), run)
