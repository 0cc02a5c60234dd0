"""Scans of a tube that came before an arrival of it was taken back, and noted none so far.

They note none by themselves, however often they are tried again and for whatever they waited: who
takes an arrival back is told of them, and scans the tube where it is.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from contract.duty_events import TubeArrived
from contract.tubes import Tube, TubeError, looks_like_tube
from contract.tubes import tube as tube_of
from server.accounts.models import Station
from server.errors import DomainError
from server.intake.models import WireEvent, not_applied
from server.intake.opening import open_event
from server.lab import strays
from server.lab.refused_scans import RefusedScan, is_put_aside
from server.lab.taken_back import of_arrival, withdrawals_of
from server.lab.withdrawal_clocks import came_before

TAKEN_BACK = "arrival-withdrawn"  # a problem; stored, so it never changes


class ScanOfBefore(DomainError):
    code = TAKEN_BACK


class _Scan(NamedTuple):
    tube: Tube
    scan: RefusedScan


def scans_of(session: Session, tube: Tube) -> list[RefusedScan]:
    """Return the scans of *tube* as arriving that noted nothing: refused, or still to be tried."""
    return [each.scan for each in _open(session, tube) if each.tube == tube]


def check(session: Session, event: TubeArrived, tube: Tube, now: datetime) -> None:
    """Raise ScanOfBefore where an arrival of *tube* was taken back since its scan came to us."""
    strays.take_turns_beside(session, [tube])  # it may just be taken back
    if of_before(session, event, tube, now):
        raise ScanOfBefore(
            "lần nhận ống này đã bị rút sau lần quét đó: ống ở đâu thì quét nhận ở trang Nhận mẫu",
            "the tube's arrival was taken back after this scan: scan the tube where it is, on the "
            "page Reception",
        )


def of_before(session: Session, event: TubeArrived, tube: Tube, now: datetime) -> bool:
    """Return whether an arrival of *tube* at the laboratory of its scan was taken back since.

    What was there then is put aside, whatever the clocks say.  Where they tell nothing of the rest
    it was: nobody knows, and to scan anew is never wrong.
    """
    every = withdrawals_of(session, tube)
    if not every:
        return False
    if is_put_aside(session, event.id):
        return True
    asked = select(WireEvent.received_at, Station.place)
    asked = asked.join(Station, Station.id == WireEvent.station)
    received_at, place = session.execute(asked.where(WireEvent.event_id == event.id)).one()
    return any(
        of_arrival(place, each.lab, ()) and came_before(session, each, received_at, now)
        for each in every
    )


def _open(session: Session, tube: Tube) -> Iterator[_Scan]:
    """Yield what may be of *tube*: after a storm very many scans are open, of other tubes."""
    there = func.length(WireEvent.payload) > 0
    asked = select(WireEvent.event_id, WireEvent.payload, WireEvent.received_at, Station.place)
    waits = not_applied(), WireEvent.kind == "tube-arrived", there, _may_say(session, tube)
    rows = session.execute(asked.join(Station, Station.id == WireEvent.station).where(*waits))
    for event_id, payload, received_at, place in rows.all():
        event = open_event(event_id, payload).event
        if isinstance(event, TubeArrived):
            at = event.at if event.trusted else received_at
            scan = RefusedScan(event_id, event.station, place, event.box, at)
            with suppress(TubeError):
                yield _Scan(tube_of(event.tube), scan)


def _may_say(session: Session, tube: Tube) -> ColumnElement[bool]:
    """Say of an event that its bytes hold the tube's text, where that is written in one way only.

    Each engine has a word of its own for bytes in bytes.
    """
    if not looks_like_tube(tube.text):
        return true()
    text = tube.text.encode()
    if session.get_bind().dialect.name == "sqlite":
        return func.instr(WireEvent.payload, text) > 0
    return WireEvent.payload.op("LIKE", is_comparison=True)(b"%" + text + b"%")
