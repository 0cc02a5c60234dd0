"""Matched outcomes and stories as an officer works with them, in a real Chromium."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from server.accounts.roles import Role
from server.db import Database
from tests import asked

pytestmark = pytest.mark.browser
NAMES = ("Trần Thị Bình", "Đỗ Văn An", "Phạm Bình Minh")
expect.set_options(timeout=30_000)  # a busy machine is no fault of the page
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of."""
    return []


@pytest.fixture
def officer_page(app: Flask, sign_in: Any, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Open a path as an officer who has not said why names open; further widths in one browser."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = Thread(target=server.serve_forever)
    serving.start()
    address = f"http://127.0.0.1:{server.port}"
    client = sign_in(Role.HEALTH_OFFICER, "hoa", opens_names=False)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )

        def opened(path: str, *, width: int = 1366) -> Page:
            context = browser.new_context(viewport={"width": width, "height": 768})
            cookie = client.get_cookie("ghepmau")
            context.add_cookies([{"name": "ghepmau", "value": cookie.value, "url": address}])
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(address + path)
            return page

        yield opened
        browser.close()
    server.shutdown()
    serving.join()


@pytest.fixture
def tubes(database: Database, make_scene: Any) -> list[Any]:
    with database.write() as session:
        scene = make_scene(session)
        return [scene.pair(scene.tube(), scene.person(name)).tube for name in NAMES]


def look(page: Page, name: str) -> None:
    """No barrier, nothing wider than the window; a picture where somebody asks for one."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, f"{name} is wider than its window"
    if asked.PICTURES:
        page.screenshot(path=Path(asked.PICTURES) / f"{name}.png", full_page=True)


def enter(page: Page) -> None:
    """Press Enter and wait for the page it leads to: Chromium drops keys before its paint."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.evaluate("() => new Promise((on) => requestAnimationFrame(() => setTimeout(on)))")


def test_an_officer_finds_opens_and_follows_a_person_by_keys_alone(
    tubes: list[Any], officer_page: Any, complaints: list[str]
) -> None:
    page = officer_page("/outcomes")
    look(page, "outcomes")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#find input.scan")).to_be_focused()
    page.keyboard.type("binh")
    enter(page)
    expect(page.locator("table.found tbody tr")).to_have_count(2)
    assert "binh" not in page.url
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator("table.found tbody th a").nth(0)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#find input.scan")).to_be_focused()
    page.keyboard.type(tubes[1].text)  # a reader: what stood in the field is replaced
    enter(page)
    expect(page.locator("table.found tbody tr")).to_have_count(1)
    expect(page.locator("table.found")).to_contain_text("Đ● Văn A●")
    page.keyboard.press("ArrowDown")
    enter(page)
    opens_for_a_reason(page)
    assert complaints == []


def opens_for_a_reason(page: Page) -> None:
    expect(page.locator("form.names")).to_be_visible()
    look(page, "ask-why")
    page.locator("select[name=why]").select_option("trace")
    with page.expect_navigation():
        page.locator("form.names button").press("Enter")
    expect(page.locator("h1")).to_contain_text("Đỗ Văn An")
    look(page, "person")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pages_fit_a_phone_in_both_languages(
    tubes: list[Any], officer_page: Any, complaints: list[str], language: str
) -> None:
    page = officer_page(f"/outcomes?lang={language}", width=390)
    look(page, f"outcomes-phone-{language}")
    page.locator("details.more summary").click()
    look(page, f"filters-phone-{language}")
    page.goto(page.url.partition("/outcomes")[0] + f"/tubes/{tubes[0]}?lang={language}")
    look(page, f"tube-phone-{language}")
    assert complaints == []
