"""A box was scanned under another's label: the bench sets it right, scan by scan."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from server.db import Database
from server.lab import queries as lab
from server.lab.services import receive_tube
from tests.server.lab.bench.test_browser import Hands

pytestmark = pytest.mark.browser


def test_a_scan_in_the_right_box_offers_it_and_a_whole_box_goes_by_the_scanner(
    database: Database, make_scene: Any, open_page: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        tubes = [scene.tube() for _ in range(4)]
        for tube in tubes:
            receive_tube(session, tube, box="H1", by="user:lan", now=scene.now)
    page = open_page("/reception?box=H2", width=390)
    hands = Hands(page)
    hands.scan(tubes[0].text)
    expect(page.locator("[role=alert]")).to_contain_text("hộp H1")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
    page.get_by_role("button", name="thành H2").click()
    expect(page.locator(".flash")).to_contain_text("nay ghi ở hộp H2 (trước: H1)")
    page.get_by_text("Sửa hộp của ống đã nhận").click()
    page.locator("details[open] input.scan").focus()
    for tube in tubes[1:]:
        hands.scan(tube.text)
        expect(page.locator(".flash")).to_contain_text(tube.grouped)
        expect(page.locator("details[open] input.scan:focus")).to_have_count(1)
    with database.read() as session:
        boxes = [known.box for tube in tubes if (known := lab.reception_of(session, tube))]
    assert boxes == ["H2"] * 4
