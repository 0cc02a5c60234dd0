"""A station's page file that a test writes, and the kiosk that shows it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from device.config import Config, Table
from device.config import Kiosk as Settings
from device.kiosk.server import Kiosk
from device.lines import Board, Held, Line, Page, Pair

PAIRS = [Pair("2026-11-22T01:14:00+00:00", "260000123482", "paired")]
PAGE = Page(
    station="ban-2",
    label="Bàn 2 · Nhà máy A",
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
    pairs=PAIRS,
)


@dataclass
class Desk:
    """Plays the station: writes its page, touches it, and numbers its lines."""

    path: Path
    page: Page = PAGE
    _told: int = 0
    _board: Board = field(init=False)

    def __post_init__(self) -> None:
        self._board = Board(self.path)
        self._board.show(self.page)

    def show(self, **changes: Any) -> None:
        self.page = msgspec.structs.replace(self.page, **changes)
        self._board.show(self.page)

    def tell(self, outcome: str, vi: str = "", en: str = "", **more: Any) -> Line:
        """Return the station's next line."""
        self._told += 1
        at = f"2026-11-22T01:20:00.{self._told:06}+00:00"
        return Line(at=at, outcome=outcome, vi=vi, en=en, **more)

    def beat(self) -> None:
        os.utime(self.path)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "state.json")


@pytest.fixture
def kiosks(desk: Desk) -> Iterator[Callable[..., Kiosk]]:
    """Give kiosks of that desk's page; all are closed at the end."""
    running: list[Kiosk] = []

    def started(port: int = 0, language: str = "vi") -> Kiosk:
        settings = msgspec.convert({"port": port, "language": language}, Settings)
        kiosk = Kiosk(Config(Table(state=str(desk.path.parent)), kiosk=settings), beat=0.2)
        kiosk.start()
        running.append(kiosk)
        return kiosk

    yield started
    for kiosk in running:
        kiosk.close()


@pytest.fixture
def kiosk(kiosks: Callable[..., Kiosk]) -> Kiosk:
    return kiosks()
