"""A phone at a market: the network goes, the declaration is kept, the network comes, it is sent."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from server.db import Database
from server.declarations import queries
from server.declarations.kinds import PointKind
from server.declarations.phone_models import PhonePerson
from server.declarations.points import PointWish, add_point

PHONE = {"width": 360, "height": 640}
WAIT_MS = 60_000  # a busy machine is slow, and this is no race
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def address(app: Flask, database: Database, now: Any) -> Iterator[str]:
    """The page behind the poster of a market, on a server of its own."""
    with database.write() as session:
        wish = PointWish(PointKind.MARKET, "Chợ Mẫu", "vn-2021:24.222", address="Thôn Mẫu")
        code = add_point(session, wish, by="user:quan", now=now).id
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/d/{code}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as play:
        opened = play.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


def answer(page: Page, *picks: str, **typed: str) -> None:
    """Answer the one question on the screen and go on."""
    step = page.locator(".step:visible")
    expect(step).to_have_count(1)
    for pick in picks:
        step.get_by_text(pick, exact=True).click()
    for name, text in typed.items():
        step.locator(f"[name={name}]").fill(text)
    step.locator("a.next").click()


def fill_in(page: Page, name: str, behalf: str = "Cho tôi") -> None:
    answer(page, behalf)
    answer(page, name=name)
    answer(page, birth="1991")
    answer(page, "Nữ")
    answer(page)  # no number
    answer(page, phone="0912345678", address="Thôn Mẫu")
    changes(page)


def changes(page: Page, signs: str = "Không có dấu hiệu nào") -> None:
    answer(page, signs)
    for _ in range(4):
        answer(page, "Không")
    page.locator(".step:visible .pick").click()


def shot(page: Page, folder: Path, name: str) -> None:
    """Keep a picture; nothing may be wider than the phone."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], f"{name} is {wide} wide"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone's browser, on which no script of ours may fail."""
    context = browser.new_context(viewport=PHONE, locale="vi-VN")  # type: ignore[arg-type]
    context.set_default_timeout(WAIT_MS)
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    yield opened
    assert troubles == []


def test_a_declaration_outlives_a_lost_network(
    page: Page, address: str, database: Database, tmp_path: Path
) -> None:
    page.goto(address)
    page.wait_for_function(
        "caches.open('ghepmau-phone-1').then((kept) => kept.keys()).then((all) => all.length > 2)"
    )
    shot(page, tmp_path, "1-begin")
    page.locator(".step:visible a.next").click()
    expect(page.get_by_text("Hãy chọn một câu trả lời.")).to_be_visible()
    page.context.set_offline(True)
    fill_in(page, "Nguyễn Thị Mẫu")
    shot(page, tmp_path, "2-consent")
    page.get_by_role("button", name="Gửi tờ khai").click()
    expect(page.get_by_text("Chưa có mạng. Tờ khai được giữ trên điện thoại này")).to_be_visible()
    shot(page, tmp_path, "3-kept")
    page.reload()  # without a network: the worker opens it
    expect(page.get_by_text("Đang giữ trên điện thoại, chưa gửi: 1")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Đã gửi xong các tờ khai được giữ.")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("link", name="Xem mã QR của bạn").click()
    expect(page.locator("svg.qr")).to_be_visible()
    (person,) = known(database)
    with database.read() as session:
        assert len(queries.declarations_of(session, person.person_id)) == 1


def test_next_time_a_phone_is_asked_what_changes(
    page: Page, address: str, database: Database, tmp_path: Path
) -> None:
    page.goto(address)
    fill_in(page, "Nguyễn Thị Mẫu")
    page.get_by_role("button", name="Gửi tờ khai").click()
    expect(page.get_by_text("Đã nhận tờ khai")).to_be_visible()
    page.goto(address)
    shot(page, tmp_path, "4-again")
    page.get_by_role("link", name="N●●●●● Thị M●● · 1991").click()
    changes(page, "Sốt")
    page.get_by_role("button", name="Gửi tờ khai").click()
    expect(page.get_by_text("Bạn có dấu hiệu hoặc tiếp xúc")).to_be_visible()
    shot(page, tmp_path, "5-done")
    (person,) = known(database)
    with database.read() as session:
        assert len(queries.declarations_of(session, person.person_id)) == 2


def test_what_is_wrong_is_said_at_its_screen_and_opened_there(page: Page, address: str) -> None:
    page.goto(address)
    answer(page, "Cho tôi")
    answer(page, name="Nguyễn Thị Mẫu")
    answer(page, birth="91")
    expect(page.get_by_text("Ghi năm sinh, ví dụ 1991")).to_be_visible()
    answer(page, birth="1991")
    answer(page, "Nữ")
    answer(page, number="123")  # the server alone knows
    answer(page, phone="0912345678", address="")
    changes(page)
    page.get_by_role("button", name="Gửi tờ khai").click()
    expect(page.get_by_text("Số căn cước có 12 số")).to_be_in_viewport()
    page.locator("[name=number]").fill("")
    page.get_by_role("button", name="Gửi tờ khai").click()
    expect(page.get_by_text("Đã nhận tờ khai")).to_be_visible()


def test_without_scripts_the_plain_form_does_it(
    browser: Browser, address: str, database: Database, tmp_path: Path
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.goto(f"{address}?lang=vi")
    fill_in(page, "Trần Thị Hai", "Khai hộ người khác")
    page.locator(".step:visible .pick").click()  # takes the agreement back
    page.get_by_role("button", name="Gửi tờ khai").click()
    expect(page.get_by_text("Chưa đồng ý thì không gửi được tờ khai.")).to_be_visible()
    page.get_by_text("Tôi đã đọc và đồng ý.").click()
    page.get_by_role("button", name="Gửi tờ khai").click()
    expect(page.get_by_text("Đã nhận tờ khai")).to_be_visible()
    expect(page.locator("svg.qr")).to_be_visible()
    (person,) = known(database)
    assert person.on_behalf


def known(database: Database) -> list[PhonePerson]:
    with database.read() as session:
        return list(session.query(PhonePerson))
