"""Days of Vietnam, in Python and in the database."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from server.local_forms import VIETNAM


def day_of(at: datetime) -> date:
    """Return the day of Vietnam on which *at* falls; the ends of time stay days."""
    try:
        return at.astimezone(VIETNAM).date()
    except OverflowError:
        return at.date()


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return when a day of Vietnam begins and ends, within the times that there are."""
    if day == date.min:
        return datetime.min.replace(tzinfo=UTC), datetime.min.replace(hour=17, tzinfo=UTC)
    begin = datetime.combine(day, time(), VIETNAM).astimezone(UTC)
    if day == date.max:
        return begin, datetime.max.replace(tzinfo=UTC)
    return begin, begin + timedelta(days=1)


class DayOf(FunctionElement[date]):
    """The day of Vietnam of a stored time, which is UTC."""

    type = Date()
    name = "vietnam_day"
    inherit_cache = True


@compiles(DayOf, "sqlite")
def _in_sqlite(element: DayOf, compiler: Any, **kw: Any) -> str:
    at = compiler.process(element.clauses, **kw)
    return f"coalesce(date({at}, '+7 hours'), date({at}))"


@compiles(DayOf)
def _in_postgresql(element: DayOf, compiler: Any, **kw: Any) -> str:
    at = compiler.process(element.clauses, **kw)
    shift = f"CASE WHEN {at} < '9999-12-31' THEN {at} + interval '7 hours' ELSE {at} END"
    return f"CAST({shift} AS date)"
