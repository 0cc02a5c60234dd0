"""The hands at a table: they do what the screen says, and sometimes something goes wrong.

A swab goes into a tube of plastic (`Vial`); what the station believes is the station's affair.
"""

from collections import deque
from dataclasses import dataclass, field
from random import Random

from benchmarks.right_people import Mishap, Truth, Vial, Who
from benchmarks.right_rates import Fault, Rates
from benchmarks.right_table import Heard, Table
from contract.commands import Command

SWAB = 8.0  # seconds
TRIES = 6
BOX = 50


@dataclass
class Twins:
    """Numbers that were printed twice: who draws one uses it, and leaves its twin to another."""

    fresh: deque[str]
    printed_twice: list[tuple[str, int]] = field(default_factory=list)

    def draw(self, station: int) -> str:
        for at, (_, other) in enumerate(self.printed_twice):
            if other != station:
                return self.printed_twice.pop(at)[0]
        text = self.fresh.popleft()
        self.printed_twice.append((text, station))
        return text


@dataclass
class Hands:
    """One team at one table, its rack of tubes and its queue of people."""

    number: int
    table: Table
    rack: deque[Vial]
    queue: deque[Who]
    truth: Truth
    lot: Random
    rates: Rates
    twins: Twins
    absent: list[Who]
    labelled: dict[int, Vial] = field(default_factory=dict)  # by person: their roster tube
    marked: dict[str, Mishap] = field(default_factory=dict)  # by tube: what went wrong with it
    later: list[Who] = field(default_factory=list)  # they walked off and come back
    shifted: int = 0  # people whose swab still goes one tube too far
    box_ends: bool = False  # and then another box begins
    calm: int = 99  # people since something went wrong: until then, an alarm may be due to it

    def careless(self) -> bool:
        return self.lot.random() < self.rates.careless

    def happened(self, fault: Fault, *vials: Vial) -> Mishap:
        """Note that *fault* happened, with the tubes that it may make wrong."""
        mishap = Mishap(fault)
        self.truth.mishaps.append(mishap)
        self.calm = 0
        self.taint(mishap, *vials)
        return mishap

    def taint(self, mishap: Mishap, *vials: Vial) -> None:
        for vial in vials:
            vial.tainted = vial.tainted or mishap.fault
            mishap.vials.append(vial)
            self.marked[vial.text] = mishap

    def take(self, who: Who | None = None) -> Vial:
        """Take the tube with this person's label, or the next of the rack."""
        own = self.labelled.get(who.index) if who else None
        if own is not None and own.holds is None and not own.sent:
            return own
        return self.rack.popleft()

    def swab(self, who: Who, vial: Vial) -> None:
        """Take the swab: it goes into *vial*, or one place too far while the rack is off."""
        self.table.wait(SWAB)
        vial.sent = True
        if self.shifted:
            vial = self.rack[0]
            self.shifted -= 1
        vial.holds = who.index
        if self.shifted == 0 and self.rack and self.rack[0] is vial:
            self._over()

    def _over(self) -> None:
        """The swab that is one too far: its tube goes with the others, scanned by nobody."""
        self.rack.popleft().sent = True
        if self.box_ends:
            for _ in range(min(10, len(self.rack) - 1)):
                self.rack.popleft()
            self.box_ends = False

    def hold(self, code: bytes) -> bool:
        """Show *code* until the station holds its person; staff confirm a second look."""
        for _ in range(TRIES):
            heard = self.table.show(code)
            if heard.has("person-held") or heard.has("paired"):
                return True
            if heard.has("same-pair"):
                self.table.wait(4.0)
        return False

    def pair(self, who: Who, vial: Vial | None = None, *, code: bytes = b"") -> Vial | None:
        """Pair *who* with a tube as the screen leads; return the tube, or None if it never came."""
        for _ in range(TRIES):
            if not self.hold(code or who.code):
                continue
            vial = vial or self.take(who)
            heard = self.table.scan(vial.text)
            if heard.has("paired") or heard.has("same-pair"):
                return vial
            vial = self._refused(vial, heard)
        return None

    def _refused(self, vial: Vial, heard: Heard) -> Vial | None:
        """Put a tube aside that cannot be used; keep it in hand where the scan was at fault."""
        if heard.refusal in {"tube-misread", "stale-scan", "tube-of-other-lot", "not-a-tube", ""}:
            return vial
        mishap = self.marked.get(vial.text)
        if mishap is not None and not mishap.caught:
            mishap.caught = f"station: {heard.refusal}"
        return None

    def undo(self, vial: Vial) -> bool:
        """Undo the last pairing at once; its tube is thrown away."""
        vial.sent = False
        return self.table.card(Command.UNDO).has("voided")

    def plain(self, who: Who) -> Vial | None:
        """Serve one person as it should be; return their tube."""
        first = not self.table.disturbed
        usual = self.calm > 1 and not self.shifted and not self.labelled
        if usual and self.lot.random() < 0.2:
            vial = self.take()
            if self.table.scan(vial.text).has("tube-held") and self.table.show(who.code).has(
                "paired"
            ):
                self.leave(who, vial, first=first and not self.table.disturbed)
                return vial
            found = self.pair(who)
        else:
            found = self.pair(who)
        self.leave(who, found, first=first and not self.table.disturbed)
        return found

    def leave(self, who: Who, vial: Vial | None, *, first: bool) -> None:
        """The person leaves, swabbed if a pair stands."""
        if vial is None:
            self.truth.lost += 1
            return
        self.truth.paired += 1
        self.truth.first_try += first
        self.swab(who, vial)

    def next(self) -> Who | None:
        return self.queue.popleft() if self.queue else None
