"""An arrival that was noted by mistake is taken back, and nothing leaves that rests on it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.models import User
from server.accounts.roles import Role
from server.accounts.within import ANYWHERE, Within
from server.audit.models import AuditEntry
from server.db import Database
from server.lab import arrivals, moves, queries, recalls, receptions, refusals
from server.lab.boxes import queries as boxes
from server.lab.models import Reception, Result
from server.lab.services import Finding, enter_result, receive_tube, reject_tube, verify_result
from server.lab.storage import services as storage
from server.lab.storage.services import Rack
from server.lab.words import Call, Rejection
from server.officers.story import story_of
from server.outcomes import gate
from server.outcomes.services import release
from tests.server.outcomes.test_at_once import at_once

HERE, THERE, DISTRICT = "vn-2021:24.222", "vn-2021:27.256", "vn-2021:24"
LAN, MINH, XA = "user:lan", "user:minh", "user:xa"  # two of the laboratory here, one of another
LAB, OTHER = Within.of([HERE]), Within.of([THERE])


def person(session: Session, scene: Any, login: str, place: str) -> None:
    session.add(User(login=login, name=login, role=Role.LAB_TECHNICIAN, password_hash="!",
                     place=place, sees="", active=True, created_at=scene.now))  # fmt: skip
    session.flush()


@pytest.fixture
def people(session: Session, scene: Any) -> Any:
    for login, place in (("lan", HERE), ("minh", HERE), ("xa", THERE)):
        person(session, scene, login, place)
    return scene


def came(scene: Any, by: str = LAN) -> Tube:
    tube: Tube = scene.tube()
    scene.pair(tube, scene.person())
    receive_tube(scene.session, tube, box="H1", by=by, now=scene.now)
    return tube


def verified(scene: Any, tube: Tube, by: str = LAN) -> Result:
    lab = THERE if by == XA else HERE
    result = enter_result(
        scene.session, tube, Finding(Call.POSITIVE), by=by, now=scene.now, lab=lab
    )
    other = "user:bac" if by == XA else MINH
    return verify_result(scene.session, result.id, by=other, now=scene.now)


def take_back(scene: Any, tube: Tube, within: Within = LAB, **more: Any) -> Any:
    said: dict[str, Any] = {"reason": "quét nhầm ống của bà Lê An", "by": LAN, "now": scene.now}
    return arrivals.withdraw(scene.session, tube, within, **said | more)


@pytest.mark.engines
@pytest.mark.parametrize("first", ["arrival", "result"])
def test_at_one_moment_either_the_arrival_stands_or_nothing_leaves(
    database: Database, make_scene: Any, first: str
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        tube = came(scene)
        result = verified(scene, tube).id

    def unreceive(session: Session) -> None:
        take_back(make_scene(session), tube, ANYWHERE)

    def let_out(session: Session) -> None:
        release(session, [result], by=MINH, now=scene.now)

    acts = (unreceive, let_out) if first == "arrival" else (let_out, unreceive)
    refused = gate.ResultHeld if first == "arrival" else refusals.ReleasedByIt
    assert at_once(database, *acts) == [refused]
    with database.read() as session:
        stands = queries.reception_of(session, tube) is not None
        left = queries.result(session, result).released_at is not None
    assert stands is left is (first == "result")


def in_box(scene: Any, box: str) -> Any:
    custody = boxes.custody_of(scene.session, box)
    return boxes.arrival_of(scene.session, box, custody).accepted


@pytest.mark.engines
def test_no_result_leaves_for_a_tube_whose_only_arrival_was_taken_back(people: Any) -> None:
    tube = came(people)
    result = verified(people, tube)
    take_back(people, tube)
    assert queries.reception_of(people.session, tube) is None
    assert result.withdrawal_reason == "quét nhầm ống của bà Lê An"
    for _ in range(2):
        with pytest.raises(gate.ResultHeld, match="did not receive"):
            release(people.session, [result.id], by=MINH, now=people.now)
    receive_tube(people.session, tube, box="H2", by=LAN, now=people.now)
    with pytest.raises(gate.ResultHeld, match="taken back"):
        release(people.session, [result.id], by=MINH, now=people.now)


@pytest.mark.engines
def test_a_result_that_was_told_is_recalled_first(people: Any) -> None:
    tube = came(people)
    result = verified(people, tube)
    release(people.session, [result.id], by=MINH, now=people.now)
    with pytest.raises(refusals.ReleasedByIt):
        take_back(people, tube)
    assert queries.reception_of(people.session, tube) is not None
    again = recalls.Again.RERUN
    recalls.recall_result(
        people.session, result.id, again, reason="nhầm ống", by=MINH, now=people.now
    )
    take_back(people, tube)
    assert queries.reception_of(people.session, tube) is None


def test_a_laboratory_takes_back_its_own_and_an_officer_those_of_their_area(people: Any) -> None:
    tube = came(people)
    for within in (OTHER, Within.of([THERE, f"{HERE}.07"]), Within()):
        with pytest.raises(refusals.NoArrival):
            take_back(people, tube, within)
        assert arrivals.arrivals_of(people.session, tube, within) == []
    assert take_back(people, tube, Within.of([DISTRICT]), by="user:officer").lab == HERE
    with pytest.raises(refusals.NoArrival):
        take_back(people, tube)


@pytest.mark.engines
def test_of_two_laboratories_each_takes_back_its_own(people: Any) -> None:
    tube = came(people)
    receive_tube(people.session, tube, box="H9", by=XA, now=people.now, moved=True)
    result = verified(people, tube, by=XA)
    with pytest.raises(refusals.SeveralArrivals):
        take_back(people, tube, ANYWHERE)
    assert take_back(people, tube, OTHER, by=XA).moved
    assert moves.moves_of(people.session, tube) == []
    receive_tube(people.session, tube, box="H9", by=XA, now=people.now, moved=True)
    with pytest.raises(gate.ResultHeld, match="taken back"):
        release(people.session, [result.id], by="user:bac", now=people.now)
    anew = verified(people, tube, by=XA)
    assert anew.corrects == result.id
    assert release(people.session, [anew.id], by="user:bac", now=people.now)


@pytest.mark.engines
def test_where_the_first_was_wrong_the_tube_was_received_where_it_came(people: Any) -> None:
    tube, later = came(people), people.now + timedelta(hours=1)
    receive_tube(people.session, tube, box="H9", by=XA, now=later, moved=True)
    people.now = later
    told = verified(people, tube, by=XA)
    release(people.session, [told.id], by="user:bac", now=later)
    take_back(people, tube, now=later)
    reception = queries.reception_of(people.session, tube)
    assert reception is not None
    assert (reception.lab, reception.box, reception.at) == (THERE, "H9", later)
    assert moves.moves_of(people.session, tube) == []
    with pytest.raises(refusals.ReleasedByIt):
        take_back(people, tube, OTHER, by=XA)
    wrong = verified(people, came(people))  # of the laboratory here, another tube
    assert wrong.id not in moves.elsewhere(people.session, [tube])


def test_a_rejection_and_the_freezer_come_first(people: Any) -> None:
    tube, kept = came(people), came(people)
    reject_tube(people.session, tube, Rejection.LEAKING, by=LAN, now=people.now)
    with pytest.raises(refusals.TubeRejected):
        take_back(people, tube)
    rack, until = Rack("Tủ 1", "G1"), people.now.date()
    storage.store(people.session, kept, rack, keep_until=until, by=LAN, now=people.now)
    with pytest.raises(refusals.TubeKept, match="Tủ 1 · G1 · A1"):
        take_back(people, kept)
    storage.take_out(people.session, kept, by=LAN, now=people.now)
    take_back(people, kept)


def test_what_was_noted_stays_in_the_story_with_who_and_why(people: Any) -> None:
    tube = came(people)
    take_back(people, tube)
    said = [(fact.state, fact.en) for fact in story_of(people.session, tube)]
    assert ("received", "Received in box H1") in said
    assert [kind for kind, _ in said].count("arrival-withdrawn") == 1
    [kept] = arrivals.withdrawals_of(people.session, tube)
    assert (kept.lab, kept.box, kept.received_by, kept.withdrawn_by) == (HERE, "H1", LAN, LAN)
    assert kept.reason == "quét nhầm ống của bà Lê An"
    mine = AuditEntry.action == "tube.arrival-withdrawn"
    [entry] = people.session.scalars(select(AuditEntry).where(mine))
    assert (entry.subject, entry.detail) == (tube.text, "H1"), "not what people write"


def test_an_arrival_that_was_taken_back_counts_in_nothing_later(people: Any) -> None:
    """Neither as the time since which the tube is here, nor in its box, nor on a desk."""
    tube, hour = came(people), timedelta(hours=1)
    assert in_box(people, "H1")
    take_back(people, tube)
    assert not in_box(people, "H1")
    waiting = select(func.count()).select_from(Reception).where(Reception.to_test.is_(True))
    assert people.session.scalar(waiting) == 0
    receive_tube(people.session, tube, box="H2", by=LAN, now=people.now + 3 * hour)
    said = {"box": "H2", "by": "station:nhan", "now": people.now + 4 * hour}
    receptions.hear_of_arrival(people.session, tube, people.now + hour, **said)
    reception = queries.reception_of(people.session, tube)
    assert reception is not None
    assert reception.at == people.now + hour
    reject_tube(people.session, tube, Rejection.LEAKING, by=LAN, now=people.now + 5 * hour)
    undone = receptions.undo_rejection(
        people.session, tube, note="không rò", by=LAN, now=people.now + 6 * hour
    )
    assert undone.at == people.now + hour


def test_at_the_bench_it_is_scanned_and_on_the_tubes_page_it_is_chosen(
    database: Database, make_scene: Any, sign_in: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        person(session, scene, "lan", "vn-2021:24")
        tubes = [came(scene), came(scene, by="station:ban-1")]
    lab, officer = sign_in(Role.LAB_TECHNICIAN), sign_in(Role.HEALTH_OFFICER)
    verifier = sign_in(Role.LAB_VERIFIER)
    fields = {"tube": tubes[0].text, "reason": "nhầm ống"}
    assert verifier.post("/reception/withdraw", data=fields).status_code == 403
    assert lab.post("/reception/withdraw", data=fields | {"reason": ""}).status_code == 422
    done = lab.post("/reception/withdraw", data=fields, follow_redirects=True)
    assert "Đã rút lần nhận ống" in done.text
    assert "Trạm đã quét ống này" not in done.text
    assert lab.post("/reception/withdraw", data=fields).status_code == 404
    page = officer.get(f"/tubes/{tubes[1]}").text
    with database.read() as session:
        [arrival] = arrivals.arrivals_of(session, tubes[1], ANYWHERE)
    assert f'name="arrival" value="{arrival.id}"' in page
    chosen = {"tube": tubes[1].text, "reason": "nhầm", "arrival": str(arrival.id)}
    done = officer.post("/reception/withdraw", data=chosen, follow_redirects=True)
    assert "Trạm đã quét ống này không nhận lại nó" in done.text, "its books know the tube"
    assert "noted by mistake" in officer.get(f"/tubes/{tubes[1]}?lang=en").text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Reception)) == 0
