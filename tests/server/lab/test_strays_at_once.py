"""A tube of nobody comes while the pairing beside it does: whoever is second sees the first.

Each looks at what is around its tube; neither sees what the other has not committed.  So both wait
for the turn of their lot, and a turn that each had alone with its own tube would not do.
"""

from datetime import datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy.orm import Session

from contract.tubes import TubeId
from server.db import Database
from server.lab.services import receive_tube
from server.lab.strays import look_beside, take_turns_beside
from server.sampling.holds import held_by_slip
from tests.server.outcomes.test_at_once import at_once

pytestmark = pytest.mark.engines


@pytest.fixture
def two(database: Database, make_scene: Any) -> list[TubeId]:
    """Two that follow each other: the first is at the laboratory, and nobody was given either."""
    with database.write() as session:
        scene = make_scene(session)
        tubes = [scene.tube(), scene.tube()]
        come(scene.now, tubes[0], session)
    return tubes


def come(now: datetime, tube: TubeId, session: Session) -> None:
    receive_tube(session, tube, box="H1", by="user:lan", now=now)


def pair(make_scene: Any, tube: TubeId, session: Session) -> None:
    """Do what an applier does with a pairing: take the turn, record it, look beside it."""
    take_turns_beside(session, [tube])
    scene = make_scene(session)
    scene.pair(tube, scene.person("Lê An"))
    look_beside(session, [tube], now=scene.now)


@pytest.mark.parametrize("pairing_first", [True, False])
def test_a_tube_of_nobody_and_the_pairing_beside_it_never_miss_each_other(
    database: Database, make_scene: Any, two: list[TubeId], now: datetime, *, pairing_first: bool
) -> None:
    paired, stray = two
    steps = [partial(pair, make_scene, paired), partial(come, now, stray)]
    first, second = steps if pairing_first else reversed(steps)
    assert at_once(database, first, second) == []
    with database.read() as session:
        assert held_by_slip(session, two) == {paired}
