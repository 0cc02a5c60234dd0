"""A swab table for `benchmarks.right_person`: the product's own station, on a clock of its own.

Codes, machine, journal and ledger are the real ones; only hardware and the passing of time are
made up.  The journal lies where it is told to: in memory, a durable write costs nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from contract.commands import Command
from contract.lots import IssuedLots
from device.codes import Codes
from device.drafts import Drafts, Moment
from device.drivers import Scan
from device.drivers.simulated.panel import SimulatedPanel
from device.inputs import CommandGiven, Tick
from device.journal import Journal
from device.lines import Line
from device.roster import Roster
from device.sight.watch import CodeShown, SeveralInView
from device.station import Station

PLACE = "vn-2021:24.222.07"
GESTURE = 2.0  # seconds from one scan to the next
DISTURBED = frozenset({"refused", "second-look", "let-go", "slip-suspected"})


@dataclass
class SimulatedClock:
    """Implements `device.clock.Clock`: it goes on only when it is told to, and may be wrong."""

    start: datetime
    seconds: float = 0.0
    wrong: timedelta = timedelta()
    trusted: bool = True
    boots: int = 1

    def moment(self) -> Moment:
        at = self.start + self.wrong + timedelta(seconds=self.seconds)
        return Moment(at, self.trusted, f"boot-{self.boots}", int(self.seconds * 1e9))


@dataclass
class Heard:
    """What the station said to one gesture."""

    lines: list[Line]

    def has(self, outcome: str, reason: str = "") -> bool:
        return any(
            line.outcome == outcome and (not reason or line.reason == reason) for line in self.lines
        )

    @property
    def refusal(self) -> str:
        """Why the station said no; '' where it did not."""
        return next((line.reason for line in self.lines if line.outcome == "refused"), "")


@dataclass
class Table:
    """One station at work; `disturbed` says whether it said anything but yes since it was reset."""

    home: Path
    name: str
    sealing: X25519PublicKey
    lots: IssuedLots
    clock: SimulatedClock
    roster: Roster = field(default_factory=Roster)
    disturbed: bool = False
    _told: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start the station's program, on the journal that is there."""
        self.journal = Journal(self.home / "journal", self.name)
        codes = Codes(
            self.name.encode() * 4, self.sealing, self.lots, roster=self.roster
        )  # the secret is this station's alone
        self.station = Station(
            self.journal, codes, SimulatedPanel(), self.clock, self._told.append,
            Drafts(self.name, PLACE),
        )  # fmt: skip
        self.station.begin("right-person")

    def crash(self) -> None:
        """Kill the program: what it held in memory is gone; begin it again."""
        self.journal.close()
        self.clock.boots += 1
        self.begin()

    def show(self, code: bytes, after: float = GESTURE) -> Heard:
        return self._arrive(CodeShown(code, self._at(after)))

    def scan(self, text: str, after: float = GESTURE) -> Heard:
        return self._arrive(Scan(text.encode(), "]C0", self._at(after)))

    def several(self) -> Heard:
        return self._arrive(SeveralInView(self._at()))

    def card(self, command: Command) -> Heard:
        self._told.clear()
        self.station.take(CommandGiven(command, self._at()))
        return self._heard()

    def typed(self, tube: str, person: str, *, sure: bool = False) -> Heard:
        self._told.clear()
        self.station.take(self.station.codes.typed(tube, person, self._at(), sure=sure))
        return self._heard()

    def wait(self, seconds: float) -> None:
        self.clock.seconds += seconds
        self.station.take(Tick(self.clock.seconds))

    def _arrive(self, arrival: Scan | CodeShown | SeveralInView) -> Heard:
        self._told.clear()
        self.station.arrive(arrival)
        return self._heard()

    def _at(self, after: float = GESTURE) -> float:
        self.clock.seconds += after
        return self.clock.seconds

    def _heard(self) -> Heard:
        lines = list(self._told)
        self.disturbed |= any(line.outcome in DISTURBED for line in lines)
        return Heard(lines)
