"""Box labels: which box of tubes this is, and, where it was counted, how many tubes are in it.

    B:0000001262          serial, two check digits (ISO 7064 MOD 97-10)
    B:0000001262.09611    the same box, packed with 96 tubes; the check digits cover both numbers

The colon keeps a box apart from every tube, and the prefix from every card.  Both texts stay in a
QR's alphanumeric mode, and are short enough for a Code 128.  An id that exists is a valid one.
"""

import re
from dataclasses import dataclass
from typing import Self

from contract.checks import mod_97_10

PREFIX = "B:"
LARGEST_SERIAL = 99_999_999
MOST_TUBES = 999
_BOX = re.compile(r"B:[0-9]{10}", re.ASCII)
_LABEL = re.compile(r"(B:[0-9]{10})(?:\.([0-9]{3})([0-9]{2}))?", re.ASCII)


class BoxError(ValueError):
    """A text is no box label."""


class BoxMisread(BoxError):
    """A text has the shape of a box label, but its check digits are wrong."""


@dataclass(frozen=True, slots=True, order=True)
class BoxId:
    """One box, for ever."""

    text: str

    def __post_init__(self) -> None:
        if _BOX.fullmatch(self.text) is None:
            raise BoxError(f"{self.text!r} is not a box: it must be B: and 10 digits")
        if self.text[10:] != mod_97_10(self.text[2:10]):
            raise BoxMisread(f"{self.text!r} was misread: its check digits are wrong")

    @classmethod
    def mint(cls, serial: int) -> Self:
        """Return box *serial* (0 to 99 999 999)."""
        if not 0 <= serial <= LARGEST_SERIAL:
            raise BoxError(f"there is no box {serial}")
        body = f"{serial:08d}"
        return cls(PREFIX + body + mod_97_10(body))

    @property
    def serial(self) -> int:
        return int(self.text[2:10])

    @property
    def grouped(self) -> str:
        """As people read it: B 0000 0012 62."""
        return " ".join(("B", self.text[2:6], self.text[6:10], self.text[10:]))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class BoxLabel:
    """What a label on a box says; `tubes` is None where nobody counted them."""

    box: BoxId
    tubes: int | None = None

    def __post_init__(self) -> None:
        if self.tubes is not None and not 0 <= self.tubes <= MOST_TUBES:
            raise BoxError(f"no box holds {self.tubes} tubes")

    @property
    def text(self) -> str:
        if self.tubes is None:
            return self.box.text
        count = f"{self.tubes:03d}"
        return f"{self.box.text}.{count}{mod_97_10(self.box.text[2:] + count)}"


def read_label(text: str) -> BoxLabel:
    """Return what the label with *text* says.

    Raises BoxMisread where its check digits are wrong, BoxError where it is no box label at all.
    """
    found = _LABEL.fullmatch(text)
    if found is None:
        raise BoxError(f"{text!r} is no box label")
    box, count, check = found.groups()
    label = BoxLabel(BoxId(box), int(count) if count else None)
    if count and check != mod_97_10(box[2:] + count):
        raise BoxMisread(f"{text!r} was misread: its check digits are wrong")
    return label


def is_label(text: str) -> bool:
    """Return whether *text* has a box label's shape, checked or not: never a person's code."""
    return _LABEL.fullmatch(text.strip()) is not None
