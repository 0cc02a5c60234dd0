"""From the log-in to a corrected result, in a real Chromium: by scan and key, as people do it."""

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from werkzeug.serving import make_server

from contract.tubes import TubeId
from server.accounts.roles import Role
from server.accounts.services import add_user
from server.db import Database
from tests.server.pages.looking import CHROMIUM

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)
PASSWORD = "ba con gà mái 26"  # noqa: S105 - of an invented person
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
Open = Callable[..., Page]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    serving.join()


@pytest.fixture
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    with sync_playwright() as play:
        yield play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])


@pytest.fixture
def tubes(database: Database, make_scene: Any) -> list[TubeId]:
    """Two tubes of two people, and two technicians with a password."""
    with database.write() as session:
        scene = make_scene(session)
        found = [scene.tube(), scene.tube()]
        for tube, name in zip(found, ("Lê Văn An", "Trần Thị Bình"), strict=True):
            scene.pair(tube, scene.person(name))
        for login, name in (("lan", "Vũ Thị Lan"), ("minh", "Đỗ Văn Minh")):
            add_user(
                session, login, name=name, role=Role.LAB_TECHNICIAN, password=PASSWORD,
                place="vn-2021:24", by="operator", shortest=8, now=scene.now,
            )  # fmt: skip
    return found


def log_in(browser: Browser, address: str, login: str, size: Any = DESKTOP) -> Page:
    page = browser.new_context(viewport=size, base_url=address).new_page()
    page.goto("/login")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Xin chào")
    return page


def press(page: Page, button: Locator) -> None:
    """Press *button* and wait until the whole page that it leads to is there."""
    with page.expect_navigation():
        button.click()
    expect(page.locator(".flash")).to_be_visible()


def scan(page: Page, code: str) -> None:
    """A reader types the code and ends it."""
    expect(page.locator("input.scan:focus")).to_have_count(1)
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator(".flash").first).to_contain_text(code[-4:])


def test_a_day_from_the_log_in_to_a_corrected_result(
    browser: Browser, address: str, tubes: list[TubeId], sign_in: Any
) -> None:
    lan = log_in(browser, address, "lan")
    lan.goto("/reception?box=H1")
    for tube in tubes:
        scan(lan, tube.text)
    enter_a_plate(lan, tubes)
    minh = log_in(browser, address, "minh", PHONE)
    verify_controls(minh)
    verify_and_release(minh, alone=1)
    officer = officer_page(browser, address, sign_in)
    see(officer, "an", "Lê Văn An", "âm tính")
    take_out(officer)
    correct(lan, tubes[0])
    verify_and_release(minh, alone=1)
    see(officer, "an", "Lê Văn An", "dương tính")
    officer.goto(f"/tubes/{tubes[0].text}")
    expect(officer.locator(".story")).to_contain_text("đọc nhầm dòng")


def enter_a_plate(page: Page, tubes: list[TubeId]) -> None:
    page.goto("/plates")
    page.get_by_role("button", name="Lập đĩa mới").click()
    for tube in tubes:
        scan(page, tube.text)
    page.get_by_role("button", name="Khóa").click()
    page.goto(page.url.split("?")[0].rstrip("/") + "/key")
    expect(page.locator("input.well:focus")).to_have_count(1)
    for letter in "NP":
        page.keyboard.press(letter)
    for control, letter in (("G12", "N"), ("H12", "P")):
        page.locator(f"input[data-name={control}]").focus()
        page.keyboard.press(letter)
    page.locator("[data-save]").click()
    expect(page.locator(".flash")).to_contain_text("2")


def verify_controls(page: Page) -> None:
    page.goto("/runs")
    page.get_by_role("link", name="P-2026-0001").click()
    press(page, page.locator("form[action$='/verify'] button"))


def verify_and_release(page: Page, *, alone: int) -> None:
    """Verify what stands by itself and what stands together, then release all of it."""
    page.goto("/verify")
    for _ in range(alone):
        press(page, page.get_by_role("button", name="Duyệt ống").first)
    if (together := page.locator("[data-send]")).count():
        press(page, together)
    page.goto("/release")
    press(page, page.get_by_role("button", name="Phát hành các dòng đã chọn"))


def officer_page(browser: Browser, address: str, sign_in: Any) -> Page:
    cookie = sign_in(Role.HEALTH_OFFICER, "hoa").get_cookie("ghepmau")
    context = browser.new_context(viewport=DESKTOP, base_url=address)  # type: ignore[arg-type]
    context.add_cookies([{"name": "ghepmau", "value": cookie.value, "url": address}])
    return context.new_page()


def see(page: Page, typed: str, name: str, outcome: str) -> None:
    """Find somebody by a part of the name, without its marks."""
    page.goto("/outcomes")
    page.keyboard.type(typed)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text(outcome)


def take_out(page: Page) -> None:
    page.goto("/outcomes")
    page.get_by_text("Lấy danh sách ra").click()
    page.get_by_label("Lý do: cho ai, để làm gì").fill("gửi trạm y tế xã")
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV").click()
    assert "Lê Văn An" in taken.value.path().read_text(encoding="utf-8-sig")


def correct(page: Page, tube: TubeId) -> None:
    page.goto(f"/results/of/{tube.text}")
    page.get_by_role("link", name="Sửa").first.click()
    page.get_by_label("Dương tính").check()
    page.get_by_label("Vì sao sửa").fill("đọc nhầm dòng")
    press(page, page.get_by_role("button", name="Ghi bản sửa"))
