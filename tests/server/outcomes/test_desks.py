"""Everything that does not match stands on one desk, and leaves it by itself."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from contract.tubes import ForeignTube, TubeId
from server.accounts.roles import Role
from server.db import Database
from server.delivery import services
from server.delivery.channels import Message
from server.exchange.upstream import FIGURES
from server.lab.services import Finding, enter_result, receive_tube, verify_result
from server.lab.words import Call
from server.outcomes.desk_loads import loads
from server.outcomes.desks import Desk, load_of, tube_of, waiting_on
from server.outcomes.services import release
from server.outcomes.words import DESKS

LAN, MINH = "user:lan", "user:minh"


def busy(session: Session) -> dict[Desk, int]:
    return {desk: load.count for desk, load in loads(session).items() if load.count}


def enter(scene: Any, tube: Any) -> Any:
    return enter_result(scene.session, tube, Finding(Call.NEGATIVE), by=LAN, now=scene.now)


def receive(scene: Any, tube: Any) -> None:
    receive_tube(scene.session, tube, box="H1", by=LAN, now=scene.now)


def test_a_tube_goes_from_desk_to_desk_and_leaves(scene: Any, now: datetime) -> None:
    tube, session = scene.tube(), scene.session
    scene.pair(tube, scene.person())
    assert busy(session) == {Desk.PAIRING_WITHOUT_RECEPTION: 1}
    receive(scene, tube)
    assert busy(session) == {Desk.RECEPTION_WITHOUT_RESULT: 1}
    result = enter(scene, tube)
    assert busy(session) == {Desk.RESULT_WITHOUT_RELEASE: 1}
    verify_result(session, result.id, by=MINH, now=now)
    release(session, [result.id], by=MINH, now=now)
    assert busy(session) == {Desk.OUTCOME_WITHOUT_DELIVERY: 1}
    [waiting] = waiting_on(session, Desk.OUTCOME_WITHOUT_DELIVERY)
    assert waiting.tube == tube


@pytest.mark.engines
def test_figures_that_wait_for_the_nation_are_no_outcome_without_delivery(
    database: Database, sign_in: Any, now: datetime
) -> None:
    subject = f"{FIGURES}2026-11-23"
    said = Message("nation", f"{subject}/v1", subject, 1, "{}")
    with database.write() as session:
        services.enqueue_all(session, [said], now=now)
        assert waiting_on(session, Desk.OUTCOME_WITHOUT_DELIVERY) == []
    officer = sign_in(Role.HEALTH_OFFICER)
    assert officer.get(f"/desks/{Desk.OUTCOME_WITHOUT_DELIVERY}").status_code == 200


def test_a_result_for_nobodys_tube_stands_with_its_age(scene: Any, now: datetime) -> None:
    tube, session = scene.tube(), scene.session
    receive(scene, tube)
    assert busy(session) == {Desk.RECEPTION_WITHOUT_PAIRING: 1}
    enter(scene, tube)
    assert busy(session) == {Desk.RESULT_WITHOUT_PAIRING: 1}
    load = load_of(session, Desk.RESULT_WITHOUT_PAIRING)
    assert (load.count, load.oldest) == (1, now)
    scene.pair(tube, scene.person())
    assert busy(session) == {Desk.RESULT_WITHOUT_RELEASE: 1}


def test_a_voided_pairing_waits_for_no_tube(scene: Any) -> None:
    tube = scene.tube()
    scene.void(scene.pair(tube, scene.person()))
    assert busy(scene.session) == {}


def test_a_pool_waits_as_one_tube(scene: Any) -> None:
    tube = scene.tube(90)
    for number in range(5):
        scene.pair(tube, scene.person(f"Người {number}"))
    assert busy(scene.session) == {Desk.PAIRING_WITHOUT_RECEPTION: 1}


def test_a_conflict_holds_the_tube_on_its_own_desk(scene: Any) -> None:
    tube = scene.tube()
    for name in ("An", "Bình"):
        scene.pair(tube, scene.person(name))
    receive(scene, tube)
    enter(scene, tube)
    assert busy(scene.session) == {Desk.CONFLICTS_OPEN: 1}


def test_the_oldest_comes_first(scene: Any, now: datetime) -> None:
    tubes = [scene.tube() for _ in range(3)]
    for age, tube in enumerate(tubes):
        scene.now = now - timedelta(hours=age)
        receive(scene, tube)
    found = waiting_on(scene.session, Desk.RECEPTION_WITHOUT_PAIRING)
    assert [each.tube for each in found] == tubes[::-1]


def test_a_delivery_key_gives_its_tube_back() -> None:
    maker = ForeignTube("ABC/12-3")
    assert tube_of(f"{maker}/0b7c/v12") == maker
    assert tube_of(f"{TubeId.mint(26, 1)}/0b7c/v1") == TubeId.mint(26, 1)


def test_every_desk_has_words() -> None:
    assert set(DESKS) == set(Desk)
