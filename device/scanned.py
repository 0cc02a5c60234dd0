"""A code from one of the readers, and what that reader is told of it.

The reader in the hand beeps for what is on the card and for nothing else, where it can be told to:
the station answers each code after the journal was written, never before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from device.drivers import Answerable, DeviceLost, Reader, Scan
from device.lines import Line
from device.roles import ReaderUse

# What somebody came for is done.  The rest of what is written down (a refusal, a box that was
# opened, who was let go of) is no cause for a beep.
_RECORDED = frozenset(("paired", "pool-member", "checked-in", "tube-arrived"))


class Verdict(StrEnum):
    """What became of a code."""

    RECORDED = "recorded"  # a pair, or another thing that was waited for, is on the card
    REFUSED = "refused"
    SEEN = "seen"  # taken note of; more must come before anything is recorded


@dataclass(frozen=True, slots=True)
class Scanned:
    """`answer` is called once, with what the station said."""

    scan: Scan
    use: ReaderUse
    answer: Callable[[Sequence[Line]], None]


def verdict_of(lines: Sequence[Line]) -> Verdict:
    """Return what *lines*, the station's answer to one code, mean for who scanned it."""
    if any(line.event and line.outcome in _RECORDED for line in lines):
        return Verdict.RECORDED
    refused = any(line.outcome == "refused" or line.outcome.endswith("-trouble") for line in lines)
    return Verdict.REFUSED if refused else Verdict.SEEN


def tell_reader(reader: Reader, lines: Sequence[Line]) -> None:
    """Let *reader* give its own sign for *lines*, if it has one; one that is gone misses it."""
    if not isinstance(reader, Answerable):
        return
    verdict = verdict_of(lines)
    try:
        if verdict is Verdict.RECORDED:
            reader.good()
        elif verdict is Verdict.REFUSED:
            reader.bad()
        else:
            reader.seen()
    except DeviceLost:
        return  # whoever reads it will notice, and open it again
