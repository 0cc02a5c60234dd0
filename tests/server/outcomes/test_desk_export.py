"""A desk's list leaves with a reason, by the page's filter, of one's own places, naming nobody."""

import csv
import io
from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from server.accounts.roles import Role
from server.audit.takeout_models import TakeOut
from server.db import Database
from server.outcomes.standing import Desk
from tests.server.two_places import Furnished

SignIn = Callable[..., FlaskClient]
HERE, ELSEWHERE = "vn-2021:24.222", "vn-2021:27.256"
WHY = {"reason": "họp giao ban sáng", "form": "csv"}
DESKS = [each for each in Desk if each is not Desk.CALLBACKS_OPEN]


@pytest.fixture
def two(database: Database, now: datetime) -> tuple[Furnished, Furnished]:
    with database.write() as session:
        return (
            Furnished(session, f"{HERE}.07", "ODAY", 26, now),
            Furnished(session, ELSEWHERE, "XAXOI", 27, now),
        )


def rows_of(answer: object) -> list[dict[str, str]]:
    _mark, *table, _end = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))  # type: ignore[attr-defined]
    heads, *rows = table
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_every_desk_gives_what_its_page_shows_and_no_more(
    sign_in: SignIn, two: tuple[Furnished, Furnished]
) -> None:
    here, there = ({tube.text for tube in each.tubes} for each in two)
    mine = sign_in(Role.HEALTH_OFFICER, "here", place=HERE, sees="")
    every = sign_in(Role.HEALTH_OFFICER, "all", sees="*")
    for desk in DESKS:
        own = {row["tube"] for row in rows_of(mine.post(f"/desks/{desk.value}/export", data=WHY))}
        assert own <= here, desk
        both = rows_of(every.post(f"/desks/{desk.value}/export", data=WHY))
        assert {row["tube"] for row in both} & here == own, desk
        assert {row["tube"] for row in both} <= here | there
        narrow = every.post(f"/desks/{desk.value}/export?place={ELSEWHERE}", data=WHY)
        assert {row["tube"] for row in rows_of(narrow)} <= there, desk


def test_a_list_leaves_with_a_reason_and_is_on_record(
    sign_in: SignIn, two: tuple[Furnished, Furnished], database: Database
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    path = f"/desks/{Desk.PAIRING_WITHOUT_RECEPTION.value}/export"
    for wrong in ({"reason": "x"}, {"form": "pdf"}):
        assert officer.post(path, data=WHY | wrong).status_code == 422
    answer = officer.post(f"{path}?q=024191000001&owner=nobody", data=WHY | {"form": "xlsx"})
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    mark = str(next(sheet.rows)[0].value)
    assert "họp giao ban sáng" in mark
    assert "owner=nobody" in mark
    assert "024191000001" not in mark
    with database.read() as session:
        [made] = session.scalars(select(TakeOut))
        assert (made.subject, made.reason) == (
            path.split("/")[2].join(["desk:", ""]),
            WHY["reason"],
        )
    assert officer.post("/desks/nowhere/export", data=WHY).status_code == 404
    assert sign_in(Role.SWAB_TEAM).post(path, data=WHY).status_code == 403


def test_the_desks_page_offers_it_with_its_filter(
    sign_in: SignIn, two: tuple[Furnished, Furnished]
) -> None:
    desk = Desk.PAIRING_WITHOUT_RECEPTION.value
    page = sign_in(Role.LAB_TECHNICIAN, sees="*").get(f"/desks/{desk}?owner=nobody").text
    assert f'action="/desks/{desk}/export?owner=nobody"' in page
