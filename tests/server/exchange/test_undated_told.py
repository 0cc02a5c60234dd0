"""No receiver is told a time of sampling that nobody relies on as if it were one."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server.exchange.bundle import parts
from server.exchange.codes import codes
from server.exchange.document import document
from server.exchange.drop import COLUMNS, line
from server.exchange.gathering import told_of
from server.exchange.instants import instant
from server.exchange.told import Told
from server.exchange.upstream import wire
from server.figures.days import day_of
from server.lab.words import Call
from server.outcomes.models import Outcome
from server.outcomes.settling import settle
from server.sampling.models import Pairing
from tests.server.exchange.conftest import Day

OLD, AHEAD = datetime(1970, 1, 1, tzinfo=UTC), datetime(2030, 5, 1, tzinfo=UTC)


def told(day: Day, said: datetime | None) -> Told:
    """Tell of a negative; *said*: sampled by a clock that was not set."""
    tube, [pairing] = day.pair("Nguyễn Văn An")
    with day.database.write() as session:
        row = session.get_one(Pairing, pairing.id)
        row.paired_at, row.trusted = said or row.paired_at, said is None
    day.release(tube, Call.NEGATIVE)
    with day.database.read() as session:
        return told_of(session, session.scalars(select(Outcome)).one())


def cell(each: Told) -> str:
    return line(document(each)).split(",")[COLUMNS.index("sampled_at")]


@pytest.mark.parametrize("said", [OLD, AHEAD])
def test_of_a_sample_that_nobody_can_date_is_told_by_when_it_was_taken(
    day: Day, said: datetime
) -> None:
    each = told(day, said)
    *_, specimen, finding, report = (part.resource for part in parts(each, codes("none")))
    until = {"end": instant(day.now)}
    assert specimen["collection"] == {"collectedPeriod": until}
    for one in (finding, report):
        assert one["effectivePeriod"] == until
        assert "effectiveDateTime" not in one
    sent = document(each)
    assert (sent.sampled_known, sent.sampled_at) == (False, min(said, day.now))
    assert cell(each) == ""
    assert wire(each).day == day_of(day.now)


def test_of_any_other_is_told_when(day: Day) -> None:
    each = told(day, None)
    *_, specimen, finding, report = (part.resource for part in parts(each, codes("none")))
    assert specimen["collection"] == {"collectedDateTime": instant(day.now)}
    assert {one["effectiveDateTime"] for one in (finding, report)} == {instant(day.now)}
    assert document(each).sampled_known
    assert cell(each) == str(day.now)


def test_what_was_told_before_its_clock_was_set_right_is_no_time_either(day: Day) -> None:
    tube, [pairing] = day.pair("Nguyễn Văn An")
    day.release(tube, Call.NEGATIVE)
    with day.database.write() as session:
        session.get_one(Pairing, pairing.id).paired_at -= timedelta(days=1)
        day.make_scene(session)
        settle(session, tube, day.now)
    with day.database.read() as session:
        every = session.scalars(select(Outcome).order_by(Outcome.version)).all()
        assert [document(told_of(session, each)).sampled_known for each in every] == [False, True]
