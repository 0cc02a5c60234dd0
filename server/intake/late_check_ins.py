"""Check-ins that were recorded without a time get theirs once their boot is known (`clocks`)."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.declarations import late_times
from server.intake import clocks


def correct_past(session: Session, now: datetime) -> int:
    """Give some check-ins their time; return how many were looked at.

    One that has a stick's time already waits for an exact one.
    """
    asked = session.execute(late_times.waiting_boots().distinct())
    known = clocks.known_boots(session, [(row.station, row.boot) for row in asked])
    if not known:
        return 0
    exact = {boot for boot, began in known.items() if began.exact}
    waiting = late_times.waiting(session, exact, known.keys() - exact, clocks.SOME)
    right = {}
    for each in waiting:
        began = known[each.station, each.boot]
        at = clocks.time_of(began, each.mono, now)
        if at is not None:
            right[each.check_in_id] = (at, began.exact)
    late_times.correct(session, waiting, right, now=now)
    return len(waiting)
