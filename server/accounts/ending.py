"""When a log-in ends by itself, and from when on pages say so.  Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.accounts.sessions import Limits

WARNED = timedelta(minutes=5)  # before the end


class Why(StrEnum):
    """What ends a log-in: nobody uses it, or it lasted as long as any may."""

    IDLE = "idle"
    MOST = "most"


@dataclass(frozen=True, slots=True)
class Ending:
    """The end that comes first; one that comes from *idle* moves with every use."""

    at: datetime
    why: Why
    lead: timedelta  # pages warn so long before

    def seconds_left(self, now: datetime) -> int:
        return max(0, int((self.at - now).total_seconds()))

    def is_near(self, now: datetime) -> bool:
        return now >= self.at - self.lead


def ending_of(created_at: datetime, seen_at: datetime, limits: Limits) -> Ending:
    """Return how a log-in that began and was last used then will end, by *limits*."""
    idle, most = seen_at + limits.idle, created_at + limits.absolute
    why = Why.IDLE if idle < most else Why.MOST
    return Ending(min(idle, most), why, min(WARNED, limits.idle / 2))
