"""The pages of lots: print and reprint, split, return, void, see that it adds up."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.accounts.models import Station
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database
from server.sampling.lot_models import PrintRun, TubeVoid

SignIn = Callable[..., FlaskClient]
LOT = "/lots/L-2026-0001"


@pytest.fixture
def office(sign_in: SignIn, database: Database, now: datetime) -> FlaskClient:
    """An administrator with a lot of forty tubes and a station."""
    with database.write() as session:
        session.add(Station(id="ban-1", label="Bàn 1", place="p", duty="sampling",
                            state="created", created_at=now))  # fmt: skip
    client = sign_in(Role.ADMINISTRATOR)
    client.post("/lots", data={"series": "26", "count": "40", "place": "p"})
    return client


def test_each_print_is_counted_with_its_range_and_carries_the_same_ids(
    office: FlaskClient, database: Database
) -> None:
    assert "chưa in" in office.get(LOT).text
    papers = [office.get(f"{LOT}/labels.pdf?stock=L7651").data for _ in range(2)]
    assert papers[0][:5] == b"%PDF-"
    sent = {"stock": "ROLL-50X25", "form": "zpl", "first": "3", "last": "7", "copies": "2",
            "dpi": "300"}  # fmt: skip
    stream = office.post(f"{LOT}/labels", data=sent)
    assert stream.data.count(b"^XA") == 5
    assert b"260000000376" in stream.data
    assert "attachment" in stream.headers["Content-Disposition"]
    page = office.get(LOT).text
    assert "đã in 3 lần" in page
    assert "ROLL-50X25 · ZPL · 300 dpi" in page
    with database.read() as session:
        runs = session.scalars(select(PrintRun).order_by(PrintRun.at, PrintRun.form)).all()
        assert sorted((run.first, run.last, run.codes, run.copies) for run in runs) == [
            (1, 40, 40, 1), (1, 40, 40, 1), (3, 7, 5, 2),
        ]  # fmt: skip
        asked = select(AuditEntry.detail).where(AuditEntry.action == "lot.printed")
        assert "3-7: 5 codes x 2, ROLL-50X25 zpl" in session.scalars(asked).all()


def test_labels_of_void_tubes_are_not_printed(office: FlaskClient) -> None:
    office.post(f"{LOT}/void", data={"first": "2", "last": "3", "reason": "rách nhãn"})
    roll = {"stock": "ROLL-50X25", "form": "tspl", "first": "1", "last": "4"}
    assert office.post(f"{LOT}/labels", data=roll).data.count(b"BARCODE") == 2
    none = office.post(f"{LOT}/labels", data={"first": "2", "last": "3"})
    assert none.status_code == 409
    assert "đã bị hủy" in none.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"stock": "L7651", "form": "zpl"}, "in bằng PDF"),
        ({"stock": "L7651", "start": "66"}, "bắt đầu từ 1 đến 65"),
        ({"stock": "L4730", "dpi": "203"}, "203 dpi"),
        ({"dpi": "72"}, "203, 300 hoặc 600"),
        ({"form": "doc"}, "loại nhãn"),
        ({"first": "41"}, "từ 1 đến 40"),
        ({"first": "9", "last": "3"}, "đứng trước"),
    ],
)
def test_what_cannot_be_printed_is_said_and_not_counted(
    office: FlaskClient, fields: dict[str, str], sentence: str
) -> None:
    refused = office.post(f"{LOT}/labels", data=fields)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert "chưa in" in office.get(LOT).text


def test_looking_for_a_sheet_is_not_printing_it(office: FlaskClient) -> None:
    assert office.head(f"{LOT}/labels.pdf").status_code == 200
    assert "chưa in" in office.get(LOT).text


def test_a_lot_is_split_between_a_station_and_a_team_and_taken_back(office: FlaskClient) -> None:
    office.post(f"{LOT}/issue", data={"first": "1", "last": "10", "station": "ban-1"})
    office.post(f"{LOT}/issue", data={"first": "11", "last": "20", "team": "Đội 3, Hồng Thái"})
    page = office.get(LOT).text
    assert "ban-1" in page
    assert "Đội 3, Hồng Thái" in page
    assert "nhiều nơi" in office.get("/lots").text
    back = office.post(f"{LOT}/return", data={"first": "1", "last": "20"}, follow_redirects=True)
    assert "Đã nhận lại 20 ống vào kho." in back.text
    again = office.post(f"{LOT}/issue", data={"station": "ban-1"}, follow_redirects=True)
    assert "Đã giao 40 ống cho ban-1." in again.text
    assert "ban-1" in office.get("/lots/balance").text
    assert "Balance of tubes" in office.get("/lots/balance?lang=en").text


def test_tubes_are_issued_to_somebody(office: FlaskClient) -> None:
    refused = office.post(f"{LOT}/issue", data={"first": "1"})
    assert refused.status_code == 422
    assert "Chọn trạm" in refused.text


def test_a_void_needs_its_tubes_and_a_reason_and_can_be_lifted(
    office: FlaskClient, database: Database
) -> None:
    assert office.post(f"{LOT}/void", data={"reason": "rách"}).status_code == 422
    assert office.post(f"{LOT}/void", data={"first": "2"}).status_code == 422
    office.post(f"{LOT}/void", data={"first": "2", "reason": "rách nhãn"})
    assert "rách nhãn" in office.get(LOT).text
    with database.read() as session:
        void = session.scalars(select(TubeVoid.id)).one()
    lifted = office.post(f"{LOT}/voids/{void}/lift", follow_redirects=True)
    assert "1 ống dùng lại được." in lifted.text
    assert office.post(f"{LOT}/voids/{void}/lift").status_code == 409


def test_a_lot_for_a_station_is_of_its_place_and_printed_there(
    office: FlaskClient, sign_in: SignIn
) -> None:
    """Registered by whoever works nowhere in particular, it was nobody's there."""
    chief = sign_in(Role.ADMINISTRATOR, "chief", place="", sees="*")
    station = {"station": "ban-2", "label": "Bàn 2", "place": "vn-2021:24.222", "duty": "sampling"}
    chief.post("/stations", data=station)
    for to in ("ban-2", ""):
        chief.post("/lots", data={"series": "26", "count": "5", "place": "", "station": to})
    registrar = sign_in(Role.REGISTRAR, place="vn-2021:24.222", sees="")
    assert 'id="print"' in registrar.get("/lots/L-2026-0002").text
    nobodys = registrar.get("/lots/L-2026-0003").text
    assert 'id="print"' not in nobodys
    assert "Lô này không ghi nơi nào" in nobodys, "the page says why there is nothing to press"


@pytest.mark.parametrize("deed", ["issue", "return", "void", "labels"])
def test_who_may_only_look_changes_nothing(office: FlaskClient, sign_in: SignIn, deed: str) -> None:
    client = sign_in(Role.SWAB_TEAM)
    assert client.get(LOT).status_code == 200
    assert client.post(f"{LOT}/{deed}", data={"first": "1"}).status_code == 403
    assert client.get(f"{LOT}/labels.pdf").status_code == 403
