"""A laboratory's whole day, small: boxes, plates, three machines, a run taken back, every desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks import labday, labday_check
from server.lab.models import Result
from server.lab.run_models import Run
from server.outcomes.desks import Desk, load_of
from server.sampling.models import TubeConflict

TUBES = 200  # three plates: a QuantStudio's, a CFX's, and one keyed by hand


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[labday.Day]:
    played = labday.played(Path(tmp_path_factory.mktemp("day")), TUBES)
    yield played
    played.database.engine.dispose()


def test_at_the_end_of_the_day_every_desk_is_empty_or_owned_and_nothing_unsafe_was_said(
    day: labday.Day,
) -> None:
    assert labday_check.faults(day.database) == []


def test_every_tube_of_the_day_is_accounted_for(day: labday.Day) -> None:
    with day.database.read() as session:
        out = select(func.count(Result.tube.distinct())).where(
            Result.released_at.is_not(None), Result.withdrawn_at.is_(None)
        )
        released = session.scalar(out)
        unpaired = load_of(session, Desk.RESULT_WITHOUT_PAIRING).count
        never_came = load_of(session, Desk.PAIRING_WITHOUT_RECEPTION).count
    assert (unpaired, never_came) == (len(day.strangers), len(day.missing))
    assert released == TUBES - len(day.rejected) - unpaired - never_came


def test_the_day_held_what_it_was_to_hold(day: labday.Day) -> None:
    with day.database.read() as session:
        every = session.scalars(select(Run)).all()
        sources = {run.source.split(":")[0] for run in every}
        [contaminated] = [run for run in every if run.withdrawn_at]
        reruns = select(func.count(Result.id)).where(Result.kind == "rerun")
        lost = select(func.count(Result.id)).where(Result.run_id == contaminated.id)
        assert session.scalar(reruns) == session.scalar(lost) == labday.PLATE
        assert session.scalar(select(func.count(Result.lab.distinct()))) == 2
        assert session.scalar(select(func.count(TubeConflict.id))) == 1
    assert sources == {"import", "keyed"}
    assert {run.controls for run in every} == {"passed"}
