"""Where tubes are kept, and until when."""

from datetime import date, timedelta
from typing import Any

import pytest

from server.accounts.models import User
from server.accounts.roles import Role
from server.lab.services import receive_tube
from server.lab.storage import queries, services
from server.lab.storage.services import Rack

LAN: dict[str, Any] = {"by": "user:lan"}
RACK = Rack("Tủ 1", "G1", 81)
UNTIL = date(2026, 12, 23)


def received(scene: Any, count: int) -> list[Any]:
    tubes = [scene.tube() for _ in range(count)]
    for tube in tubes:
        receive_tube(scene.session, tube, box="H1", now=scene.now, **LAN)
    return tubes


def test_tubes_take_the_next_free_place_and_are_found_there(scene: Any) -> None:
    tubes = received(scene, 10)
    for tube in tubes:
        services.store(scene.session, tube, RACK, keep_until=UNTIL, now=scene.now, **LAN)
    place = queries.place_of(scene.session, tubes[9])
    assert (place.freezer, place.rack, place.position) == ("Tủ 1", "G1", "B1")  # type: ignore[union-attr]
    services.take_out(scene.session, tubes[2], now=scene.now, **LAN)
    again = services.store(scene.session, tubes[2], RACK, keep_until=UNTIL, now=scene.now, **LAN)
    assert again.position == "A3", "a gap is filled"
    kinds = [step.kind for step in queries.steps_of(scene.session, tubes[2])]
    assert sorted(kinds) == ["stored", "stored", "taken-out"]


def test_one_place_holds_one_tube(scene: Any) -> None:
    first, second = received(scene, 2)
    said = {"keep_until": UNTIL, "now": scene.now, "position": "C3", **LAN}
    services.store(scene.session, first, RACK, **said)
    with pytest.raises(services.PlaceTaken):
        services.store(scene.session, second, RACK, **said)


def test_what_never_came_is_not_stored_and_a_full_rack_says_so(scene: Any) -> None:
    with pytest.raises(services.NotReceived):
        services.store(scene.session, scene.tube(), RACK, keep_until=UNTIL, now=scene.now, **LAN)
    for tube in received(scene, 81):
        services.store(scene.session, tube, RACK, keep_until=UNTIL, now=scene.now, **LAN)
    (last,) = received(scene, 1)
    with pytest.raises(services.RackFull):
        services.store(scene.session, last, RACK, keep_until=UNTIL, now=scene.now, **LAN)


def test_nothing_is_discarded_before_its_day_is_over(scene: Any) -> None:
    (tube,) = received(scene, 1)
    services.store(scene.session, tube, RACK, keep_until=UNTIL, now=scene.now, **LAN)
    last_day = scene.now + timedelta(days=30)
    with pytest.raises(services.KeepLonger):
        services.discard(scene.session, [tube], now=last_day, **LAN)
    next_day = scene.now + timedelta(days=31)
    assert queries.due(scene.session, on=UNTIL + timedelta(days=1)) != []
    assert services.discard(scene.session, [tube], now=next_day, **LAN) == 1
    assert queries.place_of(scene.session, tube) is None
    assert queries.steps_of(scene.session, tube)[-1].kind == "discarded"


def test_the_page_keeps_freezer_and_rack_for_the_next_scan(
    sign_in: Any, database: Any, make_scene: Any
) -> None:
    with database.write() as session:
        tubes = received(make_scene(session), 2)
    lan = sign_in(Role.LAB_TECHNICIAN)
    data = {"freezer": "Tủ 1", "rack": "G1", "size": "96", "keep_until": "2026-12-23"}
    for tube, place in zip(tubes, ("A1", "A2"), strict=True):
        page = lan.post("/storage", data=data | {"tube": tube.text}, follow_redirects=True)
        assert f"Tủ 1 · G1 · {place}" in page.text
        assert 'value="Tủ 1"' in page.text
    found = lan.get(f"/storage?tube={tubes[1].text}").text
    assert "Tủ 1 · G1 · A2" in found
    for wrong in ({"position": "Z9"}, {"size": "7"}, {"keep_until": "soon"}, {"rack": ""}):
        assert lan.post("/storage", data=data | {"tube": tubes[0].text} | wrong).status_code == 422


def working_at(scene: Any, **places: str) -> None:
    for login, place in places.items():
        scene.session.add(
            User(
                login=login, name=login, role=Role.LAB_TECHNICIAN, active=True, password_hash="!",
                place=place, sees="", created_at=scene.now,
            )
        )  # fmt: skip
    scene.session.flush()


@pytest.mark.engines
def test_colleagues_whose_accounts_have_a_wider_and_a_narrower_place_fill_one_rack(
    scene: Any,
) -> None:
    working_at(scene, an="vn-2021:24", binh="vn-2021:24.222", chi="vn-2021:240")
    said: dict[str, Any] = {"keep_until": UNTIL, "now": scene.now}
    tubes = received(scene, 4)
    at = [
        services.store(scene.session, tube, RACK, by=f"user:{who}", **said).position
        for tube, who in zip(tubes, ("an", "binh", "an", "chi"), strict=True)
    ]
    assert at == ["A1", "A2", "A3", "A1"]
    with pytest.raises(services.PlaceTaken, match=tubes[0].grouped):
        services.store(scene.session, tubes[1], RACK, position="A1", by="user:binh", **said)
    standing = queries.rack_of(scene.session, "vn-2021:24.222", RACK.freezer, RACK.name)
    assert sorted(each.tube for each in standing) == sorted(tubes[:3])


@pytest.mark.engines
def test_two_laboratories_may_call_their_racks_the_same(scene: Any) -> None:
    working_at(scene, an="vn-2021:24.222", binh="vn-2021:27.256")
    first, second, third = received(scene, 3)
    said: dict[str, Any] = {"keep_until": UNTIL, "now": scene.now}
    services.store(scene.session, first, RACK, position="A1", by="user:an", **said)
    services.store(scene.session, second, RACK, position="A1", by="user:binh", **said)
    with pytest.raises(services.PlaceTaken, match=second.grouped):
        services.store(scene.session, third, RACK, position="A1", by="user:binh", **said)
    assert services.store(scene.session, third, RACK, by="user:binh", **said).position == "A2"
    for lab, tubes in (("vn-2021:24.222", [first]), ("vn-2021:27.256", [second, third])):
        standing = queries.rack_of(scene.session, lab, RACK.freezer, RACK.name)
        assert sorted(each.tube for each in standing) == sorted(tubes)
    racks = [(rack[1:3], rack[3]) for rack in queries.racks(scene.session)]
    assert racks == [(("Tủ 1", "G1"), 1), (("Tủ 1", "G1"), 2)]
