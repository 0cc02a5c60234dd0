"""A security key in a real Chromium, whose own virtual key answers: added, used, taken away.

Each page on the way is examined as all others are (`test_every_page`): these come after a form.
"""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, expect, sync_playwright
from werkzeug.serving import make_server

from server.accounts.roles import Role
from server.accounts.services import add_user
from server.config import Settings
from server.db import Database
from tests.server.pages import looking

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)
PASSWORD = "ba con gà mái 26"  # noqa: S105 - of an invented person
KEY = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": False,
       "automaticPresenceSimulation": True}  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A server that knows its port: keys sign the whole address of a page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Settings(data=str(tmp_path), port=probe.getsockname()[1], background=False)


@pytest.fixture
def browser(app: Flask, settings: Settings, database: Database, clock: Any) -> Iterator[Browser]:
    if not looking.CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    with database.write() as session:
        add_user(
            session, "lan", name="Vũ Thị Lan", role=Role.HEALTH_OFFICER, password=PASSWORD,
            place="vn-2021:24", by="operator", shortest=8, now=clock(),
        )  # fmt: skip
    server = make_server("127.0.0.1", settings.port, app, threaded=True)
    serving = Thread(target=server.serve_forever)
    serving.start()
    with sync_playwright() as play:
        yield play.chromium.launch(
            executable_path=looking.CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
    server.shutdown()
    serving.join()


class Lan:
    """Somebody with a key at a browser, and who looks over the shoulder."""

    def __init__(self, browser: Browser, address: str, how: looking.Look) -> None:
        self.seen, self.how = looking.Seen(), how
        self.page = looking.opened(browser, address, {}, how, self.seen)
        self.address = address
        keys = self.page.context.new_cdp_session(self.page)
        keys.send("WebAuthn.enable")
        keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def press(self, button: Locator, then: str) -> None:
        """Press *button*; the page that comes is examined, by its name."""
        with self.page.expect_navigation():
            button.click()
        looking.examine(self.page, f"{then} ({self.how})", self.seen)
        if folder := os.environ.get("PAGES"):
            name = f"key-{re.sub(r'[^a-z]+', '-', then)}.{self.how}.png"
            self.page.screenshot(path=Path(folder) / name, full_page=True)

    def field(self, name: str) -> Locator:
        return self.page.locator(f"input[name={name}]")

    def send(self, path: str, then: str) -> None:
        self.press(self.page.locator(f"form[action='{path}'] button:not([data-key])"), then)

    def touch(self, then: str) -> None:
        """Let the key answer what the page asks it."""
        self.press(self.page.locator("button[data-key]"), then)

    def log_in(self, then: str) -> None:
        self.open("/login")
        self.field("login").fill("lan")
        self.field("password").fill(PASSWORD)
        self.send("/login", then)

    def is_told_beside(self, name: str) -> None:
        """What is wrong stands beside the field *name*, which waits for what is right."""
        field = self.page.locator(f"input[name={name}]:focus")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_value("")
        beside = self.page.locator(f"#{field.get_attribute('aria-describedby')}")
        expect(beside).to_be_visible()
        self.seen.wrong[:] = [each for each in self.seen.wrong if "status of 403" not in each]


@pytest.mark.parametrize("how", looking.LOOKS, ids=str)
def test_a_key_is_added_lets_in_and_is_taken_away(
    browser: Browser, settings: Settings, how: looking.Look
) -> None:
    lan = Lan(browser, settings.origin, how)
    lan.log_in("desks")
    look_at_an_authenticator(lan)
    add_a_key(lan)
    lan.send("/logout", "log-in")
    lan.log_in("second factor")
    lan.touch("desks")
    make_new_codes(lan)
    take_the_key_away(lan)
    assert not lan.seen.wrong, "\n".join(lan.seen.wrong)


def look_at_an_authenticator(lan: Lan) -> None:
    lan.open("/account/second-factor")
    lan.field("password").fill(PASSWORD)
    lan.send("/account/prove", "add an authenticator")
    expect(lan.page.locator("figcaption code")).to_be_visible()


def add_a_key(lan: Lan) -> None:
    lan.open("/account/prove?act=key")
    lan.field("password").fill("sai mat khau")
    lan.send("/account/prove", "wrong password")
    lan.is_told_beside("password")
    lan.page.keyboard.type(PASSWORD)
    lan.send("/account/prove", "add a key")
    lan.field("label").fill("blue key")
    lan.touch("codes")
    expect(lan.page.locator(".codes li")).to_have_count(10)


def make_new_codes(lan: Lan) -> None:
    lan.open("/account/prove?act=codes")
    lan.field("password").fill(PASSWORD)
    lan.field("code").fill("ABCD-2345-6789")
    lan.send("/account/prove", "wrong code")
    lan.is_told_beside("code")
    lan.field("password").fill(PASSWORD)
    lan.touch("new codes")
    expect(lan.page.locator(".codes li")).to_have_count(10)


def take_the_key_away(lan: Lan) -> None:
    lan.open("/account")
    row = lan.page.get_by_role("row", name="blue key")
    lan.press(row.locator("a"), "take away")
    lan.field("password").fill(PASSWORD)
    lan.touch("account")
    expect(lan.page.locator(".flash")).to_be_visible()
    expect(row).to_have_count(0)
