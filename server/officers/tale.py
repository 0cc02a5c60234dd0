"""What a story is made of.  Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Tone(StrEnum):
    """How much a fact matters to who reads the story; the value is a class of the style sheet."""

    PLAIN = ""
    ASIDE = "aside"
    PROBLEM = "problem"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Branch:
    """A version and the one that it takes the place of, each in both languages."""

    old: tuple[str, str]
    new: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened: when, in which state it left the tube, in words, by whom.

    `evidence` is where to look it up: an event and its hash, a reason, a receipt; `opens` is the
    page that shows it.  `mark` is what an address may point to.
    """

    at: datetime
    state: str
    vi: str
    en: str
    by: str = ""
    evidence: str = ""
    tone: Tone = Tone.PLAIN
    person: UUID | None = None
    opens: str = ""
    branch: Branch | None = None
    mark: str = ""


def who(actor: str | None) -> str:
    """Return an actor as people read it: 'user:lan' is 'lan'."""
    return (actor or "").removeprefix("user:").removeprefix("station:").removeprefix("system:")
