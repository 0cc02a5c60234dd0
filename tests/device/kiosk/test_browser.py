"""The kiosk in a real Chromium, on the three screens that stations have."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from contract.boxes import BoxId
from contract.duties import Duty
from device.duties.facts import BoxShut, CheckInAgain, CheckInMade, DutySet, SameArrival
from device.facts import Outcome, Person, Refused
from device.kiosk.server import Kiosk
from device.lines import Held, Pair
from device.reasons import Refusal
from device.refusal_words import REFUSALS
from device.sentences import shown

pytestmark = pytest.mark.browser
CHROMIUM = Path("/usr/bin/chromium")
SIZES = [(480, 320), (800, 480), (1920, 1080)]
NAMES = ["N●●●●● Thị M●●", "T●●● Văn Minh Khôi N●●●●", "L● T●●●"]
TUBE = "260000123482"
BOX = BoxId.mint(12)
WHO = Person("a" * 16, "citizen-card", "sealed", NAMES[1], 1991)
SPILL = """() => ['body', '#head', '#main', '#pairs', '#devices'].filter(name => {
  const box = document.querySelector(name);
  return box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;
})"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def told() -> list[str]:
    """What the browser complained of."""
    return []


@pytest.fixture
def look(chromium: Browser, told: list[str]) -> Iterator[Callable[..., Page]]:
    """Give pages of a kiosk, on a screen of a size."""
    pages: list[Page] = []

    def looked(kiosk: Kiosk, size: tuple[int, int] = (800, 480)) -> Page:
        page = chromium.new_page(viewport={"width": size[0], "height": size[1]})
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto(kiosk.address)
        pages.append(page)
        return page

    yield looked
    for page in pages:
        page.close()


def person(seconds: float = 24) -> Held:
    return Held("person", NAMES[0], 1991, until=monotonic() + seconds)


