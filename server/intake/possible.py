"""Times that can be: what the wire admits is any from year 1 to 9999, and none of it may stop us.

A clock that was never set begins in 1970, anywhere on Earth.  One that is not trusted, and says
what cannot be, says no more than that it was never set; what was trusted stands for a person to
look at.
"""

from datetime import UTC, datetime, timedelta

import msgspec

from contract.events import Event, ShiftEnded

UNSET = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = UNSET - timedelta(days=1), datetime(2200, 1, 1, tzinfo=UTC)


def can_be(at: datetime) -> bool:
    return FIRST <= at <= LAST


def settled(event: Event) -> Event | None:
    """Return *event* with times that can be, or None where a clock that was set said others."""
    if isinstance(event, ShiftEnded) and not can_be(event.began):
        return None
    if can_be(event.at):
        return event
    return None if event.trusted else msgspec.structs.replace(event, at=UNSET)
