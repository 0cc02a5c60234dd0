"""A suspicion may be heard of before the pairs that it names: those are held as they come.

A stick's second file is handed in before its first, a line of one is damaged, a pair waits for its
lot: in whatever order, what a station suspected is held, unless a person said that nothing slipped.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contract.events import TubePaired
from contract.tubes import Tube
from server.audit import services as audit
from server.sampling import lot_queries, slips
from server.sampling.decision_models import SlipGroup, SlipMember
from server.sampling.decisions import About, latest_of
from server.sampling.models import Pairing
from server.sampling.shift_models import SlipSuspicion

Made = tuple[TubePaired, Tube]


def look_back(session: Session, made: Sequence[Made], *, now: datetime) -> None:
    """Hold those pairings just *made* that their station had suspected, as we heard before."""
    suspicions = {each.event_id: each for each in _that_may_name(session, made)}
    if not suspicions:
        return
    decided = latest_of(session, About.SUSPICION, suspicions)
    for event_id, suspicion in suspicions.items():
        if event_id not in decided or decided[event_id].verdict != "no-slip":
            named = _standing(session, [event.id for event in _named(suspicion, made)])
            if named:
                _hold(session, suspicion, named, now)


def _that_may_name(session: Session, made: Sequence[Made]) -> Iterator[SlipSuspicion]:
    """Yield what those stations suspected at the time of these pairings or later."""
    events = [event for event, _ in made]
    asked = select(SlipSuspicion).where(SlipSuspicion.station.in_({e.station for e in events}))
    if all(event.trusted for event in events):
        earliest = min(event.at for event in events)
        asked = asked.where(or_(SlipSuspicion.at >= earliest, SlipSuspicion.trusted.is_(False)))
    yield from session.scalars(asked.order_by(SlipSuspicion.at, SlipSuspicion.event_id))


def _named(suspicion: SlipSuspicion, made: Iterable[Made]) -> Iterator[TubePaired]:
    """Yield the pairings that a suspicion means: not those that its station made after it."""
    tubes = set(slips.tubes_of(suspicion))
    for event, tube in made:
        later = event.at > suspicion.at and event.trusted and suspicion.trusted
        if tube in tubes and event.station == suspicion.station and not later:
            yield event


def _standing(session: Session, pairings: Sequence[UUID]) -> list[UUID]:
    """Return those that were not undone, nor set aside, by what was heard of before them."""
    asked = select(Pairing.id).where(Pairing.id.in_(pairings))
    asked = asked.where(~lot_queries.undone(), ~lot_queries.put_aside())
    return list(session.scalars(asked.order_by(Pairing.paired_at, Pairing.id)))


def _hold(session: Session, suspicion: SlipSuspicion, named: Sequence[UUID], now: datetime) -> None:
    """Hold *named* with the others of the suspicion; by themselves, where those were decided."""
    group = session.get(SlipGroup, suspicion.event_id, with_for_update=True, populate_existing=True)
    if group is not None and group.decided_at is None:
        _extend(session, group, named, now)
        return
    slips.open_group(
        session, suspicion.station, named, slips.Cause.SUSPECTED, None, shift=True, now=now,
        group_id=None if group else suspicion.event_id,
    )  # fmt: skip


def _extend(session: Session, group: SlipGroup, named: Sequence[UUID], now: datetime) -> None:
    """Add *named* to an open group, in the order of the station's run."""
    members = {each.pairing_id: each for each in group.members}
    every = select(Pairing.id, Pairing.tube).where(Pairing.id.in_([*members, *named]))
    rows = session.execute(every.order_by(Pairing.paired_at, Pairing.id))
    for place, (pairing_id, tube) in enumerate(rows, 1):
        if pairing_id in members:
            members[pairing_id].place = place
        else:
            group.members.append(SlipMember(pairing_id=pairing_id, tube=tube, place=place))
    session.flush()
    detail = f"{group.cause}, {len(named)} more pairings of {group.station}"
    audit.record(session, "slip.flagged", group.id, by=slips.FLAGGER, now=now, detail=detail)
