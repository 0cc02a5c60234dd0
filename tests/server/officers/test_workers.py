"""Who works at a station is said in words, and nobody is named where no page may name anybody."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from server.accounts.models import Station
from server.accounts.roles import Role
from server.db import Database
from server.figures import folding
from server.sampling.shift_models import StationOperator, StationShift

LAN, TWIN, UNKNOWN, ELSEWHERE = "0a" * 8, "1b" * 8, "2c" * 8, "3d" * 8
OPTION = re.compile(r'<option value="([^"]+)"( selected)?>([^<]+)</option>')


@pytest.fixture
def at_work(database: Database, make_scene: Any) -> None:
    """Two of one masked name, one whose card nobody knows, a team that wrote its own name; and
    somebody of another district."""
    with database.write() as session:
        scene = make_scene(session)
        session.merge(Station(id="ban-9", label="Bàn 9", place="vn-2021:30.288", state="created",
                              duty="sampling", created_at=scene.now))  # fmt: skip
        for tag, name, station in (
            (LAN, "Trần Thị Lan", "ban-1"), (TWIN, "Trịt Thị Lỳn", "ban-1"), (UNKNOWN, "", "ban-1"),
            ("doi-a", "", "ban-1"), (ELSEWHERE, "Ngô Văn Xa", "ban-9"),
        ):  # fmt: skip
            pairing = scene.pair(scene.tube(), scene.person(f"Lê {tag}"), station=station)
            pairing.operator = tag
            if station == "ban-9":
                pairing.place = "vn-2021:30.288"
            if name:
                session.add(StationOperator(station=station, tag=tag, seen_at=scene.now,
                                            person_id=scene.person(name).id))  # fmt: skip
        session.add(
            StationShift(
                event_id=uuid4(),
                station="ban-1",
                operator=LAN,
                began=scene.now,
                people=30,
                ended=scene.now + timedelta(hours=1),
                trusted=True,
                used=30,
                void=0,
                issued=30,
                returned=0,
                scan_ms=1,
                pace_ms=1,
                rereads=0,
                manual=0,
                slips=0,
                received_at=scene.now,
            )
        )
    folding.fold_all(database)


@pytest.mark.usefixtures("at_work")
def test_the_filter_says_who_it_is_and_names_nobody(
    sign_in: Callable[..., FlaskClient],
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER, "hoa", place="vn-2021:24", sees="")
    page = officer.get(f"/overview?operator={LAN}").text
    offered = {tag: (bool(chosen), words) for tag, chosen, words in OPTION.findall(page)}
    assert offered[LAN] == (True, "ban-1 · T●●● Thị L●● (…0a0a)")
    assert offered[TWIN] == (False, "ban-1 · T●●● Thị L●● (…1b1b)")
    assert offered[UNKNOWN] == (False, "ban-1 · chưa rõ ai …2c2c")
    assert offered["doi-a"] == (False, "ban-1 · doi-a")
    assert ELSEWHERE not in offered
    assert f">{LAN}<" not in page
    assert "Trần Thị Lan" not in page
    elsewhere = officer.get(f"/overview?operator={ELSEWHERE}").text
    assert "N●●" not in elsewhere, "whose it is, is for those who see that place"
    assert "chưa rõ ai …3d3d" in elsewhere


@pytest.mark.usefixtures("at_work")
@pytest.mark.parametrize(
    "path",
    [
        "/overview/groups.csv?by=operator",
        "/quality/rates.csv?by=operator",
        "/quality/rates.csv?by=shift",
    ],
)
def test_tables_and_files_say_the_same(sign_in: Callable[..., FlaskClient], path: str) -> None:
    officer = sign_in(Role.HEALTH_OFFICER, "hoa", place="vn-2021:24", sees="")
    said = officer.get(path).text
    assert "ban-1 · T●●● Thị L●●" in said
    assert LAN not in said
    assert "Trần Thị Lan" not in said
