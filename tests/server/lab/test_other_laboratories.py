"""A result of a laboratory that the tube never came to leaves only when a person has looked."""

from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeId
from server.accounts.models import Station, User
from server.accounts.roles import Role
from server.db import Database
from server.lab import moves, recalls, refusals
from server.lab import queries as lab_queries
from server.lab.boxes import queries as boxes
from server.lab.boxes import services as box_services
from server.lab.lifecycle import State
from server.lab.models import Reception, Result
from server.lab.move_models import TubeMove
from server.lab.services import (
    Finding,
    correct_result,
    enter_result,
    receive_tube,
    reject_tube,
    verify_result,
)
from server.lab.standing import standings
from server.lab.words import Call, Rejection
from server.officers.story import story_of
from server.outcomes import gate, gate_desk
from server.outcomes.desk_models import DeskItem
from server.outcomes.facts import facts_of
from server.outcomes.plain import clear_tubes
from server.outcomes.queries import current_of
from server.outcomes.services import release

HERE, THERE = "vn-2021:24.222", "vn-2021:27.256"
LAN, MINH, XA = "user:lan", "user:minh", "user:xa"  # two of the laboratory here, one of another
HOLDS = gate.Problem.OTHER_LABORATORY


@pytest.fixture
def people(session: Session, scene: Any) -> Any:
    for login, place in (("lan", HERE), ("minh", HERE), ("xa", THERE)):
        session.add(User(login=login, name=login, role=Role.LAB_TECHNICIAN, password_hash="!",
                         place=place, sees="", active=True, created_at=scene.now))  # fmt: skip
    for name, place in (("nhan", f"{HERE}.07"), ("xa-nhan", f"{THERE}.01")):
        session.add(Station(id=name, label=name, place=place, duty="reception", state="created",
                            created_at=scene.now))  # fmt: skip
    session.flush()
    return scene


def received_there(scene: Any) -> Tube:
    tube: Tube = scene.tube()
    scene.pair(tube, scene.person())
    receive_tube(scene.session, tube, box="H1", by=XA, now=scene.now)
    return tube


def found(scene: Any, tube: Tube, call: Call = Call.POSITIVE, by: str = LAN) -> Result:
    lab = THERE if by == XA else HERE
    result = enter_result(scene.session, tube, Finding(call), by=by, now=scene.now, lab=lab)
    other = "user:bac" if by == XA else MINH
    return verify_result(scene.session, result.id, by=other, now=scene.now)


def held(scene: Any, result: Result) -> Any:
    (each,) = [x for x in gate_desk.candidates(scene.session) if x.result.id == result.id]
    return each.held


def detail(scene: Any, tube: Tube) -> str | None:
    scene.session.flush()
    found: str | None = scene.session.scalar(select(DeskItem.detail).where(DeskItem.tube == tube))
    return found


def test_it_is_held_at_the_gate_and_says_so_on_the_desk(people: Any) -> None:
    tube = received_there(people)
    result = found(people, tube)
    with pytest.raises(gate.ResultHeld, match="another laboratory"):
        release(people.session, [result.id], by=MINH, now=people.now)
    assert held(people, result) is HOLDS
    assert detail(people, tube) == "other-laboratory"
    (standing,) = standings(people.session, [result])
    assert "other-laboratory" in standing.doubts
    assert current_of(people.session, tube) == {}
    wrong = correct_result(people.session, result.id, Finding(Call.NEGATIVE), reason="x", by=LAN,
                           now=people.now)  # fmt: skip
    verify_result(people.session, wrong.id, by=MINH, now=people.now)
    assert held(people, wrong) is HOLDS, "an amendment of it, too"


def test_it_stands_in_nobodys_way_where_the_tube_is(people: Any) -> None:
    tube = received_there(people)
    theirs = found(people, tube)
    own = found(people, tube, Call.NEGATIVE, by=XA)
    assert (held(people, theirs), held(people, own)) == (HOLDS, None)
    assert detail(people, tube) == "verified"
    release(people.session, [own.id], by=MINH, now=people.now)
    (current,) = current_of(people.session, tube).values()
    assert current.status == "negative"


def test_a_laboratory_rejects_its_tube_all_the_same(people: Any) -> None:
    tube = received_there(people)
    found(people, tube)
    reject_tube(people.session, tube, Rejection.LEAKING, by=XA, now=people.now)
    assert [each.status for each in current_of(people.session, tube).values()] == ["resample"]


@pytest.mark.parametrize("again", recalls.Again)
def test_taking_it_back_does_nothing_to_the_tube(people: Any, again: recalls.Again) -> None:
    session, tube = people.session, received_there(people)
    result = found(people, tube)
    said = {"reason": "nhầm ống", "by": LAN, "now": people.now}
    recalls.recall_result(session, result.id, again, **said)
    assert current_of(session, tube) == {}
    assert lab_queries.open_orders(session) == []
    own = found(people, tube, Call.NEGATIVE, by=XA)
    release(session, [own.id], by=MINH, now=people.now)
    assert [each.status for each in current_of(session, tube).values()] == ["negative"]
    receive_tube(session, tube, box="H9", by=LAN, now=people.now, moved=True)
    assert found(people, tube, Call.NEGATIVE).corrects == result.id, "and now it has the tube"


def test_the_order_does_not_matter(people: Any) -> None:
    tube = people.tube()
    people.pair(tube, people.person())
    result = found(people, tube)
    receive_tube(people.session, tube, box="H1", by=XA, now=people.now)
    assert held(people, result) is HOLDS


