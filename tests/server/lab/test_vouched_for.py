"""What was found before a tube came waits for somebody's word, whoever else takes what back."""

from typing import Any

import pytest

from server.accounts.roles import Role
from server.db import Database
from server.lab import moves, queries, recalls
from server.lab.services import Finding, enter_result, verify_result
from server.lab.standing import standings
from server.lab.words import Call
from server.outcomes import gate, gate_desk
from server.outcomes.merge import Problem
from server.outcomes.plain import clear_tubes
from server.outcomes.queries import current_of
from server.outcomes.services import release
from tests.server.lab.test_arrivals import (
    HERE,
    LAN,
    MINH,
    THERE,
    XA,
    came,
    people,
    person,
    take_back,
)
from tests.server.lab.test_arrivals import verified as entered
from tests.server.lab.test_taken_back import BAC, TICKET, received

__all__ = ["people"]
pytestmark = pytest.mark.engines
ORDERS = pytest.mark.parametrize("order", ["moved, taken back", "taken back, received"])


def found_early(scene: Any, order: str) -> tuple[Any, Any]:
    """Noted by mistake here; found there in another tube whose code was typed wrong."""
    tube = came(scene)
    result = entered(scene, tube, by=XA)
    if order == "moved, taken back":
        received(scene, tube, by=XA)
        take_back(scene, tube)
    else:
        take_back(scene, tube)
        received(scene, tube, by=XA)
    reception = queries.reception_of(scene.session, tube)
    assert reception is not None
    assert reception.lab == THERE
    return tube, result


@ORDERS
def test_what_the_laboratory_found_early_waits_though_the_other_was_never_there(
    people: Any, order: str
) -> None:
    session = people.session
    tube, result = found_early(people, order)
    with pytest.raises(gate.ResultHeld, match="found before"):
        release(session, [result.id], by=BAC, now=people.now)
    assert clear_tubes(session, [tube]) == set()
    [held] = [each.held for each in gate_desk.candidates(session)]
    assert held is Problem.FOUND_BEFORE
    assert "found-before" in standings(session, [result])[0].doubts
    assert moves.found_before(session, tube, THERE) == [result]
    assert current_of(session, tube) == {}
    said = {"reason": "ống nằm ở đây từ sáng", "now": people.now}
    moves.say_it_is_of_it(session, result.id, by=BAC, **said)
    release(session, [result.id], by=BAC, now=people.now)
    assert [each.status for each in current_of(session, tube).values()] == ["positive"]


@ORDERS
def test_where_it_was_another_tube_it_is_recalled_and_what_comes_is_free(
    people: Any, order: str
) -> None:
    session = people.session
    tube, result = found_early(people, order)
    recalls.recall_result(session, result.id, recalls.Again.RERUN, reason="nhầm ống", by=BAC,
                          now=people.now)  # fmt: skip
    assert moves.held_by_it(session, tube) == {}, "nobody is asked about what was recalled"
    anew = enter_result(session, tube, Finding(Call.NEGATIVE), by=XA, now=people.now, lab=THERE)
    verify_result(session, anew.id, by=BAC, now=people.now)
    release(session, [anew.id], by=BAC, now=people.now)
    assert [each.status for each in current_of(session, tube).values()] == ["negative"]


def test_what_is_found_in_a_tube_that_came_again_leaves_as_any(people: Any) -> None:
    session, tube = people.session, came(people)
    take_back(people, tube)
    received(people, tube, by=LAN)
    result = enter_result(session, tube, Finding(Call.NEGATIVE), by=LAN, now=people.now, lab=HERE)
    verify_result(session, result.id, by=MINH, now=people.now)
    release(session, [result.id], by=MINH, now=people.now)
    assert [each.status for each in current_of(session, tube).values()] == ["negative"]


@ORDERS
def test_on_the_page_a_colleague_of_that_laboratory_says_why_it_is_of_this_tube(
    database: Database, make_scene: Any, sign_in: Any, clock: Any, order: str
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        for login, place in (("lan", HERE), ("xa", THERE)):
            person(session, scene, login, place)
        tube, _ = found_early(scene, order)
    clock.advance(hours=1)
    page = (lab := sign_in(Role.LAB_VERIFIER, "bac", place=THERE, sees="")).get("/release").text
    assert "Các dòng đã chọn là của đúng ống" in page
    [ticket] = TICKET.findall(page)
    assert lab.post("/release", data={"result": ticket}).status_code == 409
    said = {"result": ticket, "reason": "ống nằm ở đây từ sáng"}
    assert lab.post("/release/of-this-tube", data=said).status_code == 302
    [ticket] = TICKET.findall(lab.get("/release").text)
    assert lab.post("/release", data={"result": ticket}).status_code == 302
    with database.read() as session:
        assert [each.status for each in current_of(session, tube).values()] == ["positive"]
