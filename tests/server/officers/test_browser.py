"""The officers' pages in a real Chromium: accessible in both schemes, fresh by themselves."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from server.db import Database
from server.figures import folding
from tests.server.officers.a_day import Day

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)  # a busy machine is no fault of the page
CHROMIUM = Path("/usr/bin/chromium")
LOOKS = [("/overview", 1366, "light"), ("/overview?lang=en", 390, "dark"), ("/wall", 1600, "dark"),
         ("/quality", 390, "light"), ("/reports", 1366, "dark")]  # fmt: skip


@pytest.fixture
def open_page(app: Flask, officer: Any) -> Iterator[Any]:
    """Open a path as the officer, in a browser of this test."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = Thread(target=server.serve_forever)
    serving.start()
    address = f"http://127.0.0.1:{server.port}"
    cookie = {"name": "ghepmau", "value": officer.get_cookie("ghepmau").value, "url": address}
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )

        def opened(path: str, width: int, scheme: Any = "light", *, script: bool = True) -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": 800}, color_scheme=scheme,
                java_script_enabled=script,
            )  # fmt: skip
            context.set_default_timeout(60_000)
            context.add_cookies([cookie])  # type: ignore[list-item]
            page = context.new_page()
            page.goto(address + path)
            return page

        yield opened
        browser.close()
    server.shutdown()
    serving.join()


def test_every_page_is_accessible_and_fits(open_page: Any) -> None:
    for path, width, scheme in LOOKS:
        page = open_page(path, width, scheme)
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        said = [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]]
        assert said == [], path
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, path
        page.context.close()


def test_the_page_is_fresh_and_nothing_else_moves(
    open_page: Any, day: Day, database: Database
) -> None:
    page = open_page("/overview", 1366)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.locator("#table-hours summary").click()
    page.locator("#panel-groups").scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    with database.write() as session:
        day.scene.session = session
        day.scene.pair(day.scene.tube(), day.scene.person("Người Mới"))
    folding.fold_all(database)
    page.evaluate("import('/static/js/live.js').then((live) => live.refresh())")
    expect(page.locator("[data-live=figures] dd").first).to_contain_text("6")
    assert page.evaluate("scrollY") == before
    assert page.locator("#table-hours").get_attribute("open") is not None
    assert told == []


def test_the_wall_turns_and_needs_no_script(open_page: Any) -> None:
    page = open_page("/wall", 1600)
    expect(page.locator("#slide-flow")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#slide-hours")).to_be_visible()
    expect(page.locator("#slide-flow")).to_be_hidden()
    plain = open_page("/wall?slide=2", 1600, script=False)
    expect(plain.locator("#slide-turnaround")).to_be_visible()


def test_on_a_phone_the_figures_stand_before_the_filters_which_open_without_script(
    open_page: Any,
) -> None:
    page = open_page("/overview?station=ban-1", 360, script=False)
    folded, form = page.locator("details.fold summary"), page.locator("form.filter")
    expect(folded).to_contain_text("ban-1")
    expect(form).to_be_hidden()
    expect(page.locator(".figures.flow dd").first).to_be_in_viewport()
    folded.click()
    expect(form.locator("[name=station]")).to_have_value("ban-1")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(folded).to_be_hidden()
    expect(form).to_be_visible()
