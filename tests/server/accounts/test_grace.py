"""Who needs a second factor is told on the first page until when; nobody else is."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.accounts.roles import Role
from tests.server.accounts.at_the_door import enrol, log_in

SignIn = Callable[..., FlaskClient]
TOLD = "cần bước xác thực thứ hai. Thêm trước"


def test_the_first_page_says_until_when_it_works_without(sign_in: SignIn) -> None:
    for role in (Role.HEALTH_OFFICER, Role.ADMINISTRATOR):
        assert TOLD in sign_in(role).get("/").text
    assert TOLD not in sign_in(Role.LAB_TECHNICIAN).get("/").text


@pytest.mark.usefixtures("lan")
def test_whoever_has_one_is_not_told(app: Flask, clock: Any) -> None:
    client = app.test_client()
    log_in(client)
    before = client.get("/").text
    enrol(client, clock)
    assert (TOLD in before, TOLD in client.get("/").text) == (True, False)
