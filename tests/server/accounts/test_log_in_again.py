"""What may happen between a password's check and the log-in, and who was at the screen before."""

import re
from typing import Any
from unicodedata import normalize

import pytest
from flask import Flask
from sqlalchemy import select

from server.accounts import services
from server.accounts.models import User
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database

PASSWORD = "mưa rơi trên mái tôn"  # noqa: S105 - a made-up one


@pytest.fixture
def lan(database: Database, clock: Any) -> str:
    with database.write() as session:
        services.add_user(
            session, "lan", name="Trần Thị Lan", role=Role.HEALTH_OFFICER, password=PASSWORD,
            place="vn-2021:24", shortest=12, by="test", now=clock(),
        )  # fmt: skip
    return "lan"


@pytest.mark.parametrize("change", ["access", "password"])
def test_a_change_between_check_and_log_in_is_not_undone(
    lan: str, database: Database, clock: Any, change: str
) -> None:
    with database.read() as session:
        checked = services.check_password(session, lan, PASSWORD)
    assert checked is not None
    with database.write() as session:
        if change == "access":
            services.take_access(session, lan, by="user:boss", now=clock())
        else:
            services.set_password(
                session, lan, "một câu khác hẳn", shortest=12, by="user:boss", now=clock()
            )
    with pytest.raises(services.WrongPassword), database.write() as session:
        services.log_in(session, checked, PASSWORD, address="127.0.0.1", now=clock())
    with database.read() as session:
        user = session.scalars(select(User)).one()
        assert user.active is (change == "password")
        assert user.password_hash != checked.password_hash or change == "access"


def test_a_keyboard_that_takes_letters_apart_types_the_same_password(
    lan: str, database: Database
) -> None:
    with database.read() as session:
        composed, apart = normalize("NFC", PASSWORD), normalize("NFD", PASSWORD)
        assert composed != apart
        assert services.check_password(session, lan, composed)
        assert services.check_password(session, lan, apart)


def test_who_was_at_the_screen_before_is_logged_out(
    app: Flask, lan: str, database: Database, sign_in: Any
) -> None:
    client = sign_in(Role.LAB_TECHNICIAN)
    before = client.get_cookie("ghepmau").value
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
    fields = {"login": lan, "password": PASSWORD, "csrf_token": found[1] if found else ""}
    assert client.post("/login", data=fields).status_code == 302
    assert "Trần Thị Lan" in client.get("/").text
    stale = app.test_client()
    stale.set_cookie("ghepmau", before)
    assert stale.get("/").status_code == 302
    with database.read() as session:
        left = select(AuditEntry.actor).where(AuditEntry.action == "user.logged-out")
        assert list(session.scalars(left)) == ["user:lab-technician"]


def test_an_enrolment_in_broken_utf_8_is_refused_as_unreadable(app: Flask) -> None:
    answer = app.test_client().post("/api/v1/stations/enrol", data=b'{"code":"\xff"}')
    assert (answer.status_code, answer.get_json()["code"]) == (422, "bad-input")


def test_a_link_on_another_site_logs_nobody_out(app: Flask, sign_in: Any) -> None:
    """The browser keeps a strict cookie back then; what we answer must not replace it."""
    client = sign_in(Role.HEALTH_OFFICER)
    kept = client.get_cookie("ghepmau")
    client.delete_cookie("ghepmau")
    assert client.get("/overview").status_code == 302
    client.get("/login?next=/overview")
    assert client.get_cookie("ghepmau") is None
    client.set_cookie("ghepmau", kept.value)
    assert client.get("/overview").status_code == 200
