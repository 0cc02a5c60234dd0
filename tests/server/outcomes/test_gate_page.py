"""The pages of verifying and of release stay short however much waits, and hide nothing ready."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server import waiting
from server.accounts.roles import Role
from server.accounts.within import ANYWHERE
from server.db import Database
from server.lab import queries
from server.lab import services as lab
from server.lab.results import Finding, enter_result, verify_result
from server.lab.standing import by_others
from server.lab.words import Call
from server.outcomes import gate_desk
from server.outcomes.services import release

LAN, MINH, HUY = "user:lan", "user:minh", "user:huy"


@pytest.fixture
def many(session: Session, scene: Any) -> dict[str, list[Tube]]:
    """Seven ready, of which two are Minh's; before them five that nobody was given."""
    found: dict[str, list[Tube]] = {"held": [], "ready": [], "minh": []}
    for kind, count, by in (("held", 5, LAN), ("ready", 5, LAN), ("minh", 2, MINH)):
        for _ in range(count):
            tube = scene.tube()
            found[kind].append(tube)
            if kind != "held":
                scene.pair(tube, scene.person())
            lab.receive_tube(session, tube, box="H1", by=by, now=scene.now)
            scene.now += timedelta(seconds=1)
            made = enter_result(session, tube, Finding(Call.NEGATIVE, ()), by=by, now=scene.now)
            verify_result(session, made.id, by=HUY, now=scene.now)
    session.flush()
    return found


def test_what_is_ready_stands_before_what_is_held_however_much_that_is(
    session: Session, scene: Any, many: dict[str, list[Tube]]
) -> None:
    page = gate_desk.gate_for(session, MINH, shown=3, looked=4)
    assert [each.result.tube for each in page.ready] == many["ready"][:3]
    assert [each.result.tube for each in page.held] == many["held"][:3]
    assert page.more == 2  # one that was looked at, one behind; her own are no work for her
    release(session, [each.result.id for each in page.ready], by=MINH, now=scene.now)
    page = gate_desk.gate_for(session, MINH, shown=3, looked=4)
    assert [each.result.tube for each in page.ready] == many["ready"][3:]
    assert [each.result.tube for each in page.mine] == many["minh"]
    assert page.more == 0


def test_the_home_page_counts_what_one_may_do(
    session: Session, many: dict[str, list[Tube]]
) -> None:
    assert waiting.to_release(session, MINH).count == 5
    assert waiting.to_release(session, LAN).count == 2
    assert waiting.to_release(session, HUY).count == 7
    assert waiting.to_verify(session, HUY).count == 0
    ready = {each.result.tube for each in gate_desk.candidates(session) if each.held is None}
    assert ready == {*many["ready"], *many["minh"]}


def test_so_many_results_are_read_and_no_more(
    session: Session, scene: Any, many: dict[str, list[Tube]]
) -> None:
    others = by_others(MINH)
    assert len(queries.to_release(session, most=4)) == 4
    for _ in range(2):
        tube = scene.tube()
        enter_result(session, tube, Finding(Call.POSITIVE, ()), by=LAN, now=scene.now)
    session.flush()
    assert queries.count_waiting(session, ANYWHERE, others, verified=False)[0] == 2
    assert len(queries.to_verify(session, ANYWHERE, others, most=1)) == 1


def test_the_pages_open(sign_in: Any, database: Database, make_scene: Any) -> None:
    with database.write() as session:
        scene = make_scene(session)
        tube = scene.tube()
        scene.pair(tube, scene.person())
        lab.receive_tube(session, tube, box="H1", by=LAN, now=scene.now)
        made = enter_result(session, tube, Finding(Call.NEGATIVE, ()), by=LAN, now=scene.now)
    technician = sign_in(Role.LAB_TECHNICIAN, "minh")
    assert tube.grouped in technician.get("/verify").text
    with database.write() as session:
        verify_result(session, made.id, by=HUY, now=scene.now)
    page = technician.get("/release").text
    assert tube.grouped in page
    assert "chờ lâu nhất" not in page
