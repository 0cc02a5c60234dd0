"""Who is told what: targets beside the embedded record, each with its rules.

Installed once per process from the settings, as the vault's keys are; the outbox itself does not
know what it carries, so a rule looks at the few words that every message is labelled with.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Label(NamedTuple):
    """What a message is about, as far as rules may look."""

    status: str
    place: str


@dataclass(frozen=True, slots=True)
class Route:
    """A target and what it wants: everything, or some statuses, or some places and what is in them.

    Whoever was told a version is told the later ones too, whatever they say: see `wants`.
    *keeps_persons*: what a later message says of a person takes the place of what was there.
    """

    target: str
    statuses: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    keeps_persons: bool = False

    def wants(self, label: Label) -> bool:
        """Return whether a first version with this label goes to the target.  Pure."""
        fits = not self.statuses or label.status in self.statuses
        return fits and self.covers(label.place)

    def covers(self, place: str) -> bool:
        """Return whether the target may know what is of *place*.  Pure."""
        return not self.places or any(_within(place, each) for each in self.places)


def _within(place: str, area: str) -> bool:
    """Return whether *place* is *area* or in it: 'vn-2021:24.222' is in 'vn-2021:24'."""
    return place == area or place.startswith(f"{area}.")


_installed: list[Route] = []


def install(routes: Iterable[Route]) -> None:
    """Let this process send to *routes*, in place of those before."""
    _installed[:] = routes


def installed() -> tuple[Route, ...]:
    return tuple(_installed)
