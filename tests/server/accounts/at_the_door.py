"""What a person does at the door: sends forms, logs in, adds an authenticator."""

import re
from typing import Any

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "mưa rơi trên mái tôn"  # noqa: S105 - a made-up one
OTHER = "nắng lên cánh đồng xa"
AREA = "vn-2021:24.222"


def send(client: FlaskClient, page: str, path: str = "", **fields: str) -> TestResponse:
    """Open *page* and send its form, to *path* or itself."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    return client.post(path or page, data={"csrf_token": found[1] if found else "", **fields})


def log_in(client: FlaskClient, password: str = PASSWORD) -> TestResponse:
    return send(client, "/login", login="lan", password=password)


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def enrol(client: FlaskClient, clock: Any) -> tuple[str, list[str]]:
    """Add an authenticator; return its secret, and the codes for paper."""
    asked = "/account/prove?act=authenticator"
    assert client.get("/account/second-factor").location == asked
    page = send(client, asked, "/account/prove", act="authenticator", password=PASSWORD).text
    secret = "".join(re.findall(r"[A-Z2-7]{4} ", page.split("<figcaption>")[1])).replace(" ", "")
    hidden = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1]
              for name in ("offer", "csrf_token", "proof")}  # fmt: skip
    fields = {**hidden, "code": code_of(secret, clock)}
    answer = client.post("/account/second-factor", data=fields)
    assert answer.status_code == 200
    return secret, re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", answer.text)


def code_of(secret: str, clock: Any) -> str:
    return pyotp.TOTP(secret).at(clock())
