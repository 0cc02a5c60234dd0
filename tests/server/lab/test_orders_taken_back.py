"""Nobody is left with an order that cannot be met once a tube's arrival is taken back."""

from datetime import timedelta
from typing import Any

import pytest

from server.lab import queries, recalls
from server.lab.results import Finding, enter_result, verify_result
from server.lab.services import receive_tube
from server.lab.words import Call
from server.outcomes.services import release
from tests.server.lab.test_arrivals import (
    LAN,
    MINH,
    THERE,
    XA,
    came,
    people,
    take_back,
    verified,
)

__all__ = ["people"]
HOUR = timedelta(hours=1)


@pytest.mark.engines
def test_a_rerun_ends_with_the_arrival_and_the_tube_is_tested_where_it_is(people: Any) -> None:
    session, tube = people.session, came(people)
    told = verified(people, tube)
    release(session, [told.id], by=MINH, now=people.now)
    people.now += HOUR
    recalls.recall_result(
        session, told.id, recalls.Again.RERUN, reason="nhầm ống", by=LAN, now=people.now
    )
    assert [each.result_id for each in queries.open_orders(session)] == [told.id]
    take_back(people, tube)
    assert queries.open_orders(session) == []
    people.now += HOUR
    receive_tube(session, tube, box="H9", by=XA, now=people.now)
    anew = enter_result(session, tube, Finding(Call.NEGATIVE), by=XA, now=people.now, lab=THERE)
    verify_result(session, anew.id, by="user:bac", now=people.now)
    release(session, [anew.id], by="user:bac", now=people.now)
    assert queries.open_orders(session) == []
