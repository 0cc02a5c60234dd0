"""The pages of targets: who is behind, who is silent, coverage, what they go by, for whom."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from server.accounts.roles import Role
from server.db import Database
from server.declarations.check_ins import Comer, Coming, keep
from server.declarations.kinds import PointKind
from server.declarations.points import PointWish, add_point
from server.people.cards import make_cards
from server.people.roster import Row

SignIn = Callable[..., FlaskClient]
PLACE = "vn-2021:24.222.07"


@pytest.fixture
def points(database: Database, clock: Any) -> list[str]:
    """Four points: one with three check-ins today, one silent since four days, one never used."""
    start = clock().date() - timedelta(days=9)
    with database.write() as session:
        made = [
            add_point(
                session, PointWish(kind, name, PLACE, active_from=start), by="u", now=clock()
            ).id
            for kind, name in [
                (PointKind.FACTORY, "Nhà máy Mẫu"), (PointKind.MARKET, "Chợ Mẫu"),
                (PointKind.GROCERY, "=Quán Mẫu"),
            ]
        ]  # fmt: skip
        came = [(made[0], 0), (made[0], 0), (made[0], 0), (made[1], 4)]
        comings = [
            Coming(id=uuid4(), comer=Comer(vehicle="29A1"), source="keeper", point="P",
                   point_id=point, place=PLACE, at=clock() - timedelta(days=days))
            for point, days in came
        ]  # fmt: skip
        keep(session, comings, now=clock())
    return made


def set_rule(officer: FlaskClient, **more: Any) -> None:
    said = {"kind": "", "place": "", "first_day": "3", "rate": "0", "basis": "target",
            "since": "2026-11-20", **more}  # fmt: skip
    assert officer.post("/targets/rules", data=said).status_code == 302


def test_the_board_says_who_is_behind_silent_or_never_used(
    sign_in: SignIn, points: list[str]
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    set_rule(officer)
    rows = officer.get("/targets.csv").data.decode("utf-8-sig").splitlines()
    assert [row.rsplit(",", 1)[1] for row in rows[1:]] == ["never", "silent", "reached"]
    assert "'=Quán Mẫu" in rows[1], "a spreadsheet must not run a name"
    set_rule(officer, kind="factory", first_day="4")
    assert "behind" in officer.get("/targets.csv?kind=factory").text
    page = officer.get("/targets?lang=en").text
    assert ("Never used" in page, "Silent" in page, "<svg" in page) == (True, True, True)
    assert officer.get("/targets?place=vn-2021:24.223").text.count("/targets/points/") == 0
    assert "3,12" in officer.get("/targets/trend.csv").text or "3,10" in (
        officer.get("/targets/trend.csv").text
    )


def test_a_points_own_page_shows_its_days(sign_in: SignIn, points: list[str]) -> None:
    page = sign_in(Role.ADMINISTRATOR).get(f"/targets/points/{points[0]}").text
    assert ("Nhà máy Mẫu" in page, "23/11/2026" in page) == (True, True)


def test_coverage_counts_cards_against_who_lives_there(
    sign_in: SignIn, database: Database, clock: Any
) -> None:
    with database.write() as session:
        rows = [Row(f"Nguyễn Mẫu {n}", 1990, "F") for n in range(3)]
        make_cards(session, rows, place=PLACE, by="u", now=clock())
    officer = sign_in(Role.HEALTH_OFFICER)
    lines = "place;name;town;population\nvn-2021:24.222;Việt Yên;;10\nvn-2021:24.213;TP;x;5\n"
    assert officer.post("/targets/localities", data={"list": lines}).status_code == 302
    rows = officer.get("/targets/coverage.csv").data.decode("utf-8-sig").splitlines()
    assert "TP,town,5,0,0.0,60,60,3,behind" in rows[1]
    assert "Việt Yên,elsewhere,10,3,30.0,50,55,2,behind" in rows[2]
    goals = {"town_low": "1", "town_high": "2", "elsewhere_low": "20", "elsewhere_high": "30",
             "silent_days": "5"}  # fmt: skip
    officer.post("/targets/goals", data=goals)
    assert "30.0,20,30,0,reached" in officer.get("/targets/coverage.csv").text
    assert "30.0" in officer.get("/targets/coverage").text


@pytest.mark.parametrize("line", ["vn-2021:24;X;;many", "24;X;;10", "vn-2021:24;X;;0"])
def test_a_population_that_cannot_be_is_refused_whole(sign_in: SignIn, line: str) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    lines = f"vn-2021:24.222;Việt Yên;;10\n{line}"
    assert officer.post("/targets/localities", data={"list": lines}).status_code == 422
    assert "vn-2021:24.222" not in officer.get("/targets/coverage.csv").text


def test_a_new_rule_ends_the_one_before_and_only_officers_set_them(sign_in: SignIn) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    set_rule(officer)
    set_rule(officer, first_day="9", since="2026-11-23")
    page = officer.get("/targets/settings").text
    assert page.count("22/11/2026") == 1
    assert sign_in(Role.ADMINISTRATOR).post("/targets/rules", data={}).status_code == 403
    assert sign_in(Role.LAB_TECHNICIAN).get("/targets").status_code == 403
