"""The first authenticator: an open screen alone does not put one on."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.accounts import factors
from server.accounts.door_models import SecondFactor
from server.db import Database
from tests.server.accounts.at_the_door import code_of, enrol, log_in
from tests.server.accounts.key_pages import sent

pytestmark = pytest.mark.usefixtures("lan")


def test_an_open_screen_puts_no_first_authenticator_on(
    app: Flask, clock: Any, database: Database
) -> None:
    """Else whoever finds it has the codes for paper, and the owner is out."""
    owner: FlaskClient = app.test_client()
    log_in(owner)
    asked = owner.get("/account/second-factor")
    assert asked.location == "/account/prove?act=authenticator"
    page = owner.get(asked.location).text
    wrong = sent(owner, page, "/account/prove", password="sai rồi nhé")
    assert (wrong.status_code, "<figcaption>" in wrong.text) == (403, False)
    secret = factors.new_secret()
    offer = factors.offer(secret, "user:lan", now=clock())
    code = code_of(secret, clock)
    forged = sent(owner, page, "/account/second-factor", offer=offer, code=code)
    assert (forged.status_code, "<code>" in forged.text) == (403, False)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SecondFactor)) == 0
    assert len(enrol(owner, clock)[1]) == 10, "the password puts it on"
