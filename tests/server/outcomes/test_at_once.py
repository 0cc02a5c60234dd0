"""Two transactions at one moment, about one tube: neither may miss what the other does."""

from datetime import datetime
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest

from contract import events
from server.db import Database
from server.lab import recalls, refusals
from server.lab import services as lab
from server.lab.models import Result
from server.lab.words import Call
from server.outcomes import queries
from server.outcomes.gate import ResultHeld
from server.outcomes.services import release
from server.people.models import Person
from server.sampling import matters, services
from server.sampling.models import Lot
from server.sampling.queries import open_conflicts, pairings_of

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


def give(session: Any, tube: Any, person: UUID, station: str, now: datetime) -> None:
    event = events.TubePaired(
        id=uuid4(), station=station, epoch="0" * 16, seq=1, prev=events.NO_EVENT, at=now,
        trusted=True, boot="b", mono=1, tube=tube.text, person="", person_kind="citizen-card",
        tag="0" * 16, order="person-first", took_ms=900,
    )  # fmt: skip
    services.record_pairing(session, event, session.get_one(Person, person), place="p", now=now)


def give_both(
    database: Database, one: tuple[Any, UUID], two: tuple[Any, UUID], now: datetime
) -> None:
    """Two stations' pairings are recorded at one moment, neither seeing the other's rows."""

    def second() -> None:
        with database.write() as session:
            give(session, *two, "ban-2", now)

    other = Thread(target=second)
    with database.write() as session:
        give(session, *one, "ban-1", now)
        other.start()
        other.join(BARELY)
    other.join()


def test_one_person_with_two_tubes_at_one_moment_is_held(
    database: Database, make_scene: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        an, now, one = scene.person("Lê An").id, scene.now, scene.tube()
        other_lot = scene.tube(27)
        session.add(
            Lot(id="L-27", kind="sampling", series=27, first=1, last=1000, size=1000,
                place="vn-2021:24", created_at=now, created_by="user:quan")
        )  # fmt: skip
    give_both(database, (one, an), (other_lot, an), now)
    with database.read() as session:
        [matter] = matters.open_matters(session)
        assert (matter.held, {matter.tube, matter.other_tube}) == (True, {one, other_lot})


def test_one_tube_given_to_two_persons_at_one_moment_is_a_conflict(
    database: Database, make_scene: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        an, binh, now = scene.person("Lê An").id, scene.person("Vũ Bình").id, scene.now
        tube = scene.tube()
    give_both(database, (tube, an), (tube, binh), now)
    with database.read() as session:
        assert [each.tube for each in open_conflicts(session)] == [tube]


def test_of_two_releases_at_once_the_second_is_refused(
    database: Database, make_scene: Any, ready: tuple[Any, Any]
) -> None:
    tube, result = ready
    refused: list[Exception] = []

    def let_out() -> None:
        try:
            with database.write() as session:
                release(session, [result], by="user:hoa", now=make_scene(session).now)
        except refusals.StaleResult as error:
            refused.append(error)

    other = Thread(target=let_out)
    with database.write() as session:
        release(session, [result], by="user:minh", now=make_scene(session).now)
        other.start()
        other.join(BARELY)
    other.join()
    assert len(refused) == 1
    with database.read() as session:
        assert session.get_one(Result, result).released_by == "user:minh"
        assert [each.status for each in queries.versions_of(session, tube)] == ["positive"]


def test_what_was_read_before_a_colleague_verified_it_is_not_verified_again(
    database: Database, make_scene: Any, ready: tuple[Any, Any]
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        scene.serial = 50
        finding = lab.Finding(Call.NEGATIVE)
        entered = lab.enter_result(session, scene.tube(), finding, by="user:lan", now=scene.now)
        wanted = entered.id
    refused: list[Exception] = []

    def verify() -> None:
        try:
            with database.write() as session:
                held = session.get_one(Result, wanted)
                lab.verify_result(session, held.id, by="user:hoa", now=scene.now)
        except refusals.StaleResult as error:
            refused.append(error)

    other = Thread(target=verify)
    with database.write() as session:
        lab.verify_result(session, wanted, by="user:minh", now=scene.now)
        session.flush()
        other.start()
        other.join(BARELY)
    other.join()
    assert len(refused) == 1
    with database.read() as session:
        assert session.get_one(Result, wanted).verified_by == "user:minh"


def test_what_is_recalled_for_another_sample_during_a_release_does_not_leave(
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
        recalls.recall_result(
            session, result, recalls.Again.RESAMPLE, reason="đổ ống", by="user:hoa",
            now=make_scene(session).now,
        )  # fmt: skip
        session.flush()
        other.start()
        other.join(BARELY)
    other.join()
    assert [type(error) for error in refused] == [ResultHeld]
    with database.read() as session:
        assert session.get_one(Result, result).released_at is None
        assert [each.status for each in queries.versions_of(session, tube)] == ["resample"]
