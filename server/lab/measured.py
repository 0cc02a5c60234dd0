"""A Ct as an instrument or a person wrote it, and the number that it means.  Pure.

What was written is kept for ever: 24.10 is not 24.1, and "Undetermined" is not "".
"""

import re
from dataclasses import dataclass
from enum import StrEnum

HIGHEST_CT = 60.0
_NUMBER = re.compile(r"[0-9]{1,3}([.,][0-9]{1,12})?", re.ASCII)
# How machines and people write that the curve did not rise.
_SILENT = frozenset(
    {
        "", "-", "--", "n/a", "na", "nan", "neg", "negative", "no cq", "no ct", "none",
        "not detected", "undet.", "undetermined",
    }
)  # fmt: skip


class Role(StrEnum):
    """What a well holds: somebody's sample, or a control."""

    SAMPLE = "sample"
    NEGATIVE = "negative"  # no template
    POSITIVE = "positive"
    EXTRACTION = "extraction"  # taken through the extraction without a sample


@dataclass(frozen=True, slots=True)
class Measured:
    """One target of one well, as written."""

    target: str
    ct: str = ""


@dataclass(frozen=True, slots=True)
class Well:
    """One well of a plate: what stood in it, and what was measured, replicates side by side."""

    place: str
    role: Role
    sample: str
    readings: tuple[Measured, ...] = ()


class UnreadableCt(ValueError):
    """What was written is neither a Ct nor a word for none."""


def rose(text: str) -> bool:
    """Return whether *text* is a number of cycles."""
    try:
        return ct_value(text) is not None
    except UnreadableCt:
        return False


def ct_value(text: str) -> float | None:
    """Return the number of cycles, None where the curve did not rise.

    Raises UnreadableCt for anything else: what cannot be read is never taken for silence.
    """
    plain = text.strip().casefold()
    if plain in _SILENT:
        return None
    if not _NUMBER.fullmatch(plain):
        raise UnreadableCt(text)
    value = float(plain.replace(",", "."))
    if value > HIGHEST_CT:
        raise UnreadableCt(text)
    return value or None  # some machines write 0 for none
