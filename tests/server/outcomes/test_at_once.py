"""Two transactions at one moment, about one tube: neither may miss what the other does."""

from threading import Event, Thread
from typing import Any

import pytest

from server.db import Database
from server.lab import services as lab
from server.lab.words import Call
from server.outcomes import queries
from server.outcomes.gate import ResultHeld
from server.outcomes.services import release
from server.sampling.queries import pairings_of

pytestmark = pytest.mark.engines

BARELY = 0.3  # seconds: as long as the other needs to reach its turn


@pytest.fixture
def ready(database: Database, make_scene: Any) -> tuple[Any, Any]:
    """A tube that is paired, received and verified; return it with its result's id."""
    with database.write() as session:
        scene = make_scene(session)
        tube = scene.tube()
        scene.pair(tube, scene.person("Lê An"))
        lab.receive_tube(session, tube, box="H1", by="user:lan", now=scene.now)
        finding = lab.Finding(Call.POSITIVE)
        entered = lab.enter_result(session, tube, finding, by="user:lan", now=scene.now)
        lab.verify_result(session, entered.id, by="user:minh", now=scene.now)
        return tube, entered.id


def void(database: Database, make_scene: Any, tube: Any, before_commit: Event) -> None:
    with database.write() as session:
        [pairing] = pairings_of(session, tube)
        make_scene(session).void(pairing)
        before_commit.wait(BARELY)


def test_a_void_during_a_release_takes_the_outcome_back(
    database: Database, make_scene: Any, ready: tuple[Any, Any]
) -> None:
    tube, result = ready
    no_wait = Event()
    no_wait.set()
    other = Thread(target=void, args=(database, make_scene, tube, no_wait))
    with database.write() as session:
        scene = make_scene(session)
        release(session, [result], by="user:minh", now=scene.now)
        other.start()
        other.join(BARELY)
    other.join()
    with database.read() as session:
        statuses = [each.status for each in queries.versions_of(session, tube)]
    assert statuses == ["positive", "withdrawn"]


def test_a_release_during_a_void_is_held(
    database: Database, make_scene: Any, ready: tuple[Any, Any]
) -> None:
    tube, result = ready
    refused: list[Exception] = []

    def let_out() -> None:
        try:
            with database.write() as session:
                release(session, [result], by="user:minh", now=make_scene(session).now)
        except ResultHeld as error:
            refused.append(error)

    other = Thread(target=let_out)
    with database.write() as session:
        [pairing] = pairings_of(session, tube)
        make_scene(session).void(pairing)
        other.start()
        other.join(BARELY)
    other.join()
    assert [type(error) for error in refused] == [ResultHeld]
    with database.read() as session:
        assert queries.versions_of(session, tube) == []
