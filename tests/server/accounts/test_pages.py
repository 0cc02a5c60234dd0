import re
from argparse import ArgumentParser
from collections.abc import Callable

from flask.testing import FlaskClient

from device.enrol_cli import add_to
from server.accounts.roles import Role

SignIn = Callable[..., FlaskClient]
BAN_1 = {"station": "ban-1", "label": "Bàn 1", "place": "vn-2021:24", "duty": "sampling"}


def test_a_new_station_shows_its_code_once(sign_in: SignIn) -> None:
    boss = sign_in(Role.ADMINISTRATOR)
    page = boss.post("/stations", data=BAN_1).text
    assert re.search(r'id="one-time-code">(\w{4}-){3}\w{4}<', page)
    assert "one-time-code" not in boss.get("/stations").text


def test_what_the_page_says_to_type_is_what_a_station_takes(sign_in: SignIn) -> None:
    page = sign_in(Role.ADMINISTRATOR).post("/stations", data=BAN_1).text
    file, typed = re.findall(r'<code class="command"[^>]*>([^\n]*)</code>', page)
    code = re.search(r'id="one-time-code">([^<]+)<', page)
    assert code is not None
    assert file == f"server=http://localhost<br>code={code[1]}"
    program, command, *words = typed.removeprefix("sudo ").split()
    assert (program, command) == ("ghepmau-station", "enrol")
    parser = ArgumentParser(exit_on_error=False)
    add_to(parser.add_subparsers())
    asked = parser.parse_args([command, *words])
    assert (asked.server, asked.code) == ("http://localhost", code[1])
    assert str(asked.state) == "/var/lib/ghepmau", "where the units look"
    assert "đặt public_url" in page, "that address opens on this machine alone"


def test_a_station_that_exists_is_refused_with_what_to_do(sign_in: SignIn) -> None:
    boss = sign_in(Role.ADMINISTRATOR)
    boss.post("/stations", data=BAN_1)
    again = boss.post("/stations", data=BAN_1)
    assert again.status_code == 409
    assert "Chọn tên khác" in again.text


def test_a_revoked_station_gets_no_code(sign_in: SignIn) -> None:
    boss = sign_in(Role.ADMINISTRATOR)
    boss.post("/stations", data=BAN_1)
    assert boss.post("/stations/ban-1/revoke").status_code == 302
    assert boss.post("/stations/ban-1/code").status_code == 409
    assert "đã thu hồi" in boss.get("/stations").text


def test_the_trail_tells_an_administrator_who_did_what(sign_in: SignIn) -> None:
    boss = sign_in(Role.ADMINISTRATOR)
    boss.post("/stations", data=BAN_1)
    page = boss.get("/audit?about=ban-1").text
    assert "station.created" in page
    assert "user:administrator" in page
    assert "station.created" not in boss.get("/audit?about=ban-2").text
    assert sign_in(Role.HEALTH_OFFICER).get("/audit").status_code == 403


def test_a_person_is_added_locked_and_let_in_again(sign_in: SignIn) -> None:
    boss = sign_in(Role.ADMINISTRATOR)
    fields = {"login": "minh", "name": "Lê Văn Minh", "role": "swab-team", "place": "vn-2021:24"}
    assert boss.post("/users", data=fields).status_code == 200
    boss.post("/users/minh/access")
    assert "đã khóa" in boss.get("/users").text
    boss.post("/users/minh/access", data={"give": "1"})
    assert "đã khóa" not in boss.get("/users").text


def test_every_role_finds_its_desks_at_home_and_no_others(sign_in: SignIn) -> None:
    technician = sign_in(Role.LAB_TECHNICIAN).get("/").text
    assert "Nhận mẫu" in technician
    assert "Người dùng" not in technician
    assert "Verify" in sign_in(Role.LAB_TECHNICIAN).get("/?lang=en").text


def test_a_chosen_language_stays(sign_in: SignIn) -> None:
    client = sign_in(Role.SWAB_TEAM)
    client.get("/?lang=en")
    assert "Hello" in client.get("/").text
    assert "Xin chào" in client.get("/?lang=xx").text
