"""What a person with a security key does on our pages, and what the pages ask the key."""

import html
import json
import re
from typing import Any

from flask.testing import FlaskClient

from tests.server.accounts.at_the_door import PASSWORD, send
from tests.server.accounts.soft_key import Options, SoftKey

HERE = "http://localhost:8000"


def options_of(page: str) -> Options:
    found: Options = json.loads(html.unescape(re.search(r'data-options="([^"]+)"', page)[1]))
    return found


def sent(client: FlaskClient, page: str, path: str, **fields: str) -> Any:
    """Send the form of *page*, with its hidden fields."""
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in
              ("csrf_token", "proof", "act", "factor")}  # fmt: skip
    kept = {name: html.unescape(found[1]) for name, found in hidden.items() if found}
    return client.post(path, data={**kept, **fields})


def add_key(client: FlaskClient, key: SoftKey, label: str = "khóa xanh", **shown: str) -> Any:
    page = client.get("/account/prove?act=key").text
    page = sent(client, page, "/account/prove", password=PASSWORD, **shown).text
    answer = key.create(options_of(page), HERE)
    return sent(client, page, "/account/keys", label=label, credential=answer)


def show(client: FlaskClient, answer: str) -> int:
    found: int = send(client, "/login/second", credential=answer).status_code
    return found


def asked(client: FlaskClient) -> Options:
    return options_of(client.get("/login/second").text)


def add_key_with(client: FlaskClient, code: str) -> Any:
    page = client.get("/account/prove?act=key").text
    return sent(client, page, "/account/prove", password=PASSWORD, code=code)
