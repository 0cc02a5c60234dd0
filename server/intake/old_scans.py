"""Scans of a tube that were refused, and of which an arrival was taken back since.

They are of before that, so they note no arrival by themselves, however often they are tried again:
who takes an arrival back is told of them, and scans the tube where it is.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from contract.duty_events import TubeArrived
from contract.tubes import Tube, TubeError
from contract.tubes import tube as tube_of
from server.accounts.models import Station
from server.db import among_texts
from server.intake.models import WireEvent, not_applied
from server.intake.opening import open_event
from server.lab.move_models import ArrivalWithdrawal
from server.lab.refused_scans import RefusedScan
from server.lab.taken_back import of_arrival
from server.times import CLOCKS_DIFFER

TAKEN_BACK = "arrival-withdrawn"  # a problem; stored, so it never changes


class _Refused(NamedTuple):
    event: UUID
    tube: Tube
    scan: RefusedScan
    received_at: datetime


def scans_of(session: Session, tube: Tube) -> list[RefusedScan]:
    """Return the scans of *tube* as arriving that were refused."""
    return [each.scan for each in _refused(session) if each.tube == tube]


def put_aside(session: Session, now: datetime) -> None:
    """Say of what was refused, and of which an arrival was taken back since, that this is why."""
    every = list(_refused(session))
    gone = _withdrawals(session, {each.tube for each in every})
    old = [each.event for each in every if _is_old(each, gone.get(each.tube, []), now)]
    for start in range(0, len(old), 500):
        some = WireEvent.event_id.in_(old[start : start + 500]), WireEvent.state == "refused"
        session.execute(update(WireEvent).where(*some).values(problem=TAKEN_BACK))


def _refused(session: Session) -> Iterator[_Refused]:
    there = func.length(WireEvent.payload) > 0
    asked = select(WireEvent.event_id, WireEvent.payload, WireEvent.received_at, Station.place)
    refused = not_applied(), WireEvent.state == "refused", WireEvent.kind == "tube-arrived", there
    rows = session.execute(asked.join(Station, Station.id == WireEvent.station).where(*refused))
    for event_id, payload, received_at, place in rows.all():
        event = open_event(event_id, payload).event
        if isinstance(event, TubeArrived):
            at = event.at if event.trusted else received_at
            scan = RefusedScan(event.station, place, event.box, at)
            with suppress(TubeError):
                yield _Refused(event_id, tube_of(event.tube), scan, received_at)


def _withdrawals(session: Session, tubes: set[Tube]) -> dict[Tube, list[ArrivalWithdrawal]]:
    found: dict[Tube, list[ArrivalWithdrawal]] = {}
    if tubes:
        these = among_texts(ArrivalWithdrawal.tube, [each.text for each in tubes])
        for each in session.scalars(select(ArrivalWithdrawal).where(these)):
            found.setdefault(each.tube, []).append(each)
    return found


def _is_old(refused: _Refused, gone: list[ArrivalWithdrawal], now: datetime) -> bool:
    """Return whether one of *gone*, at the laboratory of the scan, was after it.

    One by a clock that ran ahead is old as well: nobody knows, and to scan anew is never wrong.
    """
    ahead = refused.received_at > now + CLOCKS_DIFFER
    return any(
        of_arrival(refused.scan.place, each.lab, ())
        and (ahead or refused.received_at <= each.withdrawn_at)
        for each in gone
    )
