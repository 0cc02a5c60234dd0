"""What is kept to be open, against a slow look through everything: the two must agree."""

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from server.lab import queries, wells
from server.lab.boxes import queries as boxes
from server.lab.boxes.models import BoxStep, OpenBox
from server.lab.models import OrderedTest, Reception, Result
from server.lab.run_models import Reading, Run


def faults(session: Session) -> list[str]:
    """Return what is open and not kept so, or the other way round; none is what we want."""
    kept = (
        ("tubes to test", Reception.tube, Reception.to_test.is_(True), _to_test()),
        ("runs to confirm", Run.plate, Run.unconfirmed.is_(True), _unconfirmed()),
        ("orders", OrderedTest.tube, OrderedTest.met_at.is_not(None), _met()),
    )
    found = []
    for what, column, said, slow in kept:
        which = session.scalars(select(column).where(said != slow)).all()
        found += [f"{what} kept wrong: {', '.join(map(str, which))}"] if which else []
    missed = _open_boxes(session) - set(session.scalars(select(OpenBox.box)))
    return found + ([f"open boxes forgotten: {', '.join(sorted(missed))}"] if missed else [])


def _to_test() -> ColumnElement[bool]:
    return and_(Reception.accepted.is_(True), ~queries.tested(Reception.tube))


def _unconfirmed() -> ColumnElement[bool]:
    return exists().where(Reading.run_id == Run.id, wells.without_result())


def _met() -> ColumnElement[bool]:
    given = exists().where(Result.corrects == OrderedTest.result_id)
    return and_(OrderedTest.cancelled_at.is_(None), given)


def _open_boxes(session: Session) -> set[str]:
    every = session.scalars(select(BoxStep.box).distinct()).all()
    return {box for box in every if boxes.is_unsettled(boxes.custody_of(session, box))}
