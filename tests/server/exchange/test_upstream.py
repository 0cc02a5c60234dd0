"""What goes up says the same of a version however often it is sent, and whatever was set right."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.upstream import OutcomeWire
from server.accounts.partners import KnownPartner
from server.exchange.gathering import told_of
from server.exchange.upstream import wire
from server.lab.words import Call
from server.outcomes.models import Outcome
from server.outcomes.settling import settle
from server.permissions import Scope
from server.sampling.models import Pairing
from server.upstream import services
from server.upstream.models import UpstreamOutcome
from tests.server.exchange.conftest import Day

BELOW = KnownPartner("bac-giang", frozenset({Scope.UPSTREAM}), "vn-2021:24")


def going_up(session: Session) -> list[OutcomeWire]:
    every = session.scalars(select(Outcome).order_by(Outcome.version))
    return [wire(told_of(session, each)) for each in every]


def test_a_version_that_is_sent_again_after_a_clock_was_set_right_says_the_same(day: Day) -> None:
    tube, [pairing] = day.pair("Nguyễn Văn An")
    day.release(tube, Call.NEGATIVE)
    with day.database.write() as session:
        [first] = going_up(session)
        assert services.take_outcome(session, BELOW, first, day.now)  # and the answer is lost
    with day.database.write() as session:
        session.get_one(Pairing, pairing.id).paired_at -= timedelta(days=1)
        day.make_scene(session)
        settle(session, tube, day.now)
    with day.database.write() as session:
        again, corrected = going_up(session)
        assert again == first
        assert not services.take_outcome(session, BELOW, again, day.now)
        assert services.take_outcome(session, BELOW, corrected, day.now)
        [row] = session.scalars(select(UpstreamOutcome))
        assert row.day == first.day - timedelta(days=1)
