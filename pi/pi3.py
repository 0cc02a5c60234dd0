"""The same card in an emulated Raspberry Pi 3: the header's UART, and its pins by both libraries.

The chip is found by its own label (pinctrl-bcm2835), the board by its device tree.  rpi-lgpio and
the real RPi.GPIO drive the same panel; lights are read, and buttons pressed, from outside.
"""

from collections.abc import Callable
from pathlib import Path

from pi.console import Console
from pi.hands import UsbReader
from pi.machine import Machine, MachineTrouble, connect
from pi.report import Check, Report

_SET, _CLEAR, _LEVELS = (0x3F200000 + at for at in (0x1C, 0x28, 0x34))
_RED, _CANCEL, _UNDO = 27, 23, 24
_PYTHON = "/opt/ghepmau:/opt/python"
_LIBRARIES = {
    "rpi-lgpio": _PYTHON,
    "RPi.GPIO": f"/usr/lib/python3/dist-packages:{_PYTHON}",
}
_PANEL = """\
import sys, time
import RPi.GPIO
from device.drivers.panel_gpio import GpioPanel
from device.signals import SIGNALS
panel, seen = GpioPanel(), set()
panel.show(SIGNALS["refused"])
open("/run/lit", "w").close()
ends = time.monotonic() + 60
while not seen and time.monotonic() < ends:
    time.sleep(0.05)
    seen |= panel.pressed()
print(RPi.GPIO.__file__.split("/RPi/")[0], *sorted(seen))
panel.close()
"""


class _Pins:
    """The chip's registers, over QEMU's qtest socket."""

    def __init__(self, folder: Path) -> None:
        self._line = connect(folder / "qtest.sock")
        self._line.settimeout(10.0)

    def write(self, register: int, pins: int) -> None:
        self._ask(f"writel {register:#x} {pins:#x}")

    def level(self, pin: int) -> bool:
        return bool(int(self._ask(f"readl {_LEVELS:#x}").split()[-1], 16) & (1 << pin))

    def close(self) -> None:
        self._line.close()

    def _ask(self, words: str) -> str:
        self._line.sendall(words.encode("ascii") + b"\n")
        answer = self._line.recv(4096).decode("ascii").strip()
        if not answer.startswith("OK"):
            raise MachineTrouble(f"{words}: {answer}")
        return answer


def play(folder: Path, tell: Callable[[str], None]) -> Report:
    """Boot the card as a Pi 3, try its UART and its pins, and switch it off."""
    machine = Machine(folder, boot="boot_pi3.sh")
    machine.new_card()
    try:
        tell(f"A Raspberry Pi 3 B: up after {machine.boot():.0f} s")
        console, pins, reader = Console(folder), _Pins(folder), UsbReader(folder)
        report = Report([_uart(console, reader, tell)])
        console.write("/data/panel.py", _PANEL)
        for name, path in _LIBRARIES.items():
            report.checks.append(_panel(console, pins, name, path, tell))
        pins.close()
        console.close()
        reader.pull()
        return report
    finally:
        machine.cut_power()


def _uart(console: Console, reader: UsbReader, tell: Callable[[str], None]) -> Check:
    """Let the station find and set a GM65 on pins 8 and 10."""
    reader.plug()
    words = "python3 -m device.cli readers set /dev/ghepmau/uart --driver gm65"
    code, said = console.run(words, seconds=240)
    told = " ".join(said.split())
    tell(f"  the header's UART: {told}")
    return Check("a GM65 on the header's UART, found and set", 1, int(code == 0))


def _panel(
    console: Console, pins: _Pins, name: str, path: str, tell: Callable[[str], None]
) -> Check:
    """Light the red light and press a button, through one of the two libraries."""
    pins.write(_SET, 1 << _CANCEL | 1 << _UNDO)  # a real header pulls its buttons up
    console.do("rm -f /run/lit")
    console.do(f"cd /data; PYTHONPATH={path} python3 panel.py >/run/told 2>&1 &")
    console.do("for _ in $(seq 600); do [ -e /run/lit ] && break; sleep 0.2; done; sleep 1", 240)
    lit = pins.level(_RED)
    pins.write(_CLEAR, 1 << _CANCEL)
    told = console.do("wait; cat /run/told", 120)
    tell(f"  {name}: red {'on' if lit else 'dark'}, pressed: {told.splitlines()[-1]}")
    return Check(f"red light and ✖ through {name}", 2, int(lit) + int("cancel" in told))
