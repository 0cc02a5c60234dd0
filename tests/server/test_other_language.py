"""The link to the other language leads to a page of this server, whatever the address bar said."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from server import display
from server.accounts.roles import Role

EVIL = ["/\\evil.example/x", "/\t/evil.example/x", "/\n/evil.example/x", "//evil.example/x",
        "///evil.example", "/\\\\evil.example", "\\\\evil.example",
        "/\r\\evil.example"]  # fmt: skip
BROWSERS = str.maketrans({"\\": "/", "\t": None, "\n": None, "\r": None})  # as they read a link


def link(page: str) -> str:
    found = re.search(r'<a class="language" href="([^"]*)"', page)
    return unescape(found[1]) if found else "no link"


def is_ours(address: str) -> bool:
    seen = address.translate(BROWSERS)
    return seen.startswith("/") and not seen.startswith("//") and not urlsplit(seen).netloc


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", EVIL)
def test_an_address_that_names_another_server_leads_to_the_desks(
    app: Flask, sign_in: Any, path: str, method: str
) -> None:
    for client in (app.test_client(), sign_in(Role.HEALTH_OFFICER)):
        for before in ("", f"http://localhost{path}"):
            answer = client.open(
                "/", method=method, environ_overrides={"PATH_INFO": path, "HTTP_REFERER": before}
            )
            if answer.status_code < 400:  # a road with one slash too many
                continue
            assert link(answer.text) == "/?lang=en"
            every = re.findall(r'href="([^"#]+)"', answer.text)
            assert [each for each in every if not is_ours(unescape(each))] == []


@settings(max_examples=60)
@given(tail=st.text(alphabet="/\\\t\n\r:@?#%. e", max_size=8))
def test_the_link_is_ours_also_where_there_is_a_page_of_every_path(tail: str) -> None:
    app = Flask(__name__)
    app.add_url_rule("/<path:tail>", "every")
    with app.test_request_context("/", environ_overrides={"PATH_INFO": f"/{tail}"}):
        assert is_ours(display.in_language("en"))


def test_a_page_of_ours_is_kept_with_what_was_asked(sign_in: Any) -> None:
    page = sign_in(Role.HEALTH_OFFICER).get("/outcomes?status=a&status=b&lang=vi").text
    assert link(page) == "/outcomes?status=a&status=b&lang=en"
