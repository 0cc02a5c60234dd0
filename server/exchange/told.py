"""Everything that a receiver may be told of one outcome."""

from datetime import datetime
from uuid import UUID

import msgspec


class Number(msgspec.Struct, frozen=True):
    """A number by which a person is known."""

    system: str
    value: str


class Who(msgspec.Struct, frozen=True):
    """The person, as far as we know them.  `birth` is 1991 or 1991-03-05."""

    id: UUID
    name: str | None
    birth: str | None
    sex: str | None
    address: str | None
    numbers: tuple[Number, ...]

    @property
    def phones(self) -> tuple[str, ...]:
        return tuple(each.value for each in self.numbers if each.system == "phone")


class Sampled(msgspec.Struct, frozen=True):
    """The sampling: pairing, tube, when and where; in a pool, each member's that holds.

    `whose` made the pairing, as far as is known now: not always the one of whom something was told.
    `latest` stands where the clock was not set: `at` is then no time to go by, but it was by then.
    """

    pairing: UUID
    tube: str
    pool: bool
    members: tuple[UUID, ...]
    at: datetime
    station: str
    place: str
    received_at: datetime | None
    rejected: str
    whose: UUID
    latest: datetime | None = None


class Found(msgspec.Struct, frozen=True):
    """What the laboratory found: Ct as written, for each target gene."""

    result: UUID
    method: str
    cts: tuple[tuple[str, str], ...]
    released_at: datetime | None


class Declared(msgspec.Struct, frozen=True):
    """The health declaration that was the newest when the sample was taken, in its two signs."""

    id: UUID
    form: str
    at: datetime
    symptoms: bool | None
    exposed: bool | None


class Told(msgspec.Struct, frozen=True):
    """One version of one outcome, with all that it rests on."""

    key: str
    status: str
    reason: str
    version: int
    at: datetime
    supersedes: str | None
    who: Who
    sampled: Sampled
    found: Found | None
    declared: Declared | None = None

    @property
    def line(self) -> str:
        """What all versions have in common: this tube and this person."""
        return self.key.rsplit("/v", 1)[0]

    @property
    def is_theirs(self) -> bool:
        """Whether the sample is of the person of whom this was told."""
        return self.sampled.whose == self.who.id
