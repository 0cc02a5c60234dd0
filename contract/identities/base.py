"""What every kind of code that people carry is parsed into.

A parser takes bytes and returns a `PersonCode`, or raises `NotThisKind` so that the next row of
the table is asked.  It keeps the raw bytes, warns instead of rejecting where a number and a birth
year disagree, and gives the number even where the name cannot be read.
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

LONGEST = 4296  # characters of the largest QR; more cannot have come from one code


class IdentityError(ValueError):
    """These bytes cannot stand for a person (empty, too long, a tube, a command)."""


class NotThisKind(IdentityError):
    """These bytes are of another kind; ask the next parser."""


class Kind(StrEnum):
    """Kinds of code.  The value goes over the wire and never changes."""

    CITIZEN_CARD = "citizen-card"
    INSURANCE_CARD = "insurance-card"
    NATIONAL_QR = "national-qr"
    PERSONAL_CARD = "personal-card"
    VEHICLE = "vehicle-pass"
    HEALTH_CERTIFICATE = "health-certificate"
    OTHER = "other"  # a kind that another package adds
    TYPED = "typed-number"  # by the team, twice, from a paper
    UNKNOWN = "unknown"


class System(StrEnum):
    """Who gives out a number.  The value is stored and never changes."""

    CITIZEN = "cccd"
    OLD_CITIZEN = "cmnd"
    PASSPORT = "passport"
    INSURANCE = "bhxh"
    NATIONAL = "qid"
    CARD = "card"
    PHONE = "phone"
    CERTIFICATE = "certificate"
    VEHICLE = "vehicle"
    FINGERPRINT = "fingerprint"
    OTHER = "other"  # of a kind that another package adds; the value begins with its issuer


class Sex(StrEnum):
    MALE = "M"
    FEMALE = "F"


@dataclass(frozen=True, slots=True)
class Key:
    """One number by which a person is known in one system, never masked.

    `claimed` numbers were typed by somebody into an app: they link two codes only where name and
    birth year agree as well.
    """

    system: System
    value: str
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class BirthDate:
    """As much of a date of birth as is known: the year, then month and day or neither."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        if self.month is None or self.day is None:
            return f"{self.year:04d}"
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class PersonCode:
    """What a code says about the person who carries it.

    `keys` are strongest first and never empty.  `name` is NFC, or None where it cannot be read.
    `warnings` are short codes such as 'sex-mismatch'.  `names_person` is False for codes that
    name a vehicle or a thing: no tube may be paired with those.
    """

    kind: Kind
    raw: bytes
    keys: tuple[Key, ...]
    name: str | None = None
    birth: BirthDate | None = None
    sex: Sex | None = None
    address: str | None = None
    warnings: tuple[str, ...] = ()
    names_person: bool = True

    @property
    def primary(self) -> Key:
        """The strongest number: two codes with the same one are the same person."""
        return self.keys[0]


def fingerprint(raw: bytes) -> Key:
    """Return the key of a code that says nothing we understand: the hash of its bytes."""
    return Key(System.FINGERPRINT, sha256(raw).hexdigest()[:32])


def masked_name(name: str | None) -> str:
    """Return *name* as a screen may show it: 'Nguyễn Thị Mẫu' is 'N●●●●● Thị M●●'.

    The middle words stay, so that the person can be asked; family and given name keep one letter.
    """
    words = (name or "").split()
    if not words:
        return "?"
    ends = {0, len(words) - 1}
    return " ".join(_mask(word) if place in ends else word for place, word in enumerate(words))


def _mask(word: str) -> str:
    return word[0] + "●" * (len(word) - 1)
