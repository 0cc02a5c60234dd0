"""Arithmetic on times that others wrote down: it never fails, however odd they are."""

from datetime import UTC, datetime, timedelta

CLOCKS_DIFFER = timedelta(minutes=10)  # between a station and the server, both set
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)  # in any zone
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)


def moved(at: datetime, by: timedelta) -> datetime:
    """Return *at* moved *by* so much, or as far as there are times."""
    try:
        return min(max(at + by, _EARLIEST), _LATEST)
    except OverflowError:
        return _EARLIEST if by < timedelta() else _LATEST
