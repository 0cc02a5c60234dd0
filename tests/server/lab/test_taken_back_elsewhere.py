"""What is of another tube keeps nothing else back, and closes nothing of another laboratory."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.roles import Role
from server.accounts.within import Within
from server.db import Database
from server.lab import queries, runs
from server.lab.models import Result
from server.lab.move_models import ArrivalWithdrawal
from server.lab.services import receive_tube
from server.lab.standing import standings
from server.lab.words import Call
from server.outcomes import gate, gate_desk, vouching
from server.outcomes.merge import Problem
from server.outcomes.services import release
from server.rows import ordered_id
from tests.server.lab.test_arrivals import (
    HERE,
    LAN,
    THERE,
    XA,
    came,
    people,
    person,
    take_back,
    verified,
)

__all__ = ["people"]
HOUR = timedelta(hours=1)
BAC = "user:bac"
WIDE = "vn-2021:24"  # a laboratory of its own, whose place holds that of the one here


def found_early(scene: Any) -> tuple[Tube, Result]:
    """A tube of which the laboratory there gave a result before it noted that it came."""
    tube = came(scene)
    result = verified(scene, tube, by=XA)
    receive_tube(scene.session, tube, box="H2", by=XA, now=scene.now + HOUR, moved=True)
    return tube, result


def slipped_in(scene: Any, tube: Tube) -> None:
    """Take an arrival back as if it had not seen the result that was entered in that moment."""
    scene.session.add(
        ArrivalWithdrawal(
            id=ordered_id(scene.now), tube=tube, lab=THERE, box="H0", at=scene.now, received_by=XA,
            moved=True, over="", withdrawn_at=scene.now + HOUR / 2, withdrawn_by=XA, reason="nhầm",
        )
    )  # fmt: skip
    scene.session.flush()


@pytest.mark.engines
def test_one_of_another_tube_does_not_keep_the_rest_from_being_vouched_for(people: Any) -> None:
    session = people.session
    (wrong, slipped), (_, right) = found_early(people), found_early(people)
    tickets = {each.result.id: each.stamp for each in standings(session, [slipped, right])}
    slipped_in(people, wrong)
    said = {"reason": "ống nằm ở đây từ sáng", "by": BAC, "now": people.now + HOUR}
    vouched = vouching.vouch(session, tickets, **said)
    assert ([each.id for each in vouched.done], vouched.left) == ([right.id], [slipped])
    release(session, [right.id], by=BAC, now=people.now + HOUR)
    with pytest.raises(gate.ResultHeld, match="took back the arrival"):
        release(session, [slipped.id], by=BAC, now=people.now + HOUR)
    [held] = [each.held for each in gate_desk.candidates(session)]
    assert held is Problem.ARRIVAL_TAKEN_BACK


def test_no_page_offers_a_form_for_it_that_cannot_work(
    database: Database, make_scene: Any, sign_in: Any, clock: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        for login, place in (("lan", HERE), ("xa", THERE)):
            person(session, scene, login, place)
        (wrong, slipped), (tube, right) = found_early(scene), found_early(scene)
        slipped_in(scene, wrong)
        ids = [str(slipped.id), str(right.id)]
    clock.advance(hours=1)
    page = sign_in(Role.LAB_VERIFIER, "bac", place=THERE, sees="").get("/release").text
    assert [f'name="result" value="{each}' in page for each in ids] == [False, True]
    assert "đã rút lần nhận ống" in page
    officer = sign_in(Role.HEALTH_OFFICER)
    offered = ["/let-go" in officer.get(f"/tubes/{each}").text for each in (wrong, tube)]
    assert offered == [False, True]
    assert "Nơi đó thu hồi kết quả" in officer.get(f"/tubes/{wrong}").text


def test_the_page_says_which_was_left_out(
    database: Database, make_scene: Any, sign_in: Any, clock: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        for login, place in (("lan", HERE), ("xa", THERE)):
            person(session, scene, login, place)
        (wrong, slipped), (_, right) = found_early(scene), found_early(scene)
        tickets = [each.ticket for each in standings(session, [slipped, right])]
        slipped_in(scene, wrong)
    clock.advance(hours=1)
    lab = sign_in(Role.LAB_VERIFIER, "bac", place=THERE, sees="")
    said = {"result": tickets, "reason": "ống nằm ở đây từ sáng"}
    page = lab.post("/release/of-this-tube", data=said, follow_redirects=True).text
    assert "Đã ghi: 1 kết quả" in page
    assert f"ống {wrong.grouped}. Xem lại bên dưới" in page
    assert lab.post("/release/of-this-tube", data=said | {"result": tickets[:1]}).status_code == 409


@pytest.mark.engines
@pytest.mark.parametrize("noted", ["before", "after"])
def test_a_run_of_a_laboratory_that_has_the_tube_itself_waits_to_be_confirmed(
    people: Any, record: Any, session: Session, noted: str
) -> None:
    """Whatever a laboratory of a wider place took back, before that was noted here or after."""
    person(session, people, "rong", WIDE)
    tube = came(people, by="user:rong")
    run = record(people, {tube: ("", "", "25.1")}, lab=HERE)
    people.now += HOUR
    if noted == "before":
        receive_tube(session, tube, box="H2", by=LAN, now=people.now, moved=True)
    known = queries.reception_of(session, tube)
    assert known is not None
    take_back(people, tube, Within.of([WIDE]), by="user:rong", arrival=known.id)
    assert run.unconfirmed is (noted == "before")
    if noted == "after":
        receive_tube(session, tube, box="H2", by=LAN, now=people.now)
    assert run.unconfirmed
    done = runs.confirm_calls(
        session, run.id, {tube: runs.Confirmed(Call.NEGATIVE)}, by=LAN, now=people.now
    )
    assert len(done.entered) == 1
    assert not run.unconfirmed
