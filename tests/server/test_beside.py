"""What is wrong stands beside its field, in both languages, and what was typed is there again."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.accounts.models import Partner
from server.accounts.roles import Role
from server.db import Database
from server.sampling.roster_models import RosterDraft

SignIn = Callable[..., FlaskClient]
TWO = "Bắc Ninh"  # a province in each of two code sets, by the same full name
CODES = ("vn-2021:27", "vn-2025:24")
FORMS = {
    "/users": {"login": "lan", "name": "Lê Thị Mẫu", "role": Role.LAB_TECHNICIAN, "sees": ""},
    "/lots": {"series": "27", "count": "7"},
    "/cards": {"people": "Nguyễn Thị Mẫu;1991;Nữ"},
    "/rosters": {"people": "Nguyễn Thị Mẫu;1991;Nữ", "title": "Nhà máy A", "series": "27"},
    "/stations": {"station": "ban-9", "label": "Bàn 9", "duty": "sampling"},
    "/outcomes/find": {"q": ""},
    "/partners": {"partner": "cdc-tinh", "label": "CDC", "scope": "fhir:read"},
}
MARKED = re.compile(r'<\w+ [^>]*aria-invalid="true"[^>]*>')
FOCUS = re.compile(r" autofocus\b")


def post(client: FlaskClient, path: str, **fields: str) -> str:
    token = client.csrf  # type: ignore[attr-defined]
    answer = client.post(path, data={**FORMS[path], **fields, "csrf_token": token})
    assert answer.status_code == 422, answer.text
    return answer.text


def is_beside(page: str, field: str) -> bool:
    """Return whether *field* alone is marked, has the focus, and has its sentence."""
    marked = MARKED.findall(page)
    return (
        len(marked) == 1
        and f' name="{field}"' in marked[0]
        and f' aria-describedby="wrong-{field}"' in marked[0]
        and FOCUS.findall(page) == FOCUS.findall(marked[0]) == [" autofocus"]
        and page.count(f'id="wrong-{field}"') == page.count('role="alert"') == 1
    )


@pytest.mark.parametrize("path", FORMS)
def test_a_name_of_two_places_is_answered_beside_the_field_by_their_codes(
    sign_in: SignIn, path: str
) -> None:
    client = sign_in(Role.HEALTH_OFFICER if "outcomes" in path else Role.ADMINISTRATOR)
    page = post(client, path, place=TWO)
    assert is_beside(page, "place"), page
    assert all(code in page for code in CODES)
    assert "Ghi mã trong ngoặc" in page
    assert f'value="{TWO}"' in page
    client.set_cookie("lang", "en")
    assert "Give the code in brackets" in post(client, path, place=TWO)


@pytest.mark.parametrize(
    ("path", "field", "typed"),
    [("/users", "sees", "?"), ("/users", "login", ""), ("/lots", "count", "x"),
     ("/cards", "people", "An;19"), ("/rosters", "title", ""), ("/rosters", "day", "hôm nay"),
     ("/rosters", "series", "x"), ("/stations", "station", ""),
     ("/rosters", "people", ""), ("/partners", "place", "ở đâu")],
)  # fmt: skip
def test_each_field_is_answered_for_itself(
    sign_in: SignIn, path: str, field: str, typed: str
) -> None:
    filled = {"place": "vn-2021:24", field: typed}
    assert is_beside(post(sign_in(Role.ADMINISTRATOR), path, **filled), field)


@pytest.mark.parametrize("path", ["/callbacks", "/desks/result_without_release", "/zones"])
def test_a_filter_by_a_name_of_two_places_is_answered_beside_it_and_kept(
    sign_in: SignIn, path: str
) -> None:
    answer = sign_in(Role.HEALTH_OFFICER).get(path, query_string={"place": f"Tỉnh {TWO}"})
    assert answer.status_code == 422
    assert is_beside(answer.text, "place")
    assert f'value="Tỉnh {TWO}"' in answer.text


@pytest.mark.parametrize(
    "path", ["/callbacks/export", f"/desks/result_without_release/export?place={TWO}"]
)
def test_nothing_is_taken_out_by_a_filter_that_names_two_places(sign_in: SignIn, path: str) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    asked = {"place": TWO, "reason": "gửi trạm y tế", "form": "csv"}
    answer = client.post(path, data={**asked, "csrf_token": client.csrf})  # type: ignore[attr-defined]
    assert answer.status_code == 422
    assert answer.mimetype == "text/html"


def test_a_roster_gives_back_series_station_and_day_and_keeps_no_other(
    make_scene: Callable[..., object], sign_in: SignIn, database: Database
) -> None:
    with database.write() as session:
        make_scene(session)
    client = sign_in(Role.ADMINISTRATOR)
    for day in ("2026-12-24", ""):
        page = post(client, "/rosters", place=TWO, station="ban-2", day=day)
        assert '<option value="27" selected>' in page
        assert '<option value="ban-2" selected>' in page
        assert f'name="day" value="{day}"' in page
    with database.read() as session:
        assert not session.scalar(select(func.count()).select_from(RosterDraft))


def test_a_file_that_no_browser_keeps_is_asked_for_again(sign_in: SignIn) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    asked = "▲ Chọn lại tệp"
    assert asked not in post(client, "/rosters", place=TWO)
    file = (BytesIO("Nguyễn Thị Mẫu;1991;Nữ".encode()), "ca-sáng.csv")
    fields = {**FORMS["/rosters"], "place": TWO, "file": file, "csrf_token": client.csrf}  # type: ignore[attr-defined]
    answer = client.post("/rosters", data=fields, content_type="multipart/form-data")
    assert answer.text.count(asked) == 1
    assert is_beside(answer.text, "place")


def test_a_place_of_two_leaves_an_account_where_it_was(sign_in: SignIn) -> None:
    boss = sign_in(Role.ADMINISTRATOR)
    sign_in(Role.LAB_TECHNICIAN, "lan")
    moved = {"role": Role.REGISTRAR, "place": TWO, "sees": "", "csrf_token": boss.csrf}  # type: ignore[attr-defined]
    answer = boss.post("/users/lan/move", data=moved)
    assert answer.status_code == 422
    assert is_beside(answer.text, "place")
    assert f'<option value="{Role.REGISTRAR}" selected>' in answer.text
    assert 'value="vn-2021:24"' in boss.get("/users/lan").text


def test_results_are_looked_for_by_a_places_name(sign_in: SignIn) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    fields = {"q": "", "place": "viet yen", "csrf_token": client.csrf}  # type: ignore[attr-defined]
    answer = client.post("/outcomes/find", data=fields)
    assert answer.location.endswith("/outcomes?place=vn-2021%3A24.222")


def test_a_partners_place_is_typed_by_its_name(sign_in: SignIn, database: Database) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    fields = {**FORMS["/partners"], "csrf_token": client.csrf}  # type: ignore[attr-defined]
    for name, place in (("cdc-tinh", "viet yen"), ("bo-y-te", "*")):
        answer = client.post("/partners", data={**fields, "partner": name, "place": place})
        assert answer.status_code == 200
        assert 'id="partner-token"' in answer.text
    with database.read() as session:
        found = {each.id: each.place for each in session.scalars(select(Partner))}
    assert found == {"cdc-tinh": "vn-2021:24.222", "bo-y-te": "*"}
    shut = client.post("/partners", data={**fields, "place": "viet yen"}).text
    assert 'role="alert"' in shut
    assert 'value="cdc-tinh"' in shut
    assert 'value="fhir:read" checked' in shut
