"""A sample that nobody can date gives no negative that holds, and hides nothing that is worse."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from server.declarations.channel import EmbeddedRecord
from server.declarations.notice import TARGET
from server.delivery.worker import run_once
from server.intake import journal_order
from server.intake.models import WireEvent
from server.lab import services as lab
from server.lab.words import Call
from server.outcomes import queries
from server.outcomes.services import release
from server.people.models import Person
from server.record import slips
from server.record.last_tests import LastTest, last_test
from server.record.slips import Worth
from server.sampling import journal
from server.sampling.models import Pairing

LAN, MINH = "user:lan", "user:minh"
OLD, DAY = datetime(1970, 1, 1, 0, 10, tzinfo=UTC), timedelta(days=1)
RULES = slips.Rules(key=1, hours=72, issuer="CDC Bắc Giang")


@pytest.fixture(autouse=True)
def journal_is_asked() -> Iterator[None]:
    """As in the server, whichever tests ran before this."""
    before = list(journal.askers)
    journal.askers[:] = [journal_order.ORDER]
    yield
    journal.askers[:] = before


def sample(
    tested: Any, series: int, call: Call, *, at: datetime, said: datetime | None = None
) -> UUID:
    """Sample the woman *at* a time and tell her record; *said*: by a clock that was not set."""
    with tested.database.write() as session:
        scene = tested.make_scene(session)
        scene.now, scene.serial = at, series
        pairing = scene.pair(scene.tube(), session.get_one(Person, tested.person))
        if said:
            pairing.paired_at, pairing.trusted = said, False
        lab.receive_tube(session, pairing.tube, box="H1", by=LAN, now=at)
        entered = lab.enter_result(session, pairing.tube, lab.Finding(call), by=LAN, now=at)
        lab.verify_result(session, entered.id, by=MINH, now=at)
        release(session, [entered.id], by=MINH, now=at)
    run_once(tested.database, {TARGET: EmbeddedRecord(tested.database, lambda: at)}, at)
    return pairing.id


def write_down(tested: Any, *pairings: UUID) -> None:
    """Let the station have written these *pairings* down in one journal, in that order."""
    with tested.database.write() as session:
        for seq, each in enumerate(pairings, 1):
            session.add(
                WireEvent(
                    event_id=each, station="ban-1", epoch="0" * 16, seq=seq, kind="tube-paired",
                    hash="", prev="", payload=b"", received_at=tested.now, state="applied",
                )
            )  # fmt: skip


def told(tested: Any, now: datetime) -> LastTest:
    with tested.database.read() as session:
        last = last_test(session, [tested.person], "vn-2021:24", 72, now)
    assert last is not None
    return last


def doubt(tested: Any) -> None:
    """Let her only sample be one by a clock that was not set, before anything is told anew."""
    with tested.database.write() as session:
        session.get_one(Pairing, tested.pairing).trusted = False


def test_a_negative_that_nobody_can_date_is_never_valid(tested: Any, now: datetime) -> None:
    doubt(tested)
    last = told(tested, now)
    assert (last.status, last.valid) == ("negative", False)
    assert last.expires_at <= now


@pytest.mark.parametrize("call", [Call.POSITIVE, Call.INVALID])
def test_what_is_worse_is_not_hidden_by_an_older_negative(
    tested: Any, now: datetime, call: Call
) -> None:
    day = now + DAY
    sample(tested, 40, call, at=day, said=OLD)
    last = told(tested, day)
    assert (last.status, last.valid) == (call.value, call is Call.POSITIVE)
    assert last.sampled_at == day  # at the latest


def test_a_positive_is_not_hidden_by_what_nobody_can_date(tested: Any, now: datetime) -> None:
    day = now + DAY
    sample(tested, 40, Call.POSITIVE, at=day)
    for series, call in ((50, Call.NEGATIVE), (60, Call.INVALID)):
        sample(tested, series, call, at=day + DAY, said=day + timedelta(hours=9))
    last = told(tested, day + DAY)
    assert (last.status, last.sampled_at, last.valid) == ("positive", day, True)


def test_a_dated_negative_holds_beside_one_that_is_not(tested: Any, now: datetime) -> None:
    sample(tested, 40, Call.NEGATIVE, at=now + DAY, said=now + DAY)
    last = told(tested, now + DAY)
    assert (last.status, last.sampled_at, last.valid) == ("negative", now, True)


def test_what_was_sampled_after_we_heard_of_an_undated_positive_is_the_last(
    tested: Any, now: datetime
) -> None:
    sample(tested, 40, Call.POSITIVE, at=now + DAY, said=OLD)
    sample(tested, 50, Call.NEGATIVE, at=now + 2 * DAY)
    last = told(tested, now + 2 * DAY)
    assert (last.status, last.sampled_at, last.valid) == ("negative", now + 2 * DAY, True)


def test_a_negative_of_before_whose_clock_ran_ahead_hides_no_positive(
    tested: Any, now: datetime
) -> None:
    positive = sample(tested, 40, Call.POSITIVE, at=now - timedelta(hours=1), said=OLD)
    write_down(tested, tested.pairing, positive)
    assert told(tested, now).status == "positive"


def test_an_undated_positive_of_before_hides_no_dated_negative_of_the_same_journal(
    tested: Any, now: datetime
) -> None:
    positive = sample(tested, 40, Call.POSITIVE, at=now + DAY, said=OLD)
    assert told(tested, now + DAY).status == "positive"
    write_down(tested, positive, tested.pairing)
    assert told(tested, now + DAY).status == "negative"


def test_where_journal_and_clocks_go_round_in_a_circle_the_worst_is_told(
    tested: Any, now: datetime
) -> None:
    sample(tested, 40, Call.NEGATIVE, at=now + DAY)
    positive = sample(tested, 50, Call.POSITIVE, at=now + 2 * DAY)
    write_down(tested, positive, tested.pairing)
    assert told(tested, now + 3 * DAY).status == "positive"


def test_a_time_still_to_come_is_no_time(tested: Any, now: datetime) -> None:
    """Station, server and laboratory went by one clock that ran a year ahead."""
    past = now - 365 * DAY
    assert told(tested, past).valid is False


def test_what_was_told_before_its_clock_was_set_right_is_not_relied_on(
    tested: Any, now: datetime
) -> None:
    with tested.database.write() as session:
        session.get_one(Pairing, tested.pairing).paired_at = now - 30 * DAY
    assert told(tested, now).valid is False


def test_there_is_no_slip_of_what_nobody_can_date(tested: Any, now: datetime) -> None:
    doubt(tested)
    with tested.database.write() as session:
        outcome = queries.current_of(session, tested.tube)[tested.person]
        with pytest.raises(slips.NoSlip, match="not known when"):
            slips.issue_slip(session, outcome.id, RULES, by="user:hoa", now=now)


def test_a_slip_of_a_time_that_is_doubted_since_holds_no_more(tested: Any, now: datetime) -> None:
    with tested.database.write() as session:
        outcome = queries.current_of(session, tested.tube)[tested.person]
        code = slips.issue_slip(session, outcome.id, RULES, by="user:hoa", now=now).code
        assert slips.check_code(session, code, RULES, now=now).worth is Worth.GENUINE
        session.get_one(Pairing, tested.pairing).trusted = False
        assert slips.check_code(session, code, RULES, now=now).worth is Worth.EXPIRED
