"""What was found in another tube never leaves for the one that comes after it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.roles import Role
from server.db import Database
from server.lab import moves, queries, recalls, refusals, runs
from server.lab.plates import keying
from server.lab.plates import services as plates
from server.lab.plates.geometry import Fill
from server.lab.results import Finding, correct_result, enter_result, verify_result
from server.lab.services import receive_tube
from server.lab.standing import standings
from server.lab.taken_back import of_arrival
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
    verified,
)
from tests.server.outcomes.test_at_once import at_once

__all__ = ["people"]
HOUR = timedelta(hours=1)
TICKET = re.compile(r'name="result" value="([^"]+)"')
BAC = "user:bac"


def received(scene: Any, tube: Tube, by: str = LAN) -> None:
    scene.now += HOUR
    receive_tube(scene.session, tube, box="H2", by=by, now=scene.now, moved=True)


@pytest.mark.engines
def test_what_waited_goes_with_the_arrival_and_the_tube_that_comes_is_tested(people: Any) -> None:
    session, tube = people.session, came(people)
    wrong = verified(people, tube)
    mended = correct_result(session, wrong.id, Finding(Call.INVALID), reason="x", by=LAN,
                            now=people.now)  # fmt: skip
    assert take_back(people, tube).results == 2
    assert queries.open_orders(session) == [], "nobody could meet one, were the tube elsewhere"
    received(people, tube)
    reception = queries.reception_of(session, tube)
    assert reception is not None
    session.refresh(reception)
    assert reception.to_test
    at = people.now + HOUR
    anew = enter_result(session, tube, Finding(Call.NEGATIVE), by=LAN, now=at, lab=HERE)
    assert (anew.kind, anew.corrects) == ("rerun", mended.id)
    assert "arrival-taken-back" in standings(session, [anew])[0].doubts
    verify_result(session, anew.id, by=MINH, now=people.now + HOUR)
    assert clear_tubes(session, [tube]) == set()
    release(session, [anew.id], by=MINH, now=people.now + HOUR)
    assert [each.status for each in current_of(session, tube).values()] == ["negative"]


@pytest.mark.engines
@pytest.mark.parametrize("came_since", ["", "yes"])
def test_a_run_from_before_is_not_confirmed_for_it(
    people: Any, record: Any, came_since: str
) -> None:
    session, tube = people.session, came(people)
    run = record(people, {tube: ("24.10", "25.3", "26")}, lab=HERE)
    people.now += HOUR
    take_back(people, tube)
    if came_since:
        received(people, tube)
    assert not run.unconfirmed, "and nobody is asked for it"
    said = {tube: runs.Confirmed(Call.POSITIVE)}
    done = runs.confirm_calls(session, run.id, said, by=LAN, now=people.now)
    assert [each.code for each in done.refused.values()] == ["arrival-taken-back"]
    assert queries.results_of(session, tube) == []
    if came_since:  # another run of the tube that came is taken
        run = record(people, {tube: ("", "", "25.1")}, lab=HERE, plate="P2")
        said = {tube: runs.Confirmed(Call.NEGATIVE)}
        assert runs.confirm_calls(session, run.id, said, by=LAN, now=people.now).entered


@pytest.mark.engines
def test_a_plate_from_before_is_not_keyed_for_it(people: Any) -> None:
    """Also where its well was moved, and the plate locked, when the right tube was there."""
    session, tube = people.session, came(people)
    plate = plates.new_plate(session, "96-none", Fill.ROWS, title="", by=LAN, now=people.now)
    plates.place_tube(session, plate.id, tube, by=LAN, now=people.now)
    people.now += HOUR
    take_back(people, tube)
    received(people, tube)
    plates.move(session, plate.id, "A1", "B1", by=LAN, now=people.now)
    plates.lock(session, plate.id, by=LAN, now=people.now)
    said = {"B1": Finding(Call.POSITIVE)}
    done = keying.enter_calls(
        session, plate.id, said, others=None, by=LAN, now=people.now, place=HERE
    )
    assert [(well, each.code) for well, each in done.refused] == [("B1", "arrival-taken-back")]


def test_nothing_is_entered_until_the_tube_comes(people: Any) -> None:
    tube = came(people)
    take_back(people, tube)
    with pytest.raises(refusals.ArrivalTakenBack, match="scan it at the reception"):
        verified(people, tube)
    verified(people, tube, by=XA)  # another laboratory never said that it had the tube
    received(people, tube)
    assert verified(people, tube).kind == "confirmatory"


@pytest.mark.engines
def test_a_result_that_is_entered_in_that_moment_is_held(
    database: Database, make_scene: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        person(session, scene, "lan", HERE)
        tube = came(scene)
    later = scene.now + HOUR

    def enter(session: Session) -> None:
        enter_result(session, tube, Finding(Call.POSITIVE), by=LAN, now=scene.now, lab=HERE)

    def unreceive(session: Session) -> None:
        take_back(make_scene(session), tube, now=later)

    at_once(database, enter, unreceive)
    with database.write() as session:
        receive_tube(session, tube, box="H2", by=LAN, now=later)
        [result] = queries.results_of(session, tube)
        if result.withdrawn_at is None:
            verify_result(session, result.id, by=MINH, now=later)
            with pytest.raises(refusals.StaleScreen):
                moves.let_go(session, result.id, reason="x", by=BAC, now=later)
        with pytest.raises(gate.ResultHeld):
            release(session, [result.id], by=BAC, now=later)


@pytest.mark.engines
def test_what_a_laboratory_found_before_the_tube_came_waits_for_somebodys_word(people: Any) -> None:
    session, tube = people.session, came(people)
    result = verified(people, tube, by=XA)  # another tube's code, typed wrong
    received(people, tube, by=XA)
    with pytest.raises(gate.ResultHeld, match="found before"):
        release(session, [result.id], by=BAC, now=people.now)
    [held] = [x.held for x in gate_desk.candidates(session) if x.result.id == result.id]
    assert held is Problem.FOUND_BEFORE
    mended = correct_result(session, result.id, Finding(Call.NEGATIVE), reason="x", by=XA,
                            now=people.now)  # fmt: skip
    verify_result(session, mended.id, by=BAC, now=people.now)
    with pytest.raises(gate.ResultHeld, match="found before"):
        release(session, [mended.id], by=BAC, now=people.now)
    said = {"reason": "ống nằm ở đây từ sáng", "now": people.now}
    with pytest.raises(refusals.OwnWork):
        moves.say_it_is_of_it(session, mended.id, by=XA, **said)
    moves.say_it_is_of_it(session, mended.id, by=BAC, **said)
    release(session, [mended.id], by=BAC, now=people.now)
    assert [each.status for each in current_of(session, tube).values()] == ["negative"]


def test_where_it_was_another_tube_it_is_recalled_and_the_one_that_came_is_tested(
    people: Any,
) -> None:
    session, tube = people.session, came(people)
    result = verified(people, tube, by=XA)
    with pytest.raises(refusals.StaleScreen):  # nothing came there yet: that is an officer's to say
        moves.say_it_is_of_it(session, result.id, reason="x", by=BAC, now=people.now)
    received(people, tube, by=XA)
    recalls.recall_result(session, result.id, recalls.Again.RERUN, reason="nhầm ống", by=BAC,
                          now=people.now)  # fmt: skip
    assert [each.tube for each in queries.open_orders(session)] == [tube]
    anew = verified(people, tube, by=XA)
    release(session, [anew.id], by=BAC, now=people.now)


def test_of_several_laboratories_each_keeps_what_rests_on_its_own_arrival() -> None:
    inside = f"{HERE}.07"
    assert of_arrival(HERE, HERE, [THERE])
    assert of_arrival(inside, HERE, [])
    assert of_arrival(HERE, inside, [THERE])
    assert of_arrival("", HERE, [THERE])
    assert of_arrival(HERE, "", [])
    assert not of_arrival(inside, HERE, [inside])
    assert not of_arrival(THERE, HERE, [])
    assert not of_arrival(THERE, "", [THERE])


def test_the_first_laboratory_releases_it_with_a_look_at_each(
    database: Database, make_scene: Any, sign_in: Any, clock: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        tube = scene.tube()
        scene.pair(tube, scene.person())
        result = verified(scene, tube).id
        scene.now += HOUR
    clock.advance(hours=1)
    bench = sign_in(Role.LAB_TECHNICIAN, "lan", place=HERE, sees="")
    page = bench.post("/reception", data={"tube": tube.text, "box": "H1"}, follow_redirects=True)
    assert '<p class="flash look" role="status">Ống này đã có kết quả nhập ở đây trước' in page.text
    lab = sign_in(Role.LAB_VERIFIER, "minh", place=HERE, sees="")
    page = lab.get("/release").text
    assert "Có trước khi ghi nhận ống đến" in page
    assert "checked" not in page
    [ticket] = TICKET.findall(page)
    with database.read() as session:
        [standing] = standings(session, [queries.result(session, result)])
    assert "found-before" in standing.doubts
    assert lab.post("/release", data={"result": ticket}).status_code == 302


def test_on_the_page_somebody_vouches_for_what_the_second_laboratory_found_too_early(
    database: Database, make_scene: Any, sign_in: Any, clock: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        for login, place in (("lan", HERE), ("xa", THERE)):
            person(session, scene, login, place)
        tubes = [came(scene) for _ in range(2)]
        for tube in tubes:
            verified(scene, tube, by=XA)
            receive_tube(session, tube, box="H2", by=XA, now=clock.at + HOUR, moved=True)
    clock.advance(hours=1)
    lab = sign_in(Role.LAB_VERIFIER, "bac", place=THERE, sees="")
    tickets = TICKET.findall(page := lab.get("/release").text)
    assert (len(tickets), "checked" in page) == (2, False)
    assert lab.post("/release", data={"result": tickets}).status_code == 409
    said = {"result": tickets, "reason": "ống nằm ở đây từ sáng"}
    other = sign_in(Role.LAB_VERIFIER, "minh", place=HERE, sees="")
    assert other.post("/release/of-this-tube", data=said).status_code == 404
    assert lab.post("/release/of-this-tube", data=said | {"reason": ""}).status_code == 422
    assert lab.post("/release/of-this-tube", data=said).status_code == 302
    tickets = TICKET.findall(lab.get("/release").text)
    assert lab.post("/release", data={"result": tickets}).status_code == 302
    with database.read() as session:
        assert {len(current_of(session, tube)) for tube in tubes} == {1}
