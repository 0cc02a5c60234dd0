"""Roll-ups hear of what arrives, as they do in the server."""

from collections.abc import Iterator

import pytest

from server.delivery import arrivals
from server.figures.marks import mark_arrived


@pytest.fixture
def listening() -> Iterator[None]:
    known = list(arrivals.listeners)
    arrivals.listeners[:] = [mark_arrived]
    yield
    arrivals.listeners[:] = known
