"""Shifts: what each came to, by station, day and operator, and whether the tubes add up."""

from datetime import UTC, datetime, time, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from server.accounts.current import current_within
from server.display import local
from server.forms import day_in, optional_text
from server.sampling import queries, shifts
from server.web import Permission, now, reading, requires


@requires(Permission.SHIFT_READ)
def show_shifts() -> ResponseReturnValue:
    """Show the shifts that ended on one day in Vietnam."""
    day = day_in(request.args.get("date", "")) or local(now()).date()
    station = optional_text(request.args, "station", longest=32)
    begins = datetime.combine(day, time(), UTC) - timedelta(hours=7)
    with reading() as session:
        found = shifts.shifts_between(
            session, begins, begins + timedelta(days=1), station, current_within()
        )
        tags = {(each.station, each.operator) for each in found}
        return render_template(
            "sampling/shifts.html",
            day=day,
            before=day - timedelta(days=1),
            after=day + timedelta(days=1),
            station=station,
            stations=queries.stations(session, current_within()),
            shifts=found,
            total=shifts.sums(found),
            by_operator=shifts.by_operator(found),
            operators=shifts.operators(session, tags),
        )
