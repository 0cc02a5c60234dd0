"""The panel through the real rpi-lgpio, on pins that are not there."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from types import ModuleType

import pytest

from device.drivers import Button, Panel
from device.drivers.panel_gpio import GpioPanel, PanelLost, Pins
from device.drivers.simulated.panel import SimulatedPanel
from device.signals import SIGNALS

PINS = Pins()


@pytest.fixture
def header(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Put a header of a Pi 4 under rpi-lgpio (which has no wheels for the newest Pythons)."""
    pytest.importorskip("RPi")
    monkeypatch.syspath_prepend(str(Path(__file__).with_name("fake_header")))
    monkeypatch.setenv("RPI_LGPIO_REVISION", "c03114")
    monkeypatch.setenv("RPI_LGPIO_CHIP", "0")
    lgpio = importlib.import_module("lgpio")
    lgpio.trace.clear()
    return lgpio


@pytest.fixture
def panel(header: ModuleType) -> Iterator[GpioPanel]:
    with closing(GpioPanel()) as panel:
        yield panel


def comes(true: Callable[[], bool], seconds: float = 3.0) -> bool:
    """Wait until *true* holds; return whether it did."""
    nothing = Event()
    for _ in range(int(seconds / 0.01)):
        if true():
            return True
        nothing.wait(0.01)
    return False


def test_a_pair_is_green_and_two_rising_tones_then_dark(
    header: ModuleType, panel: GpioPanel
) -> None:
    panel.show(SIGNALS["paired"])
    assert comes(lambda: (PINS.green, 1) in header.trace)
    assert comes(lambda: header.trace[-3:] == [(PINS.green, 0), (PINS.red, 0), (PINS.blue, 0)])
    tones = [what[1] for pin, what in header.trace if pin == PINS.sounder and what not in (0, 1)]
    assert [tone for tone in tones if tone] == [880, 1760]


def test_red_stays_until_the_next_sign(header: ModuleType, panel: GpioPanel) -> None:
    panel.show(SIGNALS["refused"])
    assert comes(lambda: header.lines[PINS.red].level == 1)
    panel.show(SIGNALS["person-held"])
    assert comes(lambda: header.lines[PINS.blue].level == 1)
    assert header.lines[PINS.red].level == 0


def test_a_button_that_is_held_down_counts_once(header: ModuleType, panel: GpioPanel) -> None:
    header.drive(PINS.undo, 0)
    seen: list[Button] = []
    assert comes(lambda: bool(seen.extend(panel.pressed()) or seen))
    assert not comes(lambda: bool(panel.pressed()), seconds=0.2)
    header.drive(PINS.undo, 1)
    assert not comes(lambda: bool(panel.pressed()), seconds=0.1)
    header.drive(PINS.cancel, 0)
    assert comes(lambda: Button.CANCEL in panel.pressed())
    assert seen == [Button.UNDO]


def test_buttons_for_an_answer_are_there_where_they_are_wired(header: ModuleType) -> None:
    with closing(GpioPanel(Pins(yes=5, no=6))) as panel:
        header.drive(6, 0)
        assert comes(lambda: panel.pressed() == {Button.NO})
        header.drive(5, 0)
        assert comes(lambda: panel.pressed() == {Button.YES})


def test_a_closed_panel_is_dark_and_silent(header: ModuleType) -> None:
    panel = GpioPanel()
    panel.show(SIGNALS["trouble"])
    assert comes(lambda: header.lines[PINS.red].level == 1)
    panel.close()
    panel.close()
    assert header.lines[PINS.red].mode & 0x200 == 0
    assert (PINS.red, 0) in header.trace


def test_pins_that_cannot_be_used_are_told(header: ModuleType) -> None:
    with pytest.raises(PanelLost, match="pins"):
        GpioPanel(Pins(green=99))


def test_the_simulated_panel_keeps_the_same_promises() -> None:
    simulated = SimulatedPanel()
    panel: Panel = simulated
    panel.show(SIGNALS["paired"])
    simulated.press(Button.UNDO)
    assert panel.pressed() == {Button.UNDO}
    assert panel.pressed() == set()
    assert simulated.names == ["paired"]
