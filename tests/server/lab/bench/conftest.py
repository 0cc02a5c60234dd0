"""The bench's pages in a real Chromium, over a server that serves on a port of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from server.accounts.roles import Role

expect.set_options(timeout=30_000)  # a busy machine is no fault of the page
CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu"]
Opened = Callable[..., Page]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Serve the app of this test; return where."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    serving.join()


@pytest.fixture
def chromium() -> Iterator[Callable[..., Browser]]:
    """Start a Chromium, with further arguments if need be."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    with sync_playwright() as play:
        started: list[Browser] = []

        def start(*arguments: str) -> Browser:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *arguments])
            started.append(browser)
            return browser

        yield start
        for browser in started:
            browser.close()


# The page's script may put the focus where the page wants it before the browser does: chance.
FOCUSED = "Autofocus processing was blocked because a document already has a focused element."


@pytest.fixture
def told() -> list[str]:
    """What the browser complained of."""
    return []


@pytest.fixture
def open_page(
    address: str, chromium: Callable[..., Browser], sign_in: Any, told: list[str]
) -> Opened:
    """Open a path as somebody who is logged in; another login is another person."""

    def opened(path: str, *arguments: str, login: str = "lan", width: int = 1366) -> Page:
        client = sign_in(Role.LAB_TECHNICIAN, login)
        cookie = client.get_cookie("ghepmau")
        context = chromium(*arguments).new_context(viewport={"width": width, "height": 768})
        context.add_cookies([{"name": "ghepmau", "value": cookie.value, "url": address}])
        page = context.new_page()
        page.on("console", lambda said: said.text == FOCUSED or told.append(said.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto(address + path)
        return page

    return opened