def states(desk: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state of the screen: the mood that it must have, and the station's page."""
    calm = {"held": Held("idle"), "recent": [], "trouble": "", "waiting": 0}
    calm |= {"devices": {"camera": "ok", "reader": "ok"}, "clock_trusted": True, "alarms": []}
    pool = Held("pool", tube="900000123482", members=9, names=[*NAMES * 3])
    yield "calm", calm
    yield "calm", {**calm, "held": person()}
    again = desk.tell("person-held", reason="again-today")
    yield "calm", {**calm, "held": person(4), "recent": [again]}
    yield "calm", {**calm, "held": Held("person", "?", None, until=monotonic() + 9)}
    look = Held("second-look", NAMES[1], 1991, until=monotonic() + 9)
    yield "calm", {**calm, "held": look, "recent": [desk.tell("second-look")]}
    own = Held("person", NAMES[0], 1991, tube=TUBE, until=monotonic() + 9)
    yield "calm", {**calm, "held": own}
    for held in (Held("tube", tube=TUBE, until=monotonic() + 9), pool):
        yield "calm", {**calm, "held": held, "pool_cap": 10}
    yield "calm", {**calm, "trouble": "no route", "waiting": 10_000}
    yield "calm", {**calm, "devices": {"camera": "opening", "reader": "ok"}}
    lost = {"camera": "ok", "reader": "lost"}
    yield from states_of_duties(desk, calm)
    yield "calm", {**calm, "devices": lost, "clock_trusted": False, "alarms": ["row 3"]}
    yield "trouble", {**calm, "devices": lost, "recent": [desk.tell("reader-lost")]}
    yield "good", {**calm, "recent": [desk.tell("paired", tube=TUBE)]}
    closed = desk.tell("pool-closed", "Đã đóng ống gộp: 5 người.", "Pool closed.", tube=TUBE)
    yield "good", {**calm, "recent": [closed]}
    yield "bad", {**calm, "held": person(), "recent": [refused(desk, Refusal.TUBE_USED)]}
    yield "stopped", {**calm, "recent": [desk.tell("stopped")]}


def states_of_duties(desk: Any, calm: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    point, bench = {**calm, "duty": "check-in"}, {**calm, "duty": "reception"}
    yield "calm", point
    asked = Held("answer", NAMES[1], 1991, until=monotonic() + 9)
    yield "calm", {**point, "held": asked, "recent": [desk.tell("check-in-asked")]}
    rows = [Pair("2026-11-22T01:14:00+00:00", "", mark) for mark in ("checked-in", "symptoms")]
    yield "bad", {**point, "pairs": rows, "recent": [told_of(desk, CheckInMade(WHO, "yes", 9))]}
    yield "good", {**point, "recent": [told_of(desk, CheckInMade(WHO, "no", 9))]}
    yield "good", {**point, "recent": [told_of(desk, CheckInAgain(WHO))]}
    yield "calm", bench
    box = Held("box", box=BOX.text, members=95, expected=96)
    again = told_of(desk, SameArrival(BOX, 95, 96, TUBE))
    yield "calm", {**bench, "held": box}
    yield "calm", {**bench, "held": box, "recent": [again]}
    yield "bad", {**bench, "recent": [told_of(desk, BoxShut(BOX, 95, 96, "label"))]}
    yield "good", {**bench, "recent": [told_of(desk, BoxShut(BOX, 96, 96, "label"))]}
    yield "calm", {**bench, "recent": [told_of(desk, DutySet(Duty.RECEPTION, Duty.SAMPLING))]}


def told_of(desk: Any, outcome: Outcome) -> Any:
    told = shown(outcome, 5)
    return desk.tell(told.outcome, told.said.vi, told.said.en, reason=told.reason, tube=told.tube)


def refused(desk: Any, reason: Refusal) -> Any:
    said = shown(Refused(reason, TUBE, datetime(2026, 11, 22, 1, 14, tzinfo=UTC)), 5).said
    return desk.tell("refused", said.vi, said.en, reason=reason.value)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_state_fits_the_screen_and_is_accessible(
    desk: Any, kiosk: Kiosk, look: Callable[..., Page], told: list[str], size: tuple[int, int]
) -> None:
    page = look(kiosk, size)
    desk.beat()
    for number, (mood, changes) in enumerate(states(desk)):
        desk.show(**changes, label=f"Bàn {number} · Nhà máy A · ca sáng")
        expect(page.locator("h1")).to_have_text(f"Bàn {number} · Nhà máy A · ca sáng")
        assert (page.get_attribute("body", "data-mood"), page.evaluate(SPILL)) == (mood, [])
        if mood != "good":  # it would be gone before the check is done; its page is checked below
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()
    assert told == []


def test_green_is_accessible(desk: Any, kiosk: Kiosk, look: Callable[..., Page]) -> None:
    page = look(kiosk)
    desk.beat()
    axe = Axe()
    page.evaluate(axe.axe_script)
    desk.show(recent=[desk.tell("paired", tube=TUBE)])
    page.wait_for_selector("[data-mood=good] .tail")
    page.evaluate("document.getElementById('main').id = 'kept'")  # so that it stays
    assert axe.run(page).violations_count == 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_refusal_fits_the_smallest_screen_beside_a_held_person(
    desk: Any, kiosks: Callable[..., Kiosk], look: Callable[..., Page], language: str
) -> None:
    page = look(kiosks(language=language), SIZES[0])
    desk.beat()
    spilt = []
    for reason in REFUSALS:
        desk.show(held=person(), recent=[refused(desk, reason)], label=reason.value)
        expect(page.locator("h1")).to_have_text(reason.value)
        spilt += [reason.value] * bool(page.evaluate(SPILL))
    assert spilt == []


def test_what_is_read_at_arms_length_is_large(
    desk: Any, kiosk: Kiosk, look: Callable[..., Page]
) -> None:
    page = look(kiosk, SIZES[0])
    desk.beat()
    pixels = "node => parseFloat(getComputedStyle(node).fontSize)"
    assert page.locator(".idle .prompt").evaluate(pixels) >= 48
    desk.show(held=person())
    assert page.locator(".person .prompt").evaluate(pixels) >= 48
    desk.show(held=Held("idle"), recent=[desk.tell("paired", tube=TUBE)])
    assert page.locator(".tail").evaluate(pixels) >= 96


def test_the_hold_counts_down_without_a_word_from_the_station(
    desk: Any, kiosk: Kiosk, look: Callable[..., Page]
) -> None:
    page = look(kiosk)
    desk.beat()
    desk.show(held=person(8))
    expect(page.locator(".ring b")).to_have_text(re.compile("[678]"))
    number = kiosk.hub.look().number
    expect(page.locator(".ring b")).to_have_text("4", timeout=8000)
    expect(page.locator(".ring")).to_have_class("ring late")
    assert kiosk.hub.look().number == number


def test_the_edge_is_amber_while_offline_and_says_so_in_words(
    desk: Any, kiosk: Kiosk, look: Callable[..., Page]
) -> None:
    page = look(kiosk)
    desk.beat()
    desk.show(trouble="no route", waiting=12)
    expect(page.locator(".badge")).to_have_text("Ngoại tuyến")
    expect(page.locator("#devices .off-line")).to_contain_text("(12)")
    edge = page.locator("body").evaluate("node => getComputedStyle(node).borderTopColor")
    assert edge == "rgb(255, 162, 0)"


def test_the_screen_says_when_it_is_cut_off_and_comes_back_by_itself(
    desk: Any, kiosks: Callable[..., Kiosk], look: Callable[..., Page]
) -> None:
    first = kiosks()
    port = urlsplit(first.address).port
    page = look(first)
    desk.beat()
    expect(page.locator("#main")).to_contain_text("QUÉT MÃ NGƯỜI")
    first.close()
    expect(page.locator("#cut")).to_be_visible(timeout=10_000)
    expect(page.locator("#cut")).to_contain_text("MÀN HÌNH MẤT LIÊN LẠC")
    second = kiosks(port=port)
    expect(page.locator("#cut")).to_be_hidden(timeout=10_000)
    second.hub.look()
    desk.show(held=person(60))
    expect(page.locator("#main")).to_contain_text(NAMES[0])


def test_without_script_the_page_renews_itself(desk: Any, kiosk: Kiosk, chromium: Browser) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(kiosk.address)
    desk.beat()
    expect(page.locator("#main")).to_contain_text("QUÉT MÃ NGƯỜI", timeout=8000)
    desk.show(held=person(60))
    expect(page.locator("#main")).to_contain_text(NAMES[0], timeout=8000)
    page.close()
