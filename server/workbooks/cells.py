"""How a cell is written as text: as people see it in a list, or as a machine meant it.  Pure."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import StrEnum


class Style(StrEnum):
    """For whom cells are written."""

    LIST = "list"  # of people, by people: days without an hour, nothing for truth and durations
    MACHINE = "machine"


def as_people_see_it(value: object) -> str:
    """Return what a person sees in the cell."""
    if isinstance(value, bool) or value is None or isinstance(value, (time, timedelta)):
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def as_machines_mean_it(value: object) -> str:
    """Return a cell as it is shown: 12-digit codes without a point, truth in one word."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)


WRITE: dict[Style, Callable[[object], str]] = {
    Style.LIST: as_people_see_it,
    Style.MACHINE: as_machines_mean_it,
}
