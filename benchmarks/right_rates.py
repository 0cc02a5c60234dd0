"""The errors that are injected at the table, how often, and where the figure comes from.  A table.

`seen`: some rule of ours can see it.  What no rule can see is injected all the same, counted apart
and named.  Rates are per 1,000 people at `--times 1`; `assumed` has no published figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """What goes wrong.  The values are the keys of `--rate` and of `--json`."""

    MISREAD = "misread"
    MISREAD_SOUND = "misread-sound"
    WRONG_TUBE = "wrong-tube"
    SHIFT = "shift"
    SHIFT_UNNOTICED = "shift-unnoticed"
    WALKS_AWAY = "walks-away"
    STEPS_IN = "steps-in"
    STEPS_IN_GONE = "steps-in-gone"
    TWO_IN_VIEW = "two-in-view"
    DOUBLE_SCAN = "double-scan"
    DROPPED = "dropped-tube"
    SHARED_PHONE = "shared-phone"
    LENT_CARD = "lent-card"
    BORROWED_CARD = "borrowed-card"
    ROSTER_SWAP = "roster-swap"
    TYPED = "typed"
    TYPED_OTHER_LINE = "typed-other-line"
    CLOCK_JUMP = "clock-jump"
    CRASH = "crash"
    TWIN_LABEL = "twin-label"
    CROSSED = "crossed"
    SCANT = "scant"


@dataclass(frozen=True, slots=True)
class Rate:
    """How often one fault happens, among 1,000 people, and why we think so."""

    per_1000: float
    source: str
    seen: bool = True


_SCAN = 1000 / 84_000
RATES: Mapping[Fault, Rate] = {
    Fault.MISREAD: Rate(_SCAN, "1 in 84,000 linear scans: Snyder 2010"),
    Fault.MISREAD_SOUND: Rate(_SCAN / 97, "the share of those that two check digits let through"),
    Fault.WRONG_TUBE: Rate(0.6, "of 0.92 labelling errors per 1,000: Q-Probes 2008; split assumed"),
    Fault.SHIFT: Rate(0.02, "assumed: the rack one place off for 2 to 8 people, then a tube over"),
    Fault.SHIFT_UNNOTICED: Rate(0.02, "assumed: the same, and nobody notices at the table"),
    Fault.WALKS_AWAY: Rate(2, "assumed"),
    Fault.STEPS_IN: Rate(0.05, "assumed: swabbed unscanned; who is on the screen comes back later"),
    Fault.STEPS_IN_GONE: Rate(0.05, "assumed: the same, and they never come back", seen=False),
    Fault.TWO_IN_VIEW: Rate(2, "assumed"),
    Fault.DOUBLE_SCAN: Rate(20, "assumed"),
    Fault.DROPPED: Rate(2, "assumed: a tube of the rack falls down and is thrown away"),
    Fault.SHARED_PHONE: Rate(0.3, "assumed: a relative's code first, its owner comes next"),
    Fault.LENT_CARD: Rate(0.05, "assumed: the card's owner comes as well, hours later"),
    Fault.BORROWED_CARD: Rate(
        0.05, "assumed: nobody compares the picture, its owner never comes", seen=False
    ),
    Fault.ROSTER_SWAP: Rate(1, "assumed, of people with a labelled tube"),
    Fault.TYPED: Rate(10, "assumed share; 1 wrong key in 300: labce.com"),
    Fault.TYPED_OTHER_LINE: Rate(0.05, "assumed: the number of another line, twice", seen=False),
    Fault.CLOCK_JUMP: Rate(0.2, "assumed"),
    Fault.CRASH: Rate(0.2, "assumed: the station is killed in mid-pairing"),
    Fault.TWIN_LABEL: Rate(0.02, "assumed: a number printed twice, at two tables"),
    Fault.CROSSED: Rate(0.05, "assumed: two swabs change tubes after both scans", seen=False),
    Fault.SCANT: Rate(0, "by hand alone: the right swab, and too little of it: rejected as empty"),
}
WRONG_KEY = 1 / 300  # of keystrokes
CARELESS = 0.2  # of decisions: made without looking
PUBLISHED = {
    "labelling errors, 147 laboratories (Q-Probes 2008)": 0.92,
    "mislabelled, 62 hospitals (Dzik 2003)": 6.1,
    "bar-coded hospital (Ning 2016)": 0.015,
}


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of one run: the table's, `times` as often, some of them set by hand."""

    times: float = 1.0
    careless: float = CARELESS
    by_hand: tuple[tuple[str, float], ...] = ()

    def per_1000(self, fault: Fault) -> float:
        """Return how often *fault* happens to 1,000 people."""
        return dict(self.by_hand).get(fault.value, RATES[fault].per_1000 * self.times)

    @property
    def wrong_key(self) -> float:
        return min(0.1, WRONG_KEY * self.times)

    def draw(self, lot: Random) -> Fault | None:
        """Draw what goes wrong with one person: hardly ever anything."""
        at = lot.random() * 1000
        for fault in Fault:
            at -= min(50.0, self.per_1000(fault))
            if at < 0:
                return fault
        return None
