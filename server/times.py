"""Times that others wrote down, and clocks that were wrong for a while.

Arithmetic never fails, however odd they are.  What counts for a while does so no more once a clock
that ran ahead is right again.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

CLOCKS_DIFFER = timedelta(minutes=10)  # between a station and the server, both set
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)  # in any zone
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)


def moved(at: datetime, by: timedelta) -> datetime:
    """Return *at* moved *by* so much, or as far as there are times."""
    try:
        return min(max(at + by, _EARLIEST), _LATEST)
    except OverflowError:
        return _EARLIEST if by < timedelta() else _LATEST


def lately(at: Any, now: datetime, within: timedelta) -> ColumnElement[bool]:
    """Say of a column's time that it is not longer ago, and not to come either.

    Servers' clocks may differ a little.
    """
    return and_(at > now - within, at <= now + CLOCKS_DIFFER)


def long_over(at: Any, now: datetime, within: timedelta) -> ColumnElement[bool]:
    """Say of a column's time that it is far from now: such a row need not be kept."""
    return or_(at < now - 2 * within, at > now + 2 * within)