@pytest.mark.parametrize("by", [LAN, "station:nhan"])
def test_what_its_laboratory_finds_once_it_noted_that_the_tube_came_goes(
    people: Any, by: str
) -> None:
    session, tube = people.session, received_there(people)
    if by == LAN:
        with pytest.raises(refusals.AlreadyReceived):
            receive_tube(session, tube, box="H9", by=by, now=people.now)
    for _ in "12":
        receive_tube(session, tube, box="H9", by=by, now=people.now, moved=True)
    assert [each.by for each in moves.moves_of(session, tube)] == [by]
    result = found(people, tube)
    assert (held(people, result), detail(people, tube)) == (None, "verified")
    release(session, [result.id], by=MINH, now=people.now)
    (current,) = current_of(session, tube).values()
    assert (current.status, current.result_id) == ("positive", result.id)
    known = lab_queries.reception_of(session, tube)
    assert known is not None
    assert (known.lab, known.box) == (THERE, "H1"), "who received it first stays that"
    assert any("Chuyển đến" in fact.vi for fact in story_of(session, tube))


@pytest.mark.engines
def test_a_person_lets_it_go_with_a_reason(people: Any) -> None:
    session, tube = people.session, received_there(people)
    result = found(people, tube)
    said = {"reason": "đã hỏi cả hai nơi", "now": people.now}
    with pytest.raises(refusals.OwnWork):
        moves.let_go(session, result.id, by=LAN, **said)
    moves.let_go(session, result.id, by="user:hoa", **said)
    assert held(people, result) is None
    with pytest.raises(refusals.StaleScreen):
        moves.let_go(session, result.id, by="user:hoa", **said)
    release(session, [result.id], by=MINH, now=people.now)
    assert lab_queries.state(session, result) is State.RELEASED


def test_a_tube_goes_on_in_a_box_to_another_laboratory(people: Any) -> None:
    session, tube = people.session, people.tube()
    people.pair(tube, people.person())
    box_services.put_in(session, "H1", tube, by="user:doi", now=people.now)
    receive_tube(session, tube, box="H1", by=XA, now=people.now)
    box_services.put_in(session, "H2", tube, by=XA, now=people.now)
    box_services.pack(session, "H2", team="x", count=1, by=XA, now=people.now)
    receive_tube(session, tube, box="H2", by=LAN, now=people.now, moved=True)
    box_services.count(session, "H2", counted=1, by=LAN, now=people.now)
    custody = boxes.custody_of(session, "H2")
    assert not custody.differences
    assert boxes.arrival_of(session, "H2", custody).missing == ()
    assert boxes.boxes_with(session, tube) == ["H1", "H2"]


LABS = ("", HERE, f"{HERE}.07")


@pytest.mark.engines
def test_both_ways_of_the_gate_say_the_same_of_every_two_laboratories(people: Any) -> None:
    """A row without a laboratory, or of a station in the laboratory's place, is as before."""
    session, free = people.session, {}
    for got, gave, by, came in product(LABS, LABS, (LAN, "station:nhan"), (None, HERE)):
        tube: TubeId = people.tube()
        people.pair(tube, people.person())
        session.add_all((
            Reception(id=uuid4(), tube=tube, accepted=True, reason="", box="", lab=got,
                      at=people.now, by=by),
            Result(id=uuid4(), tube=tube, lab=gave, kind="first", call="negative", suggested="",
                   readings=(), method="", well="", note="", entered_by=LAN,
                   entered_at=people.now, verified_by=MINH, verified_at=people.now),
        ))  # fmt: skip
        if came:
            session.add(TubeMove(id=uuid4(), tube=tube, lab=came, box="", at=people.now, by=LAN))
        nested = by.startswith("station:") and {got, gave} == {HERE, f"{HERE}.07"}
        free[tube] = not got or not gave or got == gave or nested, came == gave
    session.flush()
    clear = clear_tubes(session, list(free))
    for tube, (same, came) in free.items():
        (result,) = lab_queries.results_of(session, tube)
        problem = gate.hold(facts_of(session, tube), result.id)
        assert problem is (None if same or came else HOLDS)
        assert (tube.text in clear) is same


def test_on_the_pages_it_goes_from_the_desk_to_the_officer(
    sign_in: Any, database: Database, make_scene: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        tube = scene.tube()
        scene.pair(tube, scene.person())
        for login, place in (("lan", HERE), ("xa", THERE)):
            session.add(User(login=login, name=login, role=Role.LAB_TECHNICIAN, password_hash="!",
                             place=place, sees="", active=True, created_at=scene.now))  # fmt: skip
        session.flush()
        receive_tube(session, tube, box="H1", by=XA, now=scene.now)
        result = found(scene, tube).id
    page = sign_in(Role.LAB_TECHNICIAN, "minh", place=HERE, sees="").get("/release").text
    assert "phòng xét nghiệm khác nơi đã nhận ống" in page
    officer = sign_in(Role.HEALTH_OFFICER)
    assert "Phòng xét nghiệm khác" in officer.get("/desks/result_without_release").text
    assert str(result) in officer.get(f"/tubes/{tube}").text
    form = {"result": str(result), "reason": "đã hỏi cả hai nơi"}
    assert officer.post(f"/tubes/{tube}/let-go", data=form).status_code == 302
    page = officer.get(f"/tubes/{tube}").text
    assert "đã hỏi cả hai nơi" in page
    assert f"{tube}/let-go" not in page
    with database.read() as session:
        assert gate.hold(facts_of(session, tube), result) is None
