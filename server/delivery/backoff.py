"""When to try again.  Pure, but for the dice that keep a thousand retries from coming at once."""

from datetime import timedelta
from secrets import randbelow

FIRST = timedelta(seconds=2)
LONGEST = timedelta(minutes=15)
_FINE = 1000


def wait(attempts: int) -> timedelta:
    """Return how long to wait after *attempts* failures: doubling, capped, half of it by chance."""
    doubled: int = 2 ** min(max(attempts, 1) - 1, 20)
    full = min(LONGEST, FIRST * doubled)
    return full / 2 + full / 2 * (randbelow(_FINE + 1) / _FINE)
