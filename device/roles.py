"""What each reader of a station is there for.  Pure.

A code says by itself what it is, so `both` is safe and the default.  With two readers, a role for
each keeps hands in order: what comes to the wrong one is refused, with a sentence that says so.
Command cards are taken at every reader.
"""

from dataclasses import dataclass
from enum import StrEnum

from device.inputs import Input, PersonShown, TubeScanned, Unusable
from device.reasons import Refusal

TUBE_AIMS = ("]C0", "]C1")  # Code 128, GS1-128


class Role(StrEnum):
    TUBE = "tube"
    PERSON = "person"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class ReaderUse:
    """How a station uses one reader; `tube_aims` are the symbologies that tubes may come in."""

    role: Role = Role.BOTH
    tube_aims: tuple[str, ...] = TUBE_AIMS


def in_role(event: Input, role: Role) -> Input:
    """Return *event*, or its refusal where it came to a reader that is not there for it."""
    if role is Role.TUBE and isinstance(event, PersonShown):
        return Unusable(Refusal.PERSON_AT_TUBE_READER, event.at)
    if role is Role.PERSON and isinstance(event, TubeScanned):
        return Unusable(Refusal.TUBE_AT_PERSON_READER, event.at, event.tube.text)
    return event
