"""The header from outside: lights watched, buttons pressed, over QEMU's qtest socket."""

import re
import threading
from collections.abc import Iterable
from pathlib import Path
from time import sleep

from pi.machine import MachineTrouble, Monitor, connect

GREEN, RED, BLUE, SOUNDER, CANCEL, UNDO = 0, 1, 2, 4, 5, 6  # pin 3 is the emulator's power button
_LEVELS = 0x090303FC  # the chip's data register, all eight pins
_CHIP = re.compile(r"(\S+) \(pl061\)")
_EVERY = 0.02  # seconds between two looks
_PRESS = 0.3  # seconds that a finger stays


class Pins:
    """The eight pins of the emulated chip.  `lit` counts how often each output went up."""

    def __init__(self, folder: Path, monitor: Monitor) -> None:
        found = _CHIP.search(qom_path(monitor.order("info qom-tree").splitlines()))
        if found is None:
            raise MachineTrouble("the emulated machine has no chip with pins")
        self._chip = found[1]
        self._line = connect(folder / "qtest.sock")
        self._line.settimeout(10.0)
        self._lock, self._stop = threading.Lock(), threading.Event()
        self.lit = dict.fromkeys((GREEN, RED, BLUE, SOUNDER), 0)
        self._thread = threading.Thread(target=self._watch, name="pins", daemon=True)
        for button in (CANCEL, UNDO):
            self.drive(button, 1)  # a real header pulls them up
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._line.close()

    def drive(self, pin: int, level: int) -> None:
        """Set what the outside puts on *pin*."""
        self._ask(f"set_irq_in {self._chip} unnamed-gpio-in {pin} {level}")

    def press(self, button: int) -> None:
        """Press *button* with a finger, and let go."""
        self.drive(button, 0)
        sleep(_PRESS)
        self.drive(button, 1)

    def levels(self) -> int:
        return int(self._ask(f"readl {_LEVELS:#x}").split()[-1], 16)

    def _watch(self) -> None:
        before = 0
        while not self._stop.wait(_EVERY):
            try:
                now = self.levels()
            except (OSError, MachineTrouble):
                return  # the power was cut
            for pin in risen(before, now, self.lit):
                self.lit[pin] += 1
            before = now

    def _ask(self, words: str) -> str:
        with self._lock:
            self._line.sendall(words.encode("ascii") + b"\n")
            heard = b""
            while not heard.endswith(b"\n"):
                more = self._line.recv(4096)
                if not more:
                    raise MachineTrouble("the emulator is gone")
                heard += more
        answer = heard.decode("ascii").strip()
        if not answer.startswith("OK"):
            raise MachineTrouble(f"{words}: {answer}")
        return answer


def risen(before: int, now: int, pins: Iterable[int]) -> list[int]:
    """Return those of *pins* that were low and are high."""
    return [pin for pin in pins if now & ~before & (1 << pin)]


def qom_path(tree: list[str]) -> str:
    """Return the full path of the pl061 in QEMU's tree of objects, with its kind behind it."""
    names: list[str] = []
    for line in tree:
        text = line.strip()
        if not text.startswith("/"):
            continue
        depth = (len(line) - len(line.lstrip())) // 2
        name = text.split(" ")[0]
        names = [*names[:depth], name]
        if text.endswith("(pl061)"):
            return "".join(one for one in names if one != "/") + " (pl061)"
    return ""
