"""What a declaration record is told about one tube: the message, as JSON.  Pure; no names in it."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

import msgspec

from contract.tubes import Tube, holds, looks_like_tube, tube

TARGET = "declarations"  # the name among the outbox's targets; stored, so it never changes


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an outcome.  `supersedes` is the key of the version before, if any."""

    tube: str
    status: str
    reason: str
    version: int
    sampled_at: datetime
    resulted_at: datetime | None
    place: str
    supersedes: str | None

    @property
    def of(self) -> Tube:
        return _tube(self.tube)


class Written(msgspec.Struct, frozen=True):
    """A notice on its way into a message: its times may be written already."""

    tube: str
    status: str
    reason: str
    version: int
    sampled_at: datetime | str
    resulted_at: datetime | str
    place: str
    supersedes: str | None


_tube = lru_cache(4096)(tube)  # each is asked for at least twice on its way
_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Notice)


def write(notice: Notice | Written) -> str:
    return _encode(notice).decode()


def write_first(
    tube: str, status: str, sampled: datetime | str, out: datetime | str, place: str
) -> str:
    """Write what the first version of a plain tube tells; times may be written already."""
    return _encode(Written(tube, status, "", 1, sampled, out, place, None)).decode()


def read(payload: str) -> Notice:
    """Return the notice in *payload*; raise ValueError (or msgspec.DecodeError) if it is none."""
    return read_each([payload])[0]


def read_each(payloads: Iterable[str]) -> list[Notice]:
    """As `read`, of many: all or none."""
    notices = list(map(_decoder.decode, payloads))
    for notice in notices:
        if not (looks_like_tube(notice.tube) and holds(notice.tube)):
            _tube(notice.tube)  # a maker's, or none
    return notices
