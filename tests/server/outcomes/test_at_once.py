"""Two transactions at one moment, about one tube: neither may miss what the other does."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from contract import events
from server.db import Database
from server.errors import DomainError
from server.lab import queries as lab_queries
from server.lab import recalls, refusals
from server.lab import services as lab
from server.lab.models import Result
from server.lab.words import Call, Rejection
from server.outcomes import queries
from server.outcomes.gate import ResultHeld
from server.outcomes.services import release
from server.people import merges
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


def at_once(
    database: Database, first: Callable[[Session], object], second: Callable[[Session], object]
) -> list[type[DomainError]]:
    """Begin *second* in a thread while *first* is done but not committed.

    Return the error that *second* was refused with, if any.
    """
    refused: list[type[DomainError]] = []

    def other() -> None:
        try:
            with database.write() as session:
                second(session)
        except DomainError as error:
            refused.append(type(error))

    thread = Thread(target=other)
    with database.write() as session:
        first(session)
        session.flush()
        thread.start()
        thread.join(BARELY)
    thread.join()
    return refused


def statuses(database: Database, tube: Any) -> list[str]:
    with database.read() as session:
        return [each.status for each in queries.versions_of(session, tube)]


@pytest.fixture
def acts(make_scene: Any, ready: tuple[Any, Any]) -> "Acts":
    return Acts(make_scene, *ready)


class Acts:
    """What somebody may do with the tube that is ready."""

    def __init__(self, make_scene: Any, tube: Any, result: UUID) -> None:
        self.make_scene, self.tube, self.result = make_scene, tube, result

    def release(self, session: Session, by: str = "user:minh") -> None:
        release(session, [self.result], by=by, now=self.make_scene(session).now)

    def void(self, session: Session) -> None:
        [pairing] = pairings_of(session, self.tube)
        self.make_scene(session).void(pairing)

    def recall(self, session: Session) -> None:
        recalls.recall_result(
            session, self.result, recalls.Again.RESAMPLE, reason="đổ ống", by="user:hoa",
            now=self.make_scene(session).now,
        )  # fmt: skip


def test_a_void_during_a_release_takes_the_outcome_back(database: Database, acts: Acts) -> None:
    assert at_once(database, acts.release, acts.void) == []
    assert statuses(database, acts.tube) == ["positive", "withdrawn"]


def test_a_release_during_a_void_is_held(database: Database, acts: Acts) -> None:
    assert at_once(database, acts.void, acts.release) == [ResultHeld]
    assert statuses(database, acts.tube) == []


def test_of_two_releases_at_once_the_second_is_refused(database: Database, acts: Acts) -> None:
    def second(session: Session) -> None:
        acts.release(session, by="user:hoa")

    assert at_once(database, acts.release, second) == [refusals.StaleResult]
    with database.read() as session:
        assert session.get_one(Result, acts.result).released_by == "user:minh"
    assert statuses(database, acts.tube) == ["positive"]


def test_what_is_recalled_for_another_sample_during_a_release_does_not_leave(
    database: Database, acts: Acts
) -> None:
    assert at_once(database, acts.recall, acts.release) == [ResultHeld]
    with database.read() as session:
        assert session.get_one(Result, acts.result).released_at is None
    assert statuses(database, acts.tube) == ["resample"]


def test_what_was_read_before_a_colleague_verified_it_is_not_verified_again(
    database: Database, make_scene: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        finding = lab.Finding(Call.NEGATIVE)
        entered = lab.enter_result(session, scene.tube(), finding, by="user:lan", now=scene.now)
        wanted = entered.id

    def verify(session: Session, by: str) -> None:
        held = session.get_one(Result, wanted)  # as the page read it
        lab.verify_result(session, held.id, by=by, now=scene.now)

    refused = at_once(
        database, lambda session: verify(session, "user:minh"),
        lambda session: verify(session, "user:hoa"),
    )  # fmt: skip
    assert refused == [refusals.StaleResult]
    with database.read() as session:
        assert session.get_one(Result, wanted).verified_by == "user:minh"


def give(session: Session, tube: Any, person: UUID, station: str, now: datetime) -> None:
    event = events.TubePaired(
        id=uuid4(), station=station, epoch="0" * 16, seq=1, prev=events.NO_EVENT, at=now,
        trusted=True, boot="b", mono=1, tube=tube.text, person="", person_kind="citizen-card",
        tag="0" * 16, order="person-first", took_ms=900,
    )  # fmt: skip
    services.record_pairing(session, event, session.get_one(Person, person), place="p", now=now)


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
    refused = at_once(
        database, lambda session: give(session, one, an, "ban-1", now),
        lambda session: give(session, other_lot, an, "ban-2", now),
    )  # fmt: skip
    assert refused == []
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
    refused = at_once(
        database, lambda session: give(session, tube, an, "ban-1", now),
        lambda session: give(session, tube, binh, "ban-2", now),
    )  # fmt: skip
    assert refused == []
    with database.read() as session:
        assert [each.tube for each in open_conflicts(session)] == [tube]


def test_two_records_that_prove_one_persons_while_both_are_given_tubes_are_held(
    database: Database, make_scene: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        an, again, now = scene.person("Lê An").id, scene.person("Lê Thị An").id, scene.now
        one, other = scene.tube(), scene.tube()

    def both(session: Session) -> None:
        give(session, one, an, "ban-1", now)
        give(session, other, again, "ban-2", now)

    def join(session: Session) -> None:
        merges.merge(session, an, again, reason="x", evidence="page", by="user:hoa", now=now)

    assert at_once(database, both, join) == []
    with database.read() as session:
        [matter] = matters.open_matters(session)
        assert (matter.held, {matter.tube, matter.other_tube}) == (True, {one, other})


def test_a_tube_that_is_rejected_while_its_arrival_is_heard_of_stays_as_it_was_rejected(
    database: Database, make_scene: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        tube, now, by = scene.tube(), scene.now, "user:lan"
        scene.pair(tube, scene.person("Lê An"))
        lab.receive_tube(session, tube, box="H1", by=by, now=now)
    late, before = now + timedelta(hours=1), now - timedelta(hours=1)

    def reject(session: Session) -> None:
        lab.reject_tube(session, tube, Rejection.EMPTY, by=by, now=late)

    def hear(session: Session) -> None:
        lab.hear_of_arrival(session, tube, before, box="H1", by="station:ban-9", now=late)

    assert at_once(database, reject, hear) == []
    with database.read() as session:
        reception = lab_queries.reception_of(session, tube)
        assert reception is not None
        assert (reception.accepted, reception.at) == (False, late)
