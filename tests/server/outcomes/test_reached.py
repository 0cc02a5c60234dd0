"""Desks of doubt begin with what has a result: it is out, may leave, or somebody waits for it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contract import events
from contract.tubes import Tube
from server.accounts.roles import Role
from server.accounts.within import ANYWHERE
from server.db import Database
from server.people.models import Disagreement
from server.sampling import changes, identity_desk, manual_pairs, services
from server.sampling.models import Pairing
from server.sampling.reach import Reach
from tests.server.outcomes.test_holds import Day
from tests.server.outcomes.test_perhaps_one import answer, ask, one_tube_each, two

pytestmark = [pytest.mark.engines, pytest.mark.usefixtures("app")]  # it says who knows of results


def typed(day: Day) -> Tube:
    scene = day.scene
    event = events.TubePaired(
        **day.head(), tube=scene.tube().text, person="", person_kind="typed-number",
        tag="0" * 16, order="person-first", took_ms=900, manual=True,
    )  # fmt: skip
    bearer = scene.person(f"Người {day.seq}")
    made = services.record_pairing(scene.session, event, bearer, place="p", now=scene.now)
    return made.tube


def doubt(day: Day, pairing: Pairing) -> None:
    day.scene.session.add(
        Disagreement(
            id=uuid4(), person_id=pairing.person_id, event_id=pairing.id, system="cccd",
            kind="citizen-card", said_name="Trần Bình", said_blind=f"b{day.seq}",
            opened_at=day.scene.now,
        )
    )  # fmt: skip
    day.scene.session.flush()


def test_of_typed_pairs_those_stand_first_whose_result_is_out_then_those_whose_result_may_leave(
    database: Database, make_scene: Any, sign_in: Any
) -> None:
    with database.write() as session:
        day = Day(make_scene(session))
        nothing, there, out = (typed(day) for _ in range(3))
        day.result(there)
        day.release(day.result(out))
        found = manual_pairs.waiting(session)
    stands = [(each.pairing.tube, each.reach) for each in found]
    assert stands == [(out, Reach.TOLD), (there, Reach.THERE), (nothing, None)]
    page = sign_in(Role.HEALTH_OFFICER).get("/manual").text
    said = [out.text, "kết quả đã ra", there.text, "có kết quả, có thể ra", nothing.text]
    assert all(each in page for each in said)
    marks = [page.index(each) for each in (said[1], said[3])]
    assert page.index(said[0]) < marks[1] < page.index(said[4])


def test_a_result_that_was_taken_back_is_not_out(database: Database, make_scene: Any) -> None:
    with database.write() as session:
        day = Day(make_scene(session))
        tube = typed(day)
        day.release(day.result(tube))
        (pair,) = manual_pairs.waiting(session)
        doubt(day, pair.pairing)
        changes.changed(session, tube, now=day.scene.now)
        (pair,) = manual_pairs.waiting(session)
    assert pair.reach is Reach.THERE


def test_of_identities_those_stand_first_that_hold_a_result(
    database: Database, make_scene: Any, sign_in: Any
) -> None:
    with database.write() as session:
        day = Day(make_scene(session))
        pairings = [day.pair(day.scene.tube()) for _ in range(2)]
        for each in pairings:
            doubt(day, each)
        day.result(pairings[1].tube)
        found = identity_desk.doubted(session, ANYWHERE)
        assert [(each.pairing, each.holds_result) for each in found] == [
            (pairings[1], True), (pairings[0], False),
        ]  # fmt: skip
    page = sign_in(Role.HEALTH_OFFICER).get("/identities").text
    assert page.count("đang giữ kết quả") == 1 + 1  # the lead says what stands first


def test_of_two_records_those_stand_first_whose_answer_a_result_waits_for_then_tubes(
    database: Database, make_scene: Any, sign_in: Any
) -> None:
    with database.write() as session:
        day = Day(make_scene(session))
        people = [two(day) for _ in range(4)]
        asked = []
        for both in people:
            day.scene.now += timedelta(minutes=1)
            asked.append(ask(day, *both))
        idle, tubes, waits, one = asked
        answer(day, ask(day, *people[3], kind="claim-ended"), same=True)
        one_tube_each(day, *people[1])
        day.result(one_tube_each(day, *people[2])[0].tube)
        day.result(one_tube_each(day, *people[3])[0].tube)
        found = identity_desk.perhaps_one(session, ANYWHERE)
        assert [(each.question.id, each.tubes, each.holds_result) for each in found] == [
            (waits, 2, True), (tubes, 2, False), (idle, 0, False), (one, 0, False),
        ]  # fmt: skip
    page = sign_in(Role.HEALTH_OFFICER).get("/identities").text
    assert page.count("đang giữ kết quả") == 1 + 1
    assert page.count("2 ống chờ") == 2
