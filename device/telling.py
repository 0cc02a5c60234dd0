"""From an outcome, as it is told, to the station's line about it.  Pure."""

from contract.events import Event
from device.drafts import Moment
from device.duties.facts import CheckInMade, SameArrival, TubeTaken
from device.facts import Outcome, Paired
from device.lines import Line
from device.shown import Shown


def line_of(outcome: Outcome, told: Shown, now: Moment, event: Event | None) -> Line:
    """Return the line of *outcome*; *event* is what the journal says about it, if anything."""
    pair = outcome if isinstance(outcome, Paired) else None
    made = outcome if isinstance(outcome, Paired | CheckInMade) else None
    return Line(
        at=now.at.isoformat(),
        outcome=told.outcome,
        reason=told.reason,
        tube=told.tube,
        event=str(event.id) if event else None,
        tag=made.person.tag if made else "",
        order=pair.order if pair else "",
        took_ms=made.took_ms if made else None,
        members=_count(outcome),
        vi=told.said.vi,
        en=told.said.en,
    )


def _count(outcome: Outcome) -> int | None:
    """Return the persons of a pool, or the tubes of a box, with this one."""
    match outcome:
        case Paired(members=members):
            return members or None
        case TubeTaken(count=count) | SameArrival(count=count):
            return count
    return None
