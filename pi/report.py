"""Was any pair that was told lost?  Pure: what the table heard against what the server has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from device.lines import Line


@dataclass(frozen=True)
class Check:
    """One number that must be another."""

    what: str
    wanted: int
    found: int

    @property
    def holds(self) -> bool:
        return self.wanted == self.found


@dataclass(frozen=True)
class AtServer:
    """What the server has: pairings by event with their tubes, voids, and what it noticed."""

    pairings: Mapping[str, str]
    voided: frozenset[str]
    alerts: int
    quarantined: int


@dataclass
class Report:
    """The day in numbers.  `facts` are told, `checks` must hold."""

    checks: list[Check] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    good: str = "Tốt · All well"

    @property
    def holds(self) -> bool:
        return not self.missing and all(check.holds for check in self.checks)

    def lines(self) -> list[str]:
        """Return the report as people read it."""
        rows = [f"  {fact}" for fact in self.facts]
        for check in self.checks:
            mark = "✔" if check.holds else "✖"
            rows.append(f"  {mark} {check.what}: {check.wanted} = {check.found}")
        rows += [f"  ✖ told at the table and NOT on the server: {one}" for one in self.missing]
        return [*rows, self.good if self.holds else "HỎNG · FAILED"]


def reckon(heard: Sequence[Line], server: AtServer, cuts: int, wanted: int) -> Report:
    """Hold the pairs that were told against the server's; *cuts*: how often the power was cut."""
    told = {line.event: line.tube for line in heard if line.outcome == "paired" and line.event}
    beeps = sum(line.outcome == "paired" for line in heard)
    missing = [
        f"{tube} ({event})" for event, tube in told.items() if server.pairings.get(event) != tube
    ]
    silent = len(server.pairings.keys() - told.keys())
    voids = sum(line.outcome == "voided" for line in heard)
    report = Report(missing=missing, good="Không mất cặp nào · No pair was lost")
    report.checks = [
        Check("pairs that the day wants, and pairs told at the table", wanted, beeps),
        Check("pairs told, and events behind them", beeps, len(told)),
        Check("pairs told, and found on the server with their tubes", beeps, beeps - len(missing)),
        Check("undone at the table, and on the server", voids, len(server.voided)),
        Check("alerts of the server about gaps, forks or edits", 0, server.alerts),
        Check("uploads that the server did not take", 0, server.quarantined),
        Check("pairs on the card that nobody heard: more than cuts", 0, max(0, silent - cuts)),
    ]
    report.facts = [
        f"the power was cut {cuts} times",
        f"{silent} pairs were on the card before the cut came, and their beep was not heard",
    ]
    return report
