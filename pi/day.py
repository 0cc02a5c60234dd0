"""A short sampling day on the emulated Pi, with the power cut in the middle of pairing.

Morning without a server: everything waits on the card.  After the cuts the clock is at 1970, as on
a Pi without a battery.  In the evening the server comes back, and the card is held against it.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

from contract.tubes import Tube
from device.drivers.simulated.mjpeg import MjpegCamera
from device.lines import Line
from pi.hands import UsbReader
from pi.machine import Machine
from pi.office import Desk
from pi.pins import BLUE, GREEN, RED, SOUNDER
from pi.report import Check, Report, reckon
from pi.scenes import Scenes
from pi.table import Hands, Table
from rehearsal import cast
from rehearsal.picture import Pictures
from rehearsal.script import Visitor

_PEOPLE = 30
_DRAIN = 240.0  # seconds
_SEED = 20210525
_NO_BATTERY = "1970-01-02T00:00:00"


@dataclass
class Day:
    """One run in *folder*; `tell` prints progress, `cuts` is how often the power goes."""

    folder: Path
    tell: Callable[[str], None]
    cuts: int = 2
    heard: list[Line] = field(default_factory=list)
    lit: Counter[int] = field(default_factory=Counter)
    wanted: int = 0
    _stick: Check | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        self._open.close()

    def play(self) -> Report:
        """Play the day; return the report."""
        began = monotonic()
        desk = self._open.enter_context(Desk(self.folder / "server"))
        people, tubes, code = self._prepare(desk)
        scenes = self._set_up(desk, people, tubes)
        table = self._first_start(scenes, code)
        desk.server.stop()
        self.tell("No server from here on: every pair waits on the card")
        scenes.morning(table)
        scenes.cut_at_the_beep(table)
        self._count(table)
        for cut in range(1, self.cuts):
            table = self._boot(scenes, _NO_BATTERY)
            scenes.noon(table)
            if cut == 1:
                self._by_stick(table, desk)
            scenes.cut_somewhere(table)
            self._count(table)
        table = self._boot(scenes, _NO_BATTERY)
        self._evening(scenes, table, desk)
        lucky = scenes.heard_of_the_cut(self.heard)
        report = reckon(self.heard, desk.state(), self.cuts, self.wanted + lucky)
        report.facts += self._facts(monotonic() - began)
        report.checks += [self._green(), *([self._stick] if self._stick else [])]
        return report

    def _prepare(self, desk: Desk) -> tuple[list[Visitor], list[Tube], str]:
        self.tell("Server on this host: station, lot, cards")
        code = desk.office.enrol_station("ban-1", "Bàn 1")
        _, tubes = desk.office.register_lot(26, 60, "ban-1")
        invented = cast.invent(_SEED)
        cards = desk.office.make_cards(invented[-1:])
        people = cast.with_codes(invented)[:_PEOPLE]
        return [*people, cast.visitor(invented[-1], cards[0].encode())], tubes, code

    def _set_up(self, desk: Desk, people: list[Visitor], tubes: list[Tube]) -> Scenes:
        camera = self._open.enter_context(MjpegCamera(fps=4))
        port = urlsplit(camera.url).port or 0
        machine = Machine(self.folder, desk.port, port)
        self._open.callback(machine.cut_power)
        machine.new_card()
        pictures = Pictures(_SEED)
        self._open.callback(pictures.close)
        hands = Hands(machine, camera, pictures, UsbReader(self.folder))
        return Scenes(hands, people, tubes, self.tell)

    def _boot(self, scenes: Scenes, clock: str = "utc") -> Table:
        self.tell(f"  up after {scenes.hands.machine.boot(clock):.0f} s (clock: {clock})")
        return Table(scenes.hands, self.heard)

    def _first_start(self, scenes: Scenes, code: str) -> Table:
        table = self._boot(scenes)
        self.tell("Pi: enrolling, then the station starts with its reader plugged in")
        table.enrol(code)
        self.tell(f"V4L2 (the kernel's vivid driver): {table.watch_v4l2()}")
        table.begin()
        self.tell(f"udev named the reader and the wedge; {table.awake()}")
        return table

    def _by_stick(self, table: Table, desk: Desk) -> None:
        """Carry everything so far to the server on a memory stick, while both are off-line."""
        self.tell(f"A memory stick carries the journal: {table.export_to_stick()}")
        told = {line.event for line in self.heard if line.outcome == "paired"}
        brought = len(told & desk.import_stick(self.folder / "stick.img"))
        self.tell(f"  {brought} of {len(told)} pairs told so far are on the server by stick alone")
        self._stick = Check("pairs told before the stick, and brought by it", len(told), brought)

    def _evening(self, scenes: Scenes, table: Table, desk: Desk) -> None:
        scenes.evening(table)
        self.tell("The server is back: the card empties itself over the wire")
        desk.server.start()
        told = {line.event for line in self.heard if line.outcome == "paired"}
        began = monotonic()
        while not told <= desk.state().pairings.keys() and monotonic() - began < _DRAIN:
            sleep(1)
        self.tell(f"  drained after {monotonic() - began:.0f} s")
        table.stop()
        self._count(table)

    def _count(self, table: Table) -> None:
        self.lit.update(table.pins.lit)
        self.wanted += table.paired

    def _green(self) -> Check:
        """Green was seen for each pair, but perhaps for the one whose beep the power went with."""
        seen = min(self.lit[GREEN], self.wanted - 1)
        return Check(
            "pairs told, but for the one at the cut, and green lights", self.wanted - 1, seen
        )

    def _facts(self, took: float) -> list[str]:
        names = {GREEN: "green", RED: "red", BLUE: "blue", SOUNDER: "sounder"}
        seen = ", ".join(f"{names[pin]} {count}" for pin, count in sorted(self.lit.items()))
        return [f"rises seen on the header's pins from outside: {seen}", f"took {took:.0f} s"]
