"""What happened to a tube between the table and the machine: boxes, reception, plates, storage.

Reads only.  A hand-over is told from both sides, as each confirmed it.
"""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.lab import arrivals, box_corrections, moves
from server.lab import queries as lab
from server.lab.boxes import queries as boxes
from server.lab.boxes.custody import Kind, Step
from server.lab.boxes.words import STEPS
from server.lab.plates import queries as plates
from server.lab.storage import queries as storage
from server.lab.words import REJECTIONS, Rejection
from server.officers.tale import Fact, Tone, who
from server.place_names import name_of

STORAGE = {
    "stored": ("Cất ở", "Stored in"),
    "taken-out": ("Lấy ra khỏi", "Taken out of"),
    "discarded": ("Hủy, từ", "Discarded from"),
}


def bench_facts(session: Session, tube: Tube) -> Iterator[Fact]:
    """Yield every fact of the way and the bench about *tube*."""
    for box in boxes.boxes_with(session, tube):
        yield from _custody(session, box, tube)
    yield from _reception(session, tube)
    yield from _moves(session, tube)
    yield from _box_corrections(session, tube)
    yield from _withdrawals(session, tube)
    yield from _plates(session, tube)
    yield from _storage(session, tube)


def _custody(session: Session, box: str, tube: Tube) -> Iterator[Fact]:
    """Yield the steps of the box that concern this tube: its own, and those of the whole box."""
    for row in boxes.steps_of(session, box):
        step = row.step
        if step.kind is Kind.UNREADABLE or (step.tube is not None and step.tube != tube):
            continue
        yield _step(box, step)


def _step(box: str, step: Step) -> Fact:
    what = STEPS[step.kind]
    count = (f": {step.count} ống", f": {step.count} tubes") if step.count is not None else ("", "")
    team = f" · {step.team}" if step.team else ""
    vi, en = f"{what[0]} {box}{count[0]}{team}", f"{what[1]} {box}{count[1]}{team}"
    return Fact(step.at, f"box-{step.kind.value}", vi, en, who(step.by), step.reason, Tone.ASIDE)


def _reception(session: Session, tube: Tube) -> Iterator[Fact]:
    for step in lab.reception_steps_of(session, tube):
        by = who(step.by)
        if step.kind == "received":
            vi, en = f"Phòng xét nghiệm nhận, hộp {step.box}", f"Received in box {step.box}"
            yield Fact(step.at, "received", vi, en, by)
        elif step.kind == "rejected":
            why = REJECTIONS[Rejection(step.reason)]
            vi, en = f"Loại mẫu: {why[0].lower()}", f"Rejected: {why[1].lower()}"
            yield Fact(step.at, "rejected", vi, en, by, tone=Tone.PROBLEM)
        else:
            vi, en = "Bỏ lần loại: ống được xét nghiệm", "The rejection is taken back"
            yield Fact(step.at, "received", vi, en, by, step.note or "")


def _moves(session: Session, tube: Tube) -> Iterator[Fact]:
    for each in moves.moves_of(session, tube):
        where = name_of(each.lab)
        vi = f"Chuyển đến phòng xét nghiệm khác ({where}), hộp {each.box}"
        en = f"Came to another laboratory ({where}), box {each.box}"
        yield Fact(each.at, "received", vi, en, who(each.by))


def _box_corrections(session: Session, tube: Tube) -> Iterator[Fact]:
    for each in box_corrections.corrections_of(session, tube):
        where = f" ({name_of(each.lab)})" if each.lab else ""
        vi = f"Sửa hộp đã ghi lúc nhận{where}: {each.before or '—'} → {each.box}"
        en = f"The box noted on arrival{where} is set right: {each.before or '—'} → {each.box}"
        yield Fact(each.at, "box-corrected", vi, en, who(each.by), tone=Tone.ASIDE)


def _withdrawals(session: Session, tube: Tube) -> Iterator[Fact]:
    for each in arrivals.withdrawals_of(session, tube):
        where = f"{name_of(each.lab)}, " if each.lab else ""
        if each.moved:
            vi = f"Chuyển đến phòng xét nghiệm khác ({where}hộp {each.box}); đã rút"
            en = f"Came to another laboratory ({where}box {each.box}); taken back"
            yield Fact(each.at, "received", vi, en, who(each.received_by), tone=Tone.ASIDE)
        vi = f"Rút lần nhận ({where}hộp {each.box}): ghi nhầm"
        en = f"The arrival ({where}box {each.box}) is taken back: noted by mistake"
        yield Fact(each.withdrawn_at, "arrival-withdrawn", vi, en, who(each.withdrawn_by),
                   each.reason, Tone.PROBLEM)  # fmt: skip


def _plates(session: Session, tube: Tube) -> Iterator[Fact]:
    for plate, well in plates.plates_of(session, tube):
        name = plates.shape_of(plate).name(well.well)
        vi, en = f"Đĩa {plate.id}, giếng {name}", f"Plate {plate.id}, well {name}"
        yield Fact(well.at, "on-plate", vi, en, who(well.by), tone=Tone.ASIDE)


def _storage(session: Session, tube: Tube) -> Iterator[Fact]:
    for step in storage.steps_of(session, tube):
        what, where = STORAGE[step.kind], f"{step.freezer} · {step.rack} · {step.position}"
        vi, en = f"{what[0]} {where}", f"{what[1]} {where}"
        yield Fact(step.at, "in-storage", vi, en, who(step.by), tone=Tone.ASIDE)
