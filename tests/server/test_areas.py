"""The navigation holds every desk of a role once, in one row on a laptop and without a script."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.accounts.roles import Role
from server.areas import FEW, OTHER, area_of, is_here, menus
from server.desks import Desk
from server.permissions import Permission
from server.worklist import DESKS

MOST = 8  # menus that stand in one row of 1366 pixels


@given(st.lists(st.sampled_from(DESKS), unique=True))
def test_every_desk_stands_in_the_navigation_once(desks: list[Desk]) -> None:
    found = menus(desks)
    assert sorted(desk.path for menu in found for desk in menu.desks) == sorted(
        desk.path for desk in desks
    )
    assert len(found) <= max(FEW, MOST)
    assert all(len(menu.desks) > 1 for menu in found if menu.area)


def test_a_desk_of_no_area_is_under_more() -> None:
    assert area_of(Desk(Permission.SUMMARY_READ, "/new-thing", "Mới", "New")) is OTHER


def test_every_desk_belongs_to_an_area_by_name() -> None:
    assert [desk.path for desk in DESKS if area_of(desk) is OTHER] == []


def test_a_page_below_a_desk_belongs_to_it_and_a_longer_name_does_not() -> None:
    runs = next(desk for desk in DESKS if desk.path == "/runs")
    assert is_here(runs, "/runs/12")
    assert not is_here(runs, "/runsheet")


@pytest.mark.parametrize("role", Role)
def test_each_role_reaches_its_desks_and_sees_where_it_is(sign_in: Any, role: Role) -> None:
    client = sign_in(role)
    nav = navigation(client.get("/").text)
    home = set(re.findall(r'<li><a href="(/[^"]+)">\s*<b>', client.get("/").text))
    assert set(re.findall(r'<a href="([^"]+)"', nav)) == home
    path = sorted(home)[0]
    assert re.search(f'href="{path}" aria-current="page"', navigation(client.get(path).text))


def navigation(page: str) -> str:
    return page[page.index("<nav") : page.index("</nav>")]
