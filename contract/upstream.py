"""What a server tells the one above it: outcomes without names, and each day's figures.  Pure.

Nobody can be found by it: no name, no number, no tube.  `line` is what all versions of one outcome
have in common, made from two ids of which one is random.
"""

from datetime import date
from hashlib import sha256
from typing import Annotated

import msgspec

from contract.envelope import Aware

VERSION = 1
PATH_OUTCOMES = "api/v1/upstream/outcomes"
PATH_FIGURES = "api/v1/upstream/figures"
Line = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Area = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Number = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class OutcomeWire(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one outcome; of one `line` the highest version holds."""

    line: Line
    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    status: Word
    place: Area
    day: date  # of the sampling, in Vietnam
    pool: bool
    method: Annotated[str, msgspec.Meta(max_length=32)]
    released_at: Aware | None
    v: int = VERSION


class PlaceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What one place's samples of one day have come to."""

    place: Area
    people: Number
    tubes: Number
    received: Number
    resulted: Number
    released: Number


class FiguresWire(msgspec.Struct, frozen=True, kw_only=True):
    """All places of one day, as they stood at `at`; of one day the newest holds."""

    day: date
    at: Aware
    places: tuple[PlaceFigures, ...]
    v: int = VERSION


class OutcomeTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What the server above answers to an outcome that is safe there; `new` unless it had it."""

    line: str
    version: int
    new: bool


class FiguresTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What the server above answers to figures that are safe there, or newer ones of that day."""

    day: date
    new: bool


def line_of(key: str) -> str:
    """Return the line of an outcome's *key*, whose version is not part of it."""
    return sha256(key.rsplit("/v", 1)[0].encode()).hexdigest()[:32]
