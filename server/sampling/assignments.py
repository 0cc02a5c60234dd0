"""Roster labels that are needed no more, because their owners were given other tubes.

Those of another day's list are needed all the same, whatever a station of an older release says.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.events import TubePaired
from contract.tubes import Tube, TubeError
from contract.tubes import tube as tube_of
from server.local_forms import local
from server.sampling.lot_models import Roster, RosterEntry
from server.sampling.roster_models import AssignmentRelease


def release_assignments(session: Session, events: Iterable[TubePaired]) -> None:
    """Note which labels the stations let go; the pairings of *events* are recorded."""
    said = [(each, text) for each in events for text in dict.fromkeys(each.released)]
    if not said:
        return
    tubes = {text: tube for _, text in said if (tube := _tube_or_none(text)) is not None}
    asked = select(RosterEntry.tube, Roster.day).join(Roster, Roster.id == RosterEntry.roster_id)
    listed = asked.where(RosterEntry.tube.in_(tubes.values()))
    days: dict[Tube, date | None] = {row.tube: row.day for row in session.execute(listed)}
    session.add_all(
        AssignmentRelease(pairing_id=event.id, tube=tubes[text])
        for event, text in said
        if tubes.get(text) in days and days[tubes[text]] in (None, local(event.at).date())
    )
    session.flush()


def _tube_or_none(text: str) -> Tube | None:
    try:
        return tube_of(text)
    except TubeError:
        return None
