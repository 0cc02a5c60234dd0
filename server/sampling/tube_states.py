"""Where a tube stands, told from what happened to it: never stored, never edited.  Pure.

The one place that tells it: what happened last in a tube's life stands first in the table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class TubeState(StrEnum):
    """The value is shown by programs and never changes."""

    UNKNOWN = "no-lot"
    REGISTERED = "registered"
    ISSUED = "issued"
    ASSIGNED = "assigned"
    VOID = "void"
    PAIRED = "paired"
    UNDONE = "pairing-voided"
    HELD = "held"
    UNPAIRED = "received-unpaired"
    RECEIVED = "received"
    REJECTED = "rejected"
    RESULTED = "resulted"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Happened:
    """What is known to have happened to one tube."""

    registered: bool = False
    issued: bool = False
    assigned: bool = False
    void: bool = False
    paired: bool = False  # ever
    live: bool = False  # and a pairing holds
    held: bool = False  # a conflict or a doubt waits for a person
    received: bool = False
    rejected: bool = False
    resulted: bool = False
    released: bool = False


_TABLE: tuple[tuple[TubeState, Callable[[Happened], bool]], ...] = (
    (TubeState.HELD, lambda it: it.held),
    (TubeState.RELEASED, lambda it: it.released and it.live),
    (TubeState.REJECTED, lambda it: it.rejected),
    (TubeState.UNPAIRED, lambda it: (it.received or it.resulted) and not it.live),
    (TubeState.RESULTED, lambda it: it.resulted),
    (TubeState.RECEIVED, lambda it: it.received),
    (TubeState.PAIRED, lambda it: it.live),
    (TubeState.UNDONE, lambda it: it.paired),
    (TubeState.VOID, lambda it: it.void),
    (TubeState.ASSIGNED, lambda it: it.assigned),
    (TubeState.ISSUED, lambda it: it.issued),
    (TubeState.REGISTERED, lambda it: it.registered),
)


def state_of(happened: Happened) -> TubeState:
    """Return where a tube stands: total, and blind to the order in which things were heard."""
    return next((state for state, holds in _TABLE if holds(happened)), TubeState.UNKNOWN)
