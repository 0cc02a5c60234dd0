"""The bench as scanners, keys and cameras drive it, in a real Chromium."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from contract.tubes import TubeId
from labels.symbols import code128
from server.db import Database
from server.lab import queries as lab
from server.lab.plates import services
from server.lab.plates.geometry import Fill
from server.lab.services import receive_tube

pytestmark = pytest.mark.browser
LAN: dict[str, Any] = {"by": "user:lan"}
KEYS_PER_SECOND = 2


class Hands:
    """A person at the keyboard, and their scanner; only the person's keys count."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def look(self) -> None:
        """Wait until the page is on the screen: Chromium drops keys that come before its paint."""
        self.page.evaluate("() => new Promise((on) => requestAnimationFrame(() => setTimeout(on)))")

    def scan(self, code: str) -> None:
        self.page.keyboard.type(code)
        self.page.keyboard.press("Enter")


@pytest.fixture
def plate(database: Database, make_scene: Any) -> tuple[str, list[TubeId]]:
    """A locked plate with 94 received tubes and two controls."""
    with database.write() as session:
        scene = make_scene(session)
        made = services.new_plate(
            session, "96-two", Fill.COLUMNS, title="QS5", now=scene.now, **LAN
        )
        tubes = [scene.tube() for _ in range(94)]
        for tube in tubes:
            receive_tube(session, tube, box="H1", now=scene.now, **LAN)
            services.place_tube(session, made.id, tube, now=scene.now, **LAN)
        services.lock(session, made.id, now=scene.now, **LAN)
    return made.id, tubes


def test_a_plate_of_96_is_keyed_in_less_than_three_minutes(
    plate: tuple[str, list[TubeId]], open_page: Any, database: Database, told: list[str]
) -> None:
    plate_id, tubes = plate
    hands = Hands(open_page(f"/plates/{plate_id}/key"))
    calls = ["P" if place in {7, 40} else "V" if place == 60 else "N" for place in range(94)]
    hands.press(*calls, "N", "P")  # the controls stand last
    hands.press("Enter")  # the focus is on the button that saves
    expect(hands.page.locator(".flash")).to_contain_text("94")
    seconds = hands.keys / KEYS_PER_SECOND
    print(f"\n96 wells: {hands.keys} keys, {seconds:.0f} s at {KEYS_PER_SECOND} keys/s")  # noqa: T201
    assert seconds < 180
    with database.read() as session:
        found = [lab.results_of(session, tube)[0].call[0].upper() for tube in tubes]
    assert found == [{"V": "I"}.get(call, call) for call in calls], "invalid also begins with i"
    assert told == []


def test_keys_walk_the_plate_find_a_tube_take_ct_and_go_back(
    plate: tuple[str, list[TubeId]], open_page: Any, database: Database
) -> None:
    plate_id, tubes = plate
    page = open_page(f"/plates/{plate_id}/key")
    hands, here = Hands(page), page.locator("input.well:focus")
    expect(here).to_have_attribute("data-name", "A1")
    hands.press("ArrowDown", "ArrowRight")
    expect(here).to_have_attribute("data-name", "B2")
    hands.scan(tubes[20].text)
    expect(here).to_have_attribute("data-name", "E3")
    hands.press("p", "ArrowUp", "c", *"24.1", "Enter", *"25,3", "Enter", "Enter")
    expect(here).to_have_attribute("data-name", "F3")
    hands.press("Backspace")
    expect(here).to_have_attribute("data-name", "E3")
    hands.scan(TubeId.mint(26, 900).text)
    expect(page.locator("body")).to_have_attribute("data-signal", "bad")
    for well, letter in (("G12", "n"), ("H12", "p")):
        page.locator(f"input[data-name={well}]").focus()
        hands.press(letter)
    page.locator("[data-save]").click()
    expect(page.locator(".flash")).to_contain_text("1")
    with database.read() as session:
        [result] = lab.results_of(session, tubes[20])
    assert result.call == "positive"
    assert [each.ct for each in result.readings] == ["24.1", "25.3"]


