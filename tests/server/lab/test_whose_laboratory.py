"""One rule, written twice: of a reception in hand, and for the database to ask of all of them."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select

from contract.tubes import TubeId
from server.lab.models import Reception
from server.lab.moves import is_other, labs_differ

PLACES = st.sampled_from(["", "a:2", "a:24", "a:24.22", "a:24.222", "a:24.222.07", "a:27.256"])


@pytest.mark.engines
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(received=PLACES, gave=PLACES, by=st.sampled_from(["user:lan", "station:nhan"]))
def test_a_reception_in_hand_and_the_database_say_the_same(
    session: Any, received: str, gave: str, by: str
) -> None:
    known = Reception(id=UUID(int=1), tube=TubeId.mint(26, 1), lab=received, by=by)
    asked = select(labs_differ(literal(received), literal(by), literal(gave)))
    assert is_other(known, gave, "user:huy") == session.scalar(asked)
