"""Where boxes are, what should be in them, what came.  Reads only; no names."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.lab.boxes.custody import Custody, Difference, Kind, State, read
from server.lab.boxes.models import BoxStep
from server.lab.models import Reception

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
    return read(each.step for each in steps_of(session, box))


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
    return sorted({box for box in (*scanned, *received) if box})


def arrival_of(session: Session, box: str, custody: Custody) -> Arrival:
    found = select(Reception).where(Reception.box == box).order_by(Reception.at, Reception.id)
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
    """Return the boxes not received yet or with an open difference, the oldest first.

    The counts that may differ are sought by the database; `custody` then says which do.
    """
    inside = _of(Kind.PUT_IN) - _of(Kind.TAKEN_OUT)
    doubtful = or_(
        _of(Kind.COUNTED) == 0,
        func.min(BoxStep.count) != func.max(BoxStep.count),
        _of(Kind.GIVEN) != _of(Kind.TAKEN),
        and_(inside > 0, inside != func.max(BoxStep.count)),
    )
    found = select(BoxStep.box).group_by(BoxStep.box).having(doubtful)
    boxes = _boxes(session, session.scalars(found).all())
    open_ones = [each for each in boxes if is_under_way(each) or each.custody.differences]
    return sorted(open_ones, key=lambda each: each.since)


def open_differences(session: Session) -> list[tuple[Box, list[Difference]]]:
    """Return what must be looked into, the oldest first."""
    found = [(box, box.custody.differences) for box in unsettled(session)]
    return [(box, differences) for box, differences in found if differences]


def _of(kind: Kind) -> ColumnElement[int]:
    return func.sum(case((BoxStep.kind == kind.value, 1), else_=0))


def is_under_way(box: Box) -> bool:
    return box.custody.state is not State.RECEIVED


def _boxes(session: Session, codes: Iterable[str]) -> list[Box]:
    order = list(codes)
    steps: dict[str, list[BoxStep]] = defaultdict(list)
    for start in range(0, len(order), 500):
        some = BoxStep.box.in_(order[start : start + 500])
        for step in session.scalars(select(BoxStep).where(some).order_by(BoxStep.number)):
            steps[step.box].append(step)
    return [
        Box(code, read(each.step for each in of), of[0].at, of[-1].at)
        for code in order
        if (of := steps.get(code))
    ]