def test_the_others_are_filled_only_by_who_counted_them(
    plate: tuple[str, list[TubeId]], open_page: Any
) -> None:
    page = open_page(f"/plates/{plate[0]}/key")
    Hands(page).press("p")
    page.locator("summary").last.click()
    page.fill("[name=others]", "94")
    page.locator("[data-save]").click()
    expect(page.locator("[role=alert]")).to_contain_text("còn 93 giếng trống")
    expect(page.locator("input.well").first).to_have_value("P")
    page.fill("[name=call-G12]", "N")
    page.fill("[name=call-H12]", "P")
    expect(page.locator("details").last).to_have_attribute("open", "")  # for what is wrong in it
    page.fill("[name=others]", "93")
    page.locator("[data-save]").click()
    expect(page.locator(".flash")).to_contain_text("94")


def test_tubes_without_a_plate_are_scanned_and_keyed_one_letter_each(
    database: Database, make_scene: Any, open_page: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        first, second, third = (scene.tube() for _ in range(3))
        for tube in (first, second, third):
            receive_tube(session, tube, box="H1", now=scene.now, **LAN)
    page = open_page("/results")
    hands = Hands(page)
    hands.scan(first.text)
    hands.press("n")
    expect(page.locator(".flash")).to_contain_text(first.grouped)
    hands.scan(third.text)  # the wrong tube: the next scan takes its place
    hands.scan(second.text)
    hands.press("c", *"24.1", "Enter", "Enter", "Enter", "p")
    expect(page.locator(".flash")).to_contain_text(second.grouped)
    with database.read() as session:
        assert [each.call for each in lab.results_of(session, first)] == ["negative"]
        [positive] = lab.results_of(session, second)
        assert lab.results_of(session, third) == []
    assert (positive.call, positive.readings[0].ct) == ("positive", "24.1")


def test_scans_come_faster_than_answers_and_none_is_lost(
    database: Database, make_scene: Any, open_page: Any, told: list[str]
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        tubes = [scene.tube() for _ in range(12)]
    page = open_page("/reception?box=H1")
    hands = Hands(page)
    for tube in tubes:
        hands.scan(tube.text)
    expect(page.locator(".counts dd").first).to_have_text("12")
    with database.read() as session:
        assert all(lab.reception_of(session, tube) for tube in tubes)
    expect(page.locator("input.scan:focus")).to_have_count(1)
    hands.scan(tubes[0].text)
    expect(page.locator("body")).to_have_attribute("data-signal", "again")
    page.locator("h1").click()  # the hand touched something else
    hands.scan(TubeId.mint(27, 1).text)
    expect(page.locator("body")).to_have_attribute("data-signal", "bad")
    expect(page.locator("[role=alert]")).to_contain_text("không thuộc lô nào")
    expect(page.locator("input.scan:focus")).to_have_count(1)
    hands.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()
    assert not [each for each in told if "409" not in each]


def test_a_tube_held_before_the_browsers_camera_is_received(
    database: Database, make_scene: Any, open_page: Any, tmp_path: Path
) -> None:
    with database.write() as session:
        tube = make_scene(session).tube()
    film = tmp_path / "tube.mjpeg"
    film.write_bytes(frame_of(tube.text) * 30)
    page = open_page(
        "/reception?box=H1",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    page.locator("[data-camera]").first.click()
    expect(page.locator(".flash")).to_contain_text(tube.grouped, timeout=20_000)
    with database.read() as session:
        reception = lab.reception_of(session, tube)
    assert reception is not None
    assert reception.box == "H1"
    page.locator(".camera button").click()
    expect(page.locator(".camera")).to_have_count(0)


def frame_of(text: str) -> bytes:
    """A label before a camera: 640 × 480, as JPEG."""
    picture = Image.new("L", (640, 480), 230)
    draw, symbol = ImageDraw.Draw(picture), code128(text)
    left, module = 80, 4
    draw.rectangle((left - 60, 140, left + symbol.modules * module + 60, 340), fill=255)
    for first, width in symbol.bars:
        bar = left + first * module
        draw.rectangle((bar, 160, bar + width * module - 1, 320), fill=0)
    out = BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def test_the_pages_can_be_read_by_everybody_on_any_screen(
    plate: tuple[str, list[TubeId]], open_page: Any, address: str
) -> None:
    page = open_page("/")
    for path in (f"/plates/{plate[0]}", f"/plates/{plate[0]}/key", "/reception?box=H1", "/storage"):
        page.goto(address + path)
        found = Axe().run(page)
        assert found.violations_count == 0, (path, found.generate_report())
    page.set_viewport_size({"width": 390, "height": 800})
    for path in (f"/plates/{plate[0]}", f"/plates/{plate[0]}/key", "/reception?box=H1", "/boxes"):
        page.goto(address + path)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 1, (path, wide)
