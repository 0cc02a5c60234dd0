"""Roster labels that are needed no more, because their owners were given other tubes."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.events import TubePaired
from contract.tubes import Tube, TubeError
from contract.tubes import tube as tube_of
from server.sampling.lot_models import RosterEntry
from server.sampling.roster_models import AssignmentRelease


def release_assignments(session: Session, events: Iterable[TubePaired]) -> None:
    """Note which labels the stations let go; the pairings of *events* are recorded."""
    said = [(each.id, text) for each in events for text in dict.fromkeys(each.released)]
    if not said:
        return
    tubes = {text: tube for _, text in said if (tube := _tube_or_none(text)) is not None}
    asked = select(RosterEntry.tube).where(RosterEntry.tube.in_(tubes.values()))
    listed = set(session.scalars(asked))
    session.add_all(
        AssignmentRelease(pairing_id=pairing, tube=tubes[text])
        for pairing, text in said
        if tubes.get(text) in listed
    )
    session.flush()


def _tube_or_none(text: str) -> Tube | None:
    try:
        return tube_of(text)
    except TubeError:
        return None
