"""What is known of the pairings of one cell: records for `counting`.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class Cell(NamedTuple):
    """A station's pairings of one day of Vietnam."""

    station: str
    day: date


class Given(NamedTuple):
    """One pairing of the cell; `live` if it holds, `voided` if its station took it back.

    Of a tube's pairings that hold, the earliest is its `head`; of one person's, the earliest
    `counts`: who scanned twice is one.
    """

    id: UUID
    tube: str
    person: UUID
    place: str
    operator: str
    pool: bool
    at: datetime
    took_ms: int
    manual: bool
    voided: bool
    live: bool
    head: bool
    counts: bool


class Tested(NamedTuple):
    """One result of a tube."""

    id: UUID
    lab: str
    kind: str
    call: str
    entered_at: datetime
    released_at: datetime | None
    corrects: UUID | None
    withdrawn: bool


class Said(NamedTuple):
    """One version of what a tube says of one person, and when it reached their record."""

    person: UUID
    version: int
    status: str
    at: datetime
    result: UUID | None
    delivered_at: datetime | None


@dataclass(slots=True)
class Tube:
    """What is known of a tube beside its pairings."""

    received_at: datetime | None = None
    accepted: bool = False
    conflicts: int = 0
    results: list[Tested] = field(default_factory=list)
    said: dict[UUID, list[Said]] = field(default_factory=dict)  # by person, oldest first


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a cell's rows follow from."""

    cell: Cell
    given: Sequence[Given]
    tubes: dict[str, Tube]
