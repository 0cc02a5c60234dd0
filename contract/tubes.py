"""Tube ids: what a label on a tube says, and nothing that a person carries can say.

    26 00000001 82    series, serial, two check digits (ISO 7064 MOD 97-10); Code 128 set C

The series tells sampling tubes, pool tubes and controls apart.  Makers' own barcodes
(*foreign* tubes) have no grammar: they exist only as members of a registered lot.
An id that exists is a valid one.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from contract.checks import mod_97_10

POOL_SERIES = range(90, 98)
CONTROL_SERIES = range(98, 100)
LARGEST_SERIAL = 99_999_999
_FOREIGN = re.compile(r"[A-Z0-9][A-Z0-9./-]{4,29}", re.ASCII)


def holds(digits: str) -> bool:
    """Return whether the last two of twelve *digits* are the check digits of the first ten.

    The whole is 1 modulo 97 then; 00, 01 and 99 would be too, and are no check digits.
    """
    return int(digits) % 97 == 1 and "02" <= digits[10:] <= "98"


class TubeError(ValueError):
    """A text is no tube id."""


class TubeMisread(TubeError):
    """A text has the shape of a tube id, but its check digits are wrong."""


class TubeKind(StrEnum):
    SAMPLING = "sampling"
    POOL = "pool"
    CONTROL = "control"


def kind_of(series: int) -> TubeKind:
    """Return what tubes of a two-digit *series* are for."""
    if series in POOL_SERIES:
        return TubeKind.POOL
    return TubeKind.CONTROL if series in CONTROL_SERIES else TubeKind.SAMPLING


@dataclass(frozen=True, slots=True, order=True)
class TubeId:
    """One of our own tubes, for ever."""

    text: str

    def __post_init__(self) -> None:
        if not looks_like_tube(self.text):
            raise TubeError(f"{self.text!r} is not a tube id: it must be 12 digits")
        if not holds(self.text):
            raise TubeMisread(f"{self.text!r} was misread: its check digits are wrong")

    @classmethod
    def mint(cls, series: int, serial: int) -> Self:
        """Return tube *serial* (0 to 99 999 999) of *series* (0 to 99)."""
        if not (0 <= series <= 99 and 0 <= serial <= LARGEST_SERIAL):
            raise TubeError(f"no tube {serial} in series {series}")
        body = f"{series:02d}{serial:08d}"
        return cls(body + mod_97_10(body))

    @property
    def series(self) -> int:
        return int(self.text[:2])

    @property
    def serial(self) -> int:
        return int(self.text[2:10])

    @property
    def kind(self) -> TubeKind:
        return kind_of(self.series)

    @property
    def grouped(self) -> str:
        """As people read it: 2600 0000 0182."""
        return " ".join((self.text[:4], self.text[4:8], self.text[8:]))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, order=True)
class ForeignTube:
    """A tube with its maker's barcode.  Valid only as a member of a registered lot."""

    text: str

    def __post_init__(self) -> None:
        if _FOREIGN.fullmatch(self.text) is None or looks_like_tube(self.text):
            raise TubeError(f"{self.text!r} cannot be a maker's tube code")

    @property
    def kind(self) -> TubeKind:
        return TubeKind.SAMPLING

    @property
    def grouped(self) -> str:
        return self.text

    def __str__(self) -> str:
        return self.text


Tube = TubeId | ForeignTube


def tube(text: str) -> Tube:
    """Return the tube that *text* names on the wire or in the database; raise TubeError if none.

    Twelve digits are always one of ours, so a misread of ours never becomes a foreign tube.
    """
    return TubeId(text) if looks_like_tube(text) else ForeignTube(text)


def looks_like_tube(text: str) -> bool:
    """Return whether *text* is 12 digits, checked or not: never to be taken for a person."""
    return len(text) == 12 and text.isascii() and text.isdigit()
