"""What is read from a machine's file or message, whatever its format.  Pure.

A parser yields items in the file's order: facts of the run, readings, rows that give no reading
(with the number of the reason), and notices about the file as a whole.  Nothing is dropped: each
row of results ends as exactly one `Reading` or one `Unread`.
"""

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """What stands in a well, as the machine was told."""

    SAMPLE = "sample"
    NEGATIVE = "negative-control"
    POSITIVE = "positive-control"
    EXTRACTION = "extraction-control"
    CONTROL = "control"  # a control whose kind the file does not say
    STANDARD = "standard"


class Reading(msgspec.Struct, gc=False):
    """One target of one well.  `ct` is as written, with a point; '' where there is no number."""

    row: int  # as a person counts: of the sheet, of the file's lines, of the message's segments
    well: str  # A1 to P24, or ''
    sample: str  # as written
    target: str  # as written
    ct: str
    undetermined: bool  # the machine says that the curve did not rise
    call: str = ""  # the machine's own words
    flags: str = ""
    role: str = Role.SAMPLE


class Unread(msgspec.Struct, gc=False):
    """A row that gives no reading: the number of the reason, and what stood there."""

    row: int
    reason: int
    well: str = ""
    sample: str = ""
    target: str = ""
    seen: str = ""


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says of the run and the machine; '' where it does not."""

    instrument: str = ""
    serial: str = ""
    run_id: str = ""
    operator: str = ""
    started: str = ""  # as written: machines write dates in many ways
    software: str = ""

    def merged(self, other: "RunFacts") -> "RunFacts":
        """Return these facts, with those of *other* where we have none."""
        ours = {key: value for key, value in msgspec.structs.asdict(self).items() if value}
        return RunFacts(**{**msgspec.structs.asdict(other), **ours})


class Notice(msgspec.Struct, frozen=True):
    """Something about the whole file, by the number of its reason."""

    reason: int
    seen: str = ""


Item = Reading | Unread | RunFacts | Notice
