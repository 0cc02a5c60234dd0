"""Take the pictures of the station's own screen that the docs show: docs/pictures/kiosk*.png.

    .venv/bin/python tools/kiosk_pictures.py

The page is the real one, served from a state file that this script writes; the names are invented.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
from playwright.sync_api import expect, sync_playwright

from device.config import Config, Table
from device.config import Kiosk as Settings
from device.kiosk.server import Kiosk
from device.lines import Board, Held, Line, Page, Pair
from device.reasons import Refusal
from device.refusal_words import REFUSALS

OUT = Path(__file__).parents[1] / "docs" / "pictures"
TUBES = [f"26000012{tail}" for tail in (3268, 3375, 3482, 3589, 3696)]
PAGE = Page(
    station="ban-2",
    label="Bàn 2 · Nhà máy A · ca sáng",
    held=Held("idle"),
    counts={"paired": 42, "voided": 1},
    devices={"camera": "ok", "reader": "ok"},
    journal="ok",
    waiting=0,
    set_aside=0,
    contact="2026-11-22T01:00:00+00:00",
    trouble="",
    clock_trusted=True,
    alarms=[],
    recent=[],
    pairs=[
        Pair(f"2026-11-22T01:{minute}:00+00:00", tube, "voided" if minute == 11 else "paired")
        for minute, tube in enumerate(TUBES, 10)
    ],
)


def shots() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each picture's name, a word that stands on it, and what it changes on the page."""
    name = "N●●●●● Thị M●●"
    said = REFUSALS[Refusal.TUBE_USED]
    tube = "2600 0012 3482"
    vi, en = (
        said.vi.format(tube=tube, when=" lúc 08:12"),
        said.en.format(tube=tube, when=" at 08:12"),
    )
    yield "kiosk-idle", "QUÉT MÃ NGƯỜI", {}
    yield "kiosk-person", name, {"held": Held("person", name, 1991, until=monotonic() + 24)}
    yield "kiosk-paired", "Đã ghép", {"recent": [line("paired", tube=TUBES[-1])]}
    told = line("refused", vi=vi, en=en)
    yield "kiosk-refused", "08:12", {"recent": [told]}
    members = [name, "T●●● Văn Khôi N●●●●", "L● T●●●"]
    pool = Held("pool", tube="900000124410", members=3, names=members)
    yield "kiosk-pool", "GỘP", {"held": pool}
    lost = {"devices": {"camera": "ok", "reader": "lost"}, "recent": [line("reader-lost")]}
    yield "kiosk-offline", "đầu đọc", {"trouble": "no route", "waiting": 12, **lost}


def line(outcome: str, **more: Any) -> Line:
    return Line(at=f"2026-11-22T01:14:00.{monotonic():.0f}+00:00", outcome=outcome, **more)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        board = Board(Path(folder) / "state.json")
        board.show(PAGE)
        kiosk = Kiosk(Config(Table(state=folder), kiosk=Settings(port=0)))
        kiosk.start()
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 800, "height": 480})
        page.goto(kiosk.address)
        for name, word, changes in shots():
            board.show(msgspec.structs.replace(PAGE, label=f"{PAGE.label} "))
            board.show(msgspec.structs.replace(PAGE, **changes))
            expect(page.locator("#main")).to_contain_text(word, timeout=10_000)
            page.screenshot(path=OUT / f"{name}.png")
            print(name)
        browser.close()
        kiosk.close()


if __name__ == "__main__":
    main()
