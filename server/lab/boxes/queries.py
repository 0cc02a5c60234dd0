"""Where boxes are, what should be in them, what came.  Reads only; no names."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.lab.boxes.custody import Custody, Difference, Kind, State, read
from server.lab.boxes.models import BoxStep, OpenBox
from server.lab.models import Reception
from server.lab.move_models import TubeMove

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its custody, since its first step."""

    code: str
    custody: Custody
    since: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """A box as the laboratory finds it, against what was scanned into it."""

    accepted: tuple[Reception, ...]
    rejected: tuple[Reception, ...]
    missing: tuple[Tube, ...]  # scanned into the box, not yet received
    surplus: tuple[Tube, ...]  # received with the box, never scanned into it
    unreadable: int

    @property
    def total(self) -> int:
        return len(self.accepted) + len(self.rejected) + self.unreadable


def steps_of(session: Session, box: str) -> list[BoxStep]:
    found = select(BoxStep).where(BoxStep.box == box).order_by(BoxStep.number)
    return list(session.scalars(found))


def custody_of(session: Session, box: str) -> Custody:
    custody = read(each.step for each in steps_of(session, box))
    return replace(custody, received=frozenset(_received(session, [box])[box]))


def box_of(session: Session, tube: Tube) -> str | None:
    """Return the box that *tube* was scanned into last and not taken out of."""
    found = (
        select(BoxStep)
        .where(BoxStep.tube == tube)
        .order_by(BoxStep.at.desc(), BoxStep.number.desc())
    )
    newest: dict[str, BoxStep] = {}
    for step in session.scalars(found):
        newest.setdefault(step.box, step)
    held = [each for each in newest.values() if each.kind == Kind.PUT_IN]
    return held[0].box if held else None


def boxes_with(session: Session, tube: Tube) -> list[str]:
    """Return every box that *tube* was ever in, by scan or at its reception."""
    scanned = session.scalars(select(BoxStep.box).where(BoxStep.tube == tube))
    received = session.scalars(select(Reception.box).where(Reception.tube == tube))
    moved = session.scalars(select(TubeMove.box).where(TubeMove.tube == tube))
    return sorted({box for box in (*scanned, *received, *moved) if box})


def arrival_of(session: Session, box: str, custody: Custody) -> Arrival:
    moved = session.scalars(select(TubeMove.tube).where(TubeMove.box == box)).all()
    ways = [Reception.box == box, *([Reception.tube.in_(moved)] if moved else [])]
    found = select(Reception).where(or_(*ways)).order_by(Reception.at, Reception.id)
    came = list(session.scalars(found))
    here = {each.tube for each in came}
    listed = set(custody.tubes)
    return Arrival(
        accepted=tuple(each for each in came if each.accepted),
        rejected=tuple(each for each in came if not each.accepted),
        missing=tuple(tube for tube in custody.tubes if tube not in here),
        surplus=tuple(each.tube for each in came if each.tube not in listed) if listed else (),
        unreadable=len(custody.unreadable),
    )


def newest_boxes(session: Session, *, limit: int = SHOWN) -> list[Box]:
    """Return the boxes that something happened to last, newest first."""
    last = func.max(BoxStep.at)
    found = select(BoxStep.box).group_by(BoxStep.box).order_by(last.desc()).limit(limit)
    return _boxes(session, session.scalars(found).all())


def unsettled(session: Session) -> list[Box]:
    """Return the boxes not received yet or with an open difference, the oldest first."""
    open_ones = session.scalars(select(OpenBox.box).order_by(OpenBox.since, OpenBox.box)).all()
    found = [each for each in _boxes(session, open_ones) if is_unsettled(each.custody)]
    return sorted(found, key=lambda each: each.since)


def open_differences(session: Session) -> list[tuple[Box, list[Difference]]]:
    """Return what must be looked into, the oldest first."""
    found = [(box, box.custody.differences) for box in unsettled(session)]
    return [(box, differences) for box, differences in found if differences]


def is_unsettled(custody: Custody) -> bool:
    return custody.state is not State.RECEIVED or bool(custody.differences)


def _boxes(session: Session, codes: Iterable[str]) -> list[Box]:
    order = list(codes)
    steps: dict[str, list[BoxStep]] = defaultdict(list)
    for start in range(0, len(order), 500):
        some = BoxStep.box.in_(order[start : start + 500])
        for step in session.scalars(select(BoxStep).where(some).order_by(BoxStep.number)):
            steps[step.box].append(step)
    came = _received(session, order)
    return [_box(code, steps[code], came[code]) for code in order if code in steps]


def _box(code: str, steps: list[BoxStep], came: set[Tube]) -> Box:
    custody = replace(read(each.step for each in steps), received=frozenset(came))
    return Box(code, custody, steps[0].at, steps[-1].at)


def _received(session: Session, boxes: list[str]) -> dict[str, set[Tube]]:
    came: dict[str, set[Tube]] = defaultdict(set)
    for start in range(0, len(boxes), 500):
        some = boxes[start : start + 500]
        for of in (Reception, TubeMove):  # first received, or from another laboratory
            for box, tube in session.execute(select(of.box, of.tube).where(of.box.in_(some))):
                came[box].add(tube)
    return came
