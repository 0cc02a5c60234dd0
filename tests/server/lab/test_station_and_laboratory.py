"""A station receives for the laboratory in whose place it stands: what it received is theirs."""

from datetime import timedelta
from typing import Any

import pytest

from contract.tubes import Tube
from server.accounts.models import Station, User
from server.accounts.roles import Role
from server.accounts.within import Within
from server.lab import recalls, sight
from server.lab.models import Result
from server.lab.refusals import UnknownTube
from server.lab.services import Finding, enter_result, receive_tube, reject_tube, verify_result
from server.lab.words import Call, Rejection
from server.outcomes.queries import current_of
from server.outcomes.receptions import undo_rejection
from server.outcomes.services import release

HERE, THERE, WIDER = "vn-2021:24.222", "vn-2021:27.256", "vn-2021:24"
LAN, MINH, XA = "user:lan", "user:minh", "user:xa"  # two of the laboratory here, one of another


@pytest.fixture
def people(scene: Any) -> Any:
    for login, place in (("lan", HERE), ("minh", HERE), ("xa", THERE), ("tinh", WIDER)):
        scene.session.add(
            User(login=login, name=login, role=Role.LAB_TECHNICIAN, password_hash="!",
                 place=place, sees="", active=True, created_at=scene.now)
        )  # fmt: skip
    for name, place in (("nhan", f"{HERE}.07"), ("tinh", WIDER)):
        scene.session.add(
            Station(id=name, label=name, place=place, duty="reception", state="created",
                    created_at=scene.now)
        )  # fmt: skip
    scene.session.flush()
    return scene


def received(scene: Any, by: str) -> Tube:
    tube: Tube = scene.tube()
    scene.pair(tube, scene.person())
    receive_tube(scene.session, tube, box="H1", by=by, now=scene.now)
    return tube


def verified(scene: Any, tube: Tube) -> Result:
    said = Finding(Call.NEGATIVE)
    result = enter_result(scene.session, tube, said, by=LAN, now=scene.now, lab=HERE)
    return verify_result(scene.session, result.id, by=MINH, now=scene.now)


def statuses(scene: Any, tube: Tube) -> list[str]:
    return [each.status for each in current_of(scene.session, tube).values()]


def test_a_rejection_taken_back_leaves_the_tube_with_the_station_that_received_it(
    people: Any,
) -> None:
    session, tube = people.session, received(people, "station:nhan")
    later = people.now + timedelta(minutes=5)
    reject_tube(session, tube, Rejection.LEAKING, by=LAN, now=later)
    reception = undo_rejection(session, tube, note="nhầm ống", by=LAN, now=later)
    assert (reception.by, reception.lab) == ("station:nhan", f"{HERE}.07")
    release(session, [verified(people, tube).id], by=MINH, now=people.now)
    assert statuses(people, tube) == ["negative"]


def test_what_was_released_before_moves_were_noted_is_given_up_as_any_other(people: Any) -> None:
    tube = received(people, XA)
    result = verified(people, tube)
    result.released_by, result.released_at = MINH, people.now
    again, said = recalls.Again.RESAMPLE, {"reason": "mẫu hỏng", "by": LAN, "now": people.now}
    recalls.recall_result(people.session, result.id, again, **said)
    assert statuses(people, tube) == ["resample"]


def test_what_a_station_of_a_wider_place_received_is_worked_on_in_the_laboratory(
    people: Any,
) -> None:
    session, here = people.session, Within(frozenset({HERE}), at_lab=True)
    there = Within(frozenset({THERE}), at_lab=True)
    tube, by_hand = received(people, "station:tinh"), received(people, "user:tinh")
    sight.check_tube(session, here, tube)
    later = people.now + timedelta(minutes=5)
    reject_tube(session, tube, Rejection.LEAKING, by=LAN, now=later)
    sight.check_tube(session, here, tube)
    for within, each in ((there, tube), (here, by_hand)):
        with pytest.raises(UnknownTube):
            sight.check_tube(session, within, each)
