"""A security key in a real Chromium, whose own virtual key answers: added, used, taken away."""

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from server.accounts.roles import Role
from server.accounts.services import add_user
from server.config import Settings
from server.db import Database
from tests.server.pages.looking import CHROMIUM

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
def page(app: Flask, settings: Settings, database: Database, clock: Any) -> Iterator[Page]:
    if not CHROMIUM.exists():
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
        chromium = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium.new_context(base_url=settings.origin).new_page()
    server.shutdown()
    serving.join()


def log_in(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("Tên đăng nhập").fill("lan")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator("input[name=login]")).to_have_count(0)


def prove(page: Page, how: str) -> None:
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name=how).click()


def make_new_codes(page: Page) -> None:
    page.goto("/account")
    page.get_by_role("link", name="Làm mã dự phòng mới").click()
    prove(page, "Tiếp tục bằng khóa bảo mật")
    expect(page.locator(".codes li")).to_have_count(10)


def test_a_key_is_added_lets_in_and_is_taken_away(page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    log_in(page)
    page.goto("/account")
    page.get_by_role("link", name="Thêm khóa bảo mật").click()
    prove(page, "Tiếp tục")
    page.get_by_label("Tên của khóa").fill("khóa xanh")
    page.get_by_role("button", name="Chạm khóa để thêm").click()
    expect(page.locator("h1")).to_have_text("Mã dự phòng")

    page.get_by_role("button", name="Đăng xuất").click()
    log_in(page)
    page.get_by_role("button", name="Dùng khóa bảo mật").click()
    expect(page.locator("h1")).to_contain_text("Xin chào")

    make_new_codes(page)

    page.goto("/account")
    row = page.get_by_role("row", name="khóa xanh")
    row.get_by_role("link", name="Bỏ").click()
    prove(page, "Tiếp tục bằng khóa bảo mật")
    expect(page.locator(".flash")).to_have_text("Đã bỏ.")
    expect(page.get_by_role("row", name="khóa xanh")).to_have_count(0)
    assert not said, "nothing that the browser refused"
