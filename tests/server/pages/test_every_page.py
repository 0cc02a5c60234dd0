"""Every page, as a role that reaches it, in a real Chromium: read by everybody, light, complete.

One look (a phone, Vietnamese, light) by `make test`; all of them by `make a11y`, which also keeps
pictures of every page where PAGES names a folder.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from contract.identities import masked_name
from server import place_names
from server.accounts.roles import Role
from server.db import Database
from tests.server.pages import everything, looking, walk

OPEN = ("/login", "/d", "/verify-slip", "/api/docs", "/welcome")  # to everybody
COOKIES = ("ghepmau", "phone", "keeper", "flash")
ROLES = (Role.HEALTH_OFFICER, Role.ADMINISTRATOR, Role.LAB_TECHNICIAN, *Role)
NO_STOP = {  # pages that answer a walk by another page, and the test that opens them
    "/stories/results/<uuid:result_id>": "test_stories",
    "/verify-slip/<uuid:number>": "test_slips",
    "/k/<code>/open": "test_keeper_page",
    "/login/second": "test_doors",
    "/login/kept": "test_kept_forms",
    "/account/second-factor": "test_a_security_key",
}
MARKS = re.compile("[àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]", re.I)


@dataclass(frozen=True)
class Site:
    """A server over a day with one of everything, and where to go."""

    app: Flask
    clients: dict[str, FlaskClient]
    cookies: dict[str, dict[str, str]]
    stops: list[walk.Stop]


class Quiet(WSGIRequestHandler):
    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Say nothing of each request."""


@pytest.fixture
def site(app: Flask, database: Database, make_scene: Any, sign_in: Any, clock: Any) -> Site:
    clients: dict[str, FlaskClient] = {role: sign_in(role) for role in ROLES}
    clients[walk.NOBODY] = app.test_client()
    starts = everything.fill(database, make_scene, clients, clock)
    starts += [*OPEN, "/", "/wall", "/nation"]
    cookies = {role: cookies_of(client) for role, client in clients.items()}
    return Site(app, clients, cookies, walk.stops(app, clients, starts))


def cookies_of(client: FlaskClient) -> dict[str, str]:
    """Return what a client's browser was given to keep."""
    kept = {name: client.get_cookie(name) for name in COOKIES}
    return {name: cookie.value for name, cookie in kept.items() if cookie}


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, site.app, threaded=True, request_handler=Quiet)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    serving.join()


@pytest.mark.browser
def test_every_page_can_be_read_by_everybody_on_any_screen(site: Site, address: str) -> None:
    assert walk.pages_of(site.app) - {stop.rule for stop in site.stops} - set(NO_STOP) == set()
    if not looking.CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    wrong: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=looking.CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        for how in looking.LOOKS:
            seen = looking.look(browser, address, site.cookies, site.stops, how, picture_of(how))
            wrong += seen.wrong
        browser.close()
    assert not wrong, "\n".join(map(str, wrong))


def picture_of(how: looking.Look) -> Any:
    """Return what takes pictures, where somebody wants them."""
    folder = os.environ.get("PAGES")

    def taken(page: Page, stop: walk.Stop) -> None:
        name = re.sub(r"\W+", "-", stop.rule).strip("-") or f"desks-{stop.role}"
        page.screenshot(path=Path(folder or ".") / f"{name}.{how}.png", full_page=True)

    return taken if folder else None


class Words(HTMLParser):
    """What a page says: text, and the attributes that are read or heard."""

    SAID = frozenset({"title", "aria-label", "placeholder", "alt"})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._foreign = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._foreign or dict(attrs).get("lang") == "vi":
            self._foreign += tag not in {"input", "br", "img", "meta", "link", "hr"}
            return
        self.said += [value for name, value in attrs if name in self.SAID and value]

    def handle_endtag(self, tag: str) -> None:
        self._foreign -= self._foreign > 0

    def handle_data(self, data: str) -> None:
        if not self._foreign:
            self.said.append(data)


def test_an_english_page_says_nothing_in_vietnamese_but_names(site: Site) -> None:
    ours = {"Ghép Mẫu", "Tiếng Việt", "Người", "Bàn", "gen N và ORF1ab"}
    names = {*place_names.every().values(), *everything.DATA, *map(masked_name, everything.DATA)}
    known = re.compile("|".join(map(re.escape, sorted(names | ours, key=len, reverse=True))))
    wrong: list[tuple[str, list[str]]] = []
    for stop in site.stops:
        joint = "&" if "?" in stop.path else "?"
        words = Words()
        words.feed(site.clients[stop.role].get(f"{stop.path}{joint}lang=en").text)
        left = [said.strip() for said in words.said if MARKS.search(known.sub("", said))]
        wrong += [(stop.path, left)] if left else []
    assert not wrong, "\n".join(map(str, wrong))
