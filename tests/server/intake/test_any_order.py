"""In whatever permitted order a history arrives, and however often: the same outcomes.

Station events come through the real intake and its applier, everything else through the real
services.  What people's records say in the end is held, row by row, against a reference that knows
nothing of order, and nothing of the product.
"""

from itertools import count, product
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from server.db import Database
from server.outcomes import queries
from server.sampling import lots, slips
from server.sampling.decision_models import SlipGroup, SlipMember
from server.sampling.models import Pairing
from tests.server.intake import histories
from tests.server.intake.lookthrough import decide_something, look_through
from tests.server.intake.telling import Told

HISTORIES, ORDERS = 8, (1, 2)
INTERLEAVED = 2  # in this order people decide with half of it before them, rightly or wrongly
TELLINGS = count()  # each telling has tubes, people and stations of its own


@pytest.fixture
def large_lots(database: Database, now: Any) -> None:
    with database.write() as session:
        for series in (26, 90):
            lots.register_lot(
                session, series=series, count=2000, place="p", station=None, by="u", now=now
            )


def test_any_order_of_arrival_gives_the_same_outcomes(
    make_sender: Any, large_lots: None, database: Database, now: Any, clock: Any
) -> None:
    clock.at = now.replace(day=now.day + 2)
    for seed, order in product(range(HISTORIES), ORDERS):
        history = histories.make(Random(seed))
        number = next(TELLINGS)
        senders = [make_sender(f"b-{number}-{station}") for station in (0, 1)]
        told = Told(history, database, senders, number, now)
        told.in_order(Random(order), decide_something if order == INTERLEAVED else None)
        if order != INTERLEAVED:
            assert held_by_suspicion(told) >= histories.held(history), (seed, order)
        look_through(told)
        assert outcomes(told) == named(told, histories.expected(history)), (seed, order)


def named(told: Told, wanted: dict[histories.Key, histories.Said]) -> dict[Any, Any]:
    """Turn the reference's names into the ids of this telling."""
    return {
        (tube, person): (status, reason, told.pairings[n],
                         frozenset(told.results[f"{tube}:{name}"] for name in names))
        for (tube, person), (status, reason, n, names) in wanted.items()
    }  # fmt: skip


def held_by_suspicion(told: Told) -> set[int]:
    tubes = {told.tube(which): which for which in (0, 1)}
    suspected = SlipGroup.cause == slips.Cause.SUSPECTED, SlipGroup.decided_at.is_(None)
    members = select(SlipMember.tube).join(SlipGroup, SlipGroup.id == SlipMember.group_id)
    with told.database.read() as session:
        found = session.scalars(members.where(*suspected, SlipMember.tube.in_(tubes)))
        return {tubes[tube] for tube in found}


def outcomes(told: Told) -> dict[Any, Any]:
    """Return what records say; where two laboratories agree, either of their results may say it."""
    found: dict[Any, Any] = {}
    with told.database.read() as session:
        people = {
            pairing.person_id: told.history.pairs[n].person
            for n, each in told.pairings.items()
            if (pairing := session.get(Pairing, each)) is not None
        }
        for tube in (0, 1):
            for person, said in queries.current_of(session, told.tube(tube)).items():
                if said.status != "withdrawn":
                    agreeing = told.agreeing(tube, said.result_id)
                    found[tube, people[person]] = (
                        said.status, said.reason, said.pairing_id, agreeing
                    )  # fmt: skip
    return found
