"""The page behind a poster on an emulated slow phone: its weight, and a first declaration's time.

Chromium throttled through its own protocol: 400 kbit/s, 400 ms, a processor six times slower.  The
answers are tapped at once, so what is measured is the page and the network, not a reader.
"""

import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.report import Report

CHROMIUM = Path("/usr/bin/chromium")
WAIT_MS = 120_000
BYTES_A_SECOND, LATENCY_MS, SLOWER = 50_000, 400, 6


def measure(port: int, code: str, report: Report) -> None:
    """Add the figures of `/d/<code>` to the report; without Chromium, say so and add none."""
    if not CHROMIUM.exists():
        sys.stderr.write("no Chromium here: the phone page was not measured\n")
        return
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        _first_visit(browser, f"http://127.0.0.1:{port}/d/{code}", report)
        browser.close()


def _first_visit(browser: Browser, address: str, report: Report) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, locale="vi-VN")
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    heard = _throttle(page)
    began = perf_counter()
    page.goto(address, wait_until="load")
    page.locator(".step:visible").first.wait_for()
    shown = perf_counter()
    report.figures["page_requests"] = (len(heard), "requests")
    report.figures["page_weight"] = (sum(heard) / 1024, "kB")
    _declare(page)
    done = perf_counter()
    report.figures["page_usable"] = (shown - began, "s")
    report.figures["first_declaration"] = (done - began, "s")
    context.close()


def _throttle(page: Page) -> list[float]:
    """Make the phone slow; return a list that grows by the bytes of each answer on the wire."""
    heard: list[float] = []
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    said: dict[str, Any] = {
        "offline": False, "latency": LATENCY_MS, "downloadThroughput": BYTES_A_SECOND,
        "uploadThroughput": BYTES_A_SECOND,
    }  # fmt: skip
    wire.send("Network.emulateNetworkConditions", said)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    def note(event: dict[str, Any]) -> None:
        heard.append(event["encodedDataLength"])

    wire.on("Network.loadingFinished", note)
    return heard


def _declare(page: Page) -> None:
    """Answer each question on the screen, and send."""
    _answer(page, "Cho tôi")
    _answer(page, name="Nguyễn Thị Mẫu")
    _answer(page, birth="1991")
    _answer(page, "Nữ")
    _answer(page)
    _answer(page, phone="0912345678", address="Thôn Mẫu")
    _answer(page, "Không có dấu hiệu nào")
    for _ in range(4):
        _answer(page, "Không")
    page.locator(".step:visible .pick").click()
    page.get_by_role("button", name="Gửi tờ khai").click()
    page.get_by_text("Đã nhận tờ khai").wait_for()


def _answer(page: Page, *picks: str, **typed: str) -> None:
    step = page.locator(".step:visible")
    for pick in picks:
        step.get_by_text(pick, exact=True).click()
    for name, text in typed.items():
        step.locator(f"[name={name}]").fill(text)
    step.locator("a.next").click()
