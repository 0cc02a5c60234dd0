"""A new server says what to do first, to whoever may do it, and is silent once it is done."""

import re
from collections.abc import Callable, Mapping

from flask.testing import FlaskClient

from server.accounts.permission_words import WORDS
from server.accounts.roles import Role
from server.permissions import Permission

SignIn = Callable[..., FlaskClient]
PERSON = {"name": "Lê Thị Mẫu", "role": Role.HEALTH_OFFICER, "sees": ""}
STATION = {"station": "ban-9", "label": "Bàn 9", "place": "Việt Yên", "duty": "sampling"}


def post(client: FlaskClient, path: str, fields: Mapping[str, str]) -> str:
    """Send a form as a browser would and return the page that comes."""
    token = client.csrf  # type: ignore[attr-defined]
    answer = client.post(path, data={**fields, "csrf_token": token}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_new_server_tells_its_administrator_what_to_do_first(sign_in: SignIn) -> None:
    administrator = sign_in(Role.ADMINISTRATOR)
    page = administrator.get("/").text
    for path in ("/users", "/stations", "/lots"):
        assert f'<a href="{path}"><b>' in page
    assert "trong vòng 10 phút" in page, "as long as the setting says"
    post(administrator, "/stations", STATION)
    page = administrator.get("/").text
    assert '<a href="/stations"><b>' not in page, "a step that was done is no link any more"
    post(administrator, "/lots", {"series": "26", "count": "5", "place": "Tỉnh Bắc Giang"})
    sign_in(Role.HEALTH_OFFICER)
    page = administrator.get("/").text
    assert '<a href="/users"><b>' in page, "without two at the bench nobody verifies"
    for login in ("lan", "minh"):
        lab = {**PERSON, "login": login, "role": Role.LAB_TECHNICIAN, "place": "Việt Yên"}
        post(administrator, "/users", lab)
    assert "Bắt đầu" not in administrator.get("/").text


def test_who_can_do_none_of_it_is_not_asked(sign_in: SignIn) -> None:
    assert "Bắt đầu" not in sign_in(Role.LAB_TECHNICIAN).get("/").text


def test_a_place_is_given_by_its_name_as_well(sign_in: SignIn) -> None:
    administrator = sign_in(Role.ADMINISTRATOR)
    for login, place in (("hoa", "viet yen"), ("hue", "Huyện Việt Yên"), ("hai", "vn-2021:24.222")):
        page = post(administrator, "/users", {**PERSON, "login": login, "place": place})
        assert 'value="vn-2021:24.222"' in page
        assert "chưa xem được nơi nào" not in page


def test_a_place_that_leads_nowhere_is_said_at_once(sign_in: SignIn) -> None:
    administrator = sign_in(Role.ADMINISTRATOR)
    said = post(administrator, "/users", {**PERSON, "login": "hoa", "place": "Việt Yêm"})
    assert "chưa xem được nơi nào" in said
    lab = {**PERSON, "login": "lan", "role": Role.LAB_TECHNICIAN, "place": "Phòng xét nghiệm A"}
    assert "chưa xem được nơi nào" not in post(administrator, "/users", lab)


def test_whoever_sets_up_a_table_prints_its_sheets_from_a_page(sign_in: SignIn) -> None:
    team = sign_in(Role.SWAB_TEAM)
    sheets = re.findall(r'href="(/lots/sheets/[^"]+)"', team.get("/lots").text)
    assert len(sheets) == 2
    for sheet in sheets:
        answer = team.get(sheet)
        assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")


def test_a_tube_without_a_box_is_told_where_its_box_is_given(sign_in: SignIn) -> None:
    technician = sign_in(Role.LAB_TECHNICIAN)
    fields = {"tube": "260000000182", "box": "", "csrf_token": technician.csrf}  # type: ignore[attr-defined]
    assert "quét nhãn hộp trước" in technician.post("/reception", data=fields).text


def test_what_was_typed_is_there_again_where_it_could_not_be_taken(sign_in: SignIn) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    token = {"csrf_token": client.csrf}  # type: ignore[attr-defined]
    people = {**token, "people": "Nguyễn Thị Mẫu;1991;Nữ\nTrần Văn Thử;19", "place": "vn-2021:24"}
    for path in ("/cards", "/rosters"):
        answer = client.post(path, data={**people, "title": "Nhà máy A", "series": "x"})
        assert answer.status_code == 422
        assert "Trần Văn Thử;19" in answer.text
        assert 'role="alert"' in answer.text
    codes = client.post("/lots", data={**token, "codes": "MK-1 MK-2 MK-1", "place": "vn-2021:24"})
    assert codes.status_code >= 400
    assert "MK-1 MK-2 MK-1" in codes.text
    taken = {**PERSON, **token, "login": Role.ADMINISTRATOR, "place": "Việt Yên"}
    page = client.post("/users", data=taken).text
    assert 'value="Lê Thị Mẫu"' in page
    assert 'role="alert"' in page


def test_the_page_of_roles_says_every_permission_in_words(sign_in: SignIn) -> None:
    assert set(WORDS) == set(Permission)
    page = sign_in(Role.REGISTRAR).get("/roles").text
    assert all(vi in page for vi, _ in WORDS.values())
