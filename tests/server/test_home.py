from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from contract.tubes import TubeId
from server.accounts.roles import Role
from server.db import Database
from server.lab.services import Finding, enter_result, receive_tube
from server.lab.words import Call
from server.sampling.lots import register_lot
from server.waiting import to_test, to_verify

SignIn = Callable[..., FlaskClient]
TUBES = [TubeId.mint(26, serial) for serial in (1, 2, 3)]


def fill_the_bench(database: Database, clock) -> None:
    with database.write() as session:
        register_lot(
            session, series=26, count=3, place="vn-2021:24", station=None, by="test", now=clock()
        )
        for tube in TUBES:
            receive_tube(session, tube, box="H-01", by="user:huy", now=clock())
        negative = Finding(call=Call.NEGATIVE)
        enter_result(session, TUBES[0], negative, by="user:huy", now=clock())


@pytest.mark.usefixtures("app")  # what is kept of tubes is kept by what the app brings along
def test_the_desks_count_what_waits_and_since_when(database: Database, clock) -> None:
    fill_the_bench(database, clock)
    with database.read() as session:
        waiting = to_test(session, "user:lan")
        assert (waiting.count, waiting.oldest) == (2, clock())
        assert to_verify(session, "user:lan").count == 1
        assert to_verify(session, "user:huy").count == 0, "nobody verifies their own"


def test_what_waits_longest_stands_first_with_its_age(
    sign_in: SignIn, database: Database, clock
) -> None:
    fill_the_bench(database, clock)
    clock.at += timedelta(hours=0.9)
    page = sign_in(Role.LAB_TECHNICIAN).get("/").text
    body = page[page.index('<ul class="desks">') :]
    assert body.index("Nhập kết quả") < body.index("Nhận mẫu")
    assert "54 phút" in body


def test_what_waits_is_large_and_the_rest_stands_by_area(sign_in: SignIn) -> None:
    page = sign_in(Role.HEALTH_OFFICER).get("/").text
    assert "Không có việc nào chờ bạn" in page
    headings = [part.partition("<")[0] for part in page.split("<h2>")[1:]]
    assert headings[:4] == ["Tổng quan", "Không khớp", "Dịch tễ", "Người dân"]
