"""What was searched for at a desk stays searched for: on its next pages, and in what is done."""

import html
import re
from typing import Any

import pytest
from sqlalchemy import update

from contract.tubes import TubeId
from server.accounts.roles import Role
from server.accounts.within import Within
from server.db import Database
from server.lab.models import Reception
from server.lab.services import receive_tube
from server.outcomes.desk_models import DeskItem
from server.outcomes.desks import PAGE
from server.outcomes.sought import other_in

DESK = "/desks/pairing_without_reception"
NEXT = re.compile(r'href="([^"]*after=[^"]*)"')
ITEM = re.compile(r'name="item" value="([^"]+)"')


@pytest.fixture
def of_two_stations(database: Database, make_scene: Any) -> dict[str, list[TubeId]]:
    found: dict[str, list[TubeId]] = {"ban-1": [], "ban-2": []}
    with database.write() as session:
        scene = make_scene(session)
        for number in range(2 * PAGE + 4):
            tube, station = scene.tube(), ("ban-1", "ban-2")[number % 2]
            found[station].append(tube)
            session.add(DeskItem(tube=tube, desk="pairing_without_reception", since=scene.now,
                                 detail="", place="vn-2021:24.222.07", station=station,
                                 box=""))  # fmt: skip
    return found


def test_the_next_page_and_an_act_keep_to_what_was_searched_for(
    of_two_stations: dict[str, list[TubeId]], sign_in: Any
) -> None:
    others = {tube.text for tube in of_two_stations["ban-2"]}
    hoa = sign_in(Role.HEALTH_OFFICER, "hoa")
    page = hoa.get(f"{DESK}?q=ban-1").text
    assert f'action="{DESK}?q=ban-1"' in page
    assert f'action="{DESK}/export?q=ban-1"' in page
    [onward] = NEXT.findall(page)
    behind = hoa.get(html.unescape(onward)).text
    items = ITEM.findall(behind)
    assert len(items) == 2
    assert not {each.split()[0] for each in items} & others
    done = hoa.post(f"{DESK}?q=ban-1", data={"act": "take", "item": items, "csrf": hoa.csrf})
    assert done.headers["Location"] == f"{DESK}?q=ban-1"


def test_a_desk_says_run_by_the_word_of_the_laboratory(sign_in: Any) -> None:
    page = sign_in(Role.HEALTH_OFFICER, "hoa").get(DESK).text
    assert "lượt chạy" in page
    assert "mẻ chạy" not in page


def test_a_box_is_meant_as_it_is_written_on_tubes_that_one_sees(
    database: Database, make_scene: Any
) -> None:
    here, there = "vn-2021:24.222", "vn-2021:27.256"
    with database.write() as session:
        scene = make_scene(session)
        for box, place in (("THUNG-07", here), ("thung-07", there)):
            tube = scene.tube()
            receive_tube(session, tube, box=box, by="user:lan", now=scene.now)
            session.execute(update(Reception).where(Reception.tube == tube).values(lab=place))
        mine, theirs = (Within(frozenset({each}), at_lab=True) for each in (here, there))
        assert other_in(session, "thung-07", mine) == {"box": "THUNG-07"}
        assert other_in(session, "thung-07", theirs) == {"box": "thung-07"}
