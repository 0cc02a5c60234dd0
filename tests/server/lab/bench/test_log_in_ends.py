"""A log-in that is about to end at the bench: said in time, kept by one press, no scan lost.

One browser goes through it, because one takes seconds to start.
"""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from msgspec.structs import replace
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}


class Bench:
    """A page for a scanner, and the bar at its lower edge; minutes go by here and at the server."""

    def __init__(self, page: Page, clock: Any) -> None:
        self.page, self.clock = page, clock
        page.clock.install()
        page.reload()
        self.bar, self.field = page.locator("#ending"), page.locator("main input.scan[autofocus]")
        self.stay = self.bar.get_by_role("button", name="Tiếp tục đăng nhập")
        self.again = self.bar.get_by_role("link", name="Đăng nhập lại ở tab mới")

    def after(self, minutes: int, said: str) -> None:
        """Let minutes go by; then the bar says so, and nothing took the focus."""
        self.clock.advance(minutes=minutes)
        self.page.clock.fast_forward(minutes * 60_000)
        expect(self.bar.locator("p[aria-live=assertive]")).to_contain_text(said)
        expect(self.field).to_be_focused()

    def press(self, how: Callable[[], None], said: str) -> None:
        """Ask to stay; the focus is where it was, and what was scanned so far as well."""
        how()
        expect(self.bar).to_contain_text(said)
        expect(self.field).to_be_focused()
        expect(self.field).to_have_value("2600")

    def use_keys(self) -> None:
        self.stay.focus()
        self.page.keyboard.press("Enter")


def test_the_end_is_said_heard_and_put_off_while_the_scanner_keeps_the_focus(
    app: Flask, open_page: Any, clock: Any, told: list[str]
) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], idle_minutes=4)
    bench = Bench(open_page("/reception"), clock)
    expect(bench.bar).to_be_hidden()
    expect(bench.field).to_be_focused()
    bench.page.keyboard.type("2600")  # a scan is under way
    bench.after(3, "Phiên đăng nhập hết lúc 08:04")
    expect(bench.again).to_be_hidden()
    assert Axe().run(bench.page, options=AXE).response["violations"] == []
    bench.press(bench.stay.click, "Vẫn đăng nhập, ít nhất đến 08:07")
    expect(bench.stay).to_be_hidden()
    bench.after(3, "hết lúc 08:07")
    bench.press(bench.use_keys, "Vẫn đăng nhập, ít nhất đến 08:10")
    assert told == []
    bench.page.context.set_offline(True)
    bench.after(3, "hết lúc 08:10")  # as it was known
    bench.press(bench.stay.click, "Máy chủ không trả lời; phiên đăng nhập vẫn hết lúc 08:10")
    bench.page.context.set_offline(False)
    bench.press(bench.stay.click, "Vẫn đăng nhập, ít nhất đến 08:13")
    bench.after(5, "Phiên đăng nhập đã hết")
    expect(bench.again).to_be_visible()
    expect(bench.stay).to_be_hidden()
    expect(bench.field).to_have_value("2600")
