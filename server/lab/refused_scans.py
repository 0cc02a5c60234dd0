"""Scans of stations that were refused, for the laboratory had noted the tube elsewhere already.

The intake keeps them, above; `hearing` says whom to ask.  Whoever takes an arrival back puts those
aside that are there then: they are of before, whatever the clocks say.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.audit.models import AuditEntry
from server.lab.taken_back import of_arrival

PUT_ASIDE = "arrival-scan.put-aside"  # in the trail


class RefusedScan(NamedTuple):
    event: UUID
    station: str
    place: str
    box: str
    at: datetime


askers: list[Callable[[Session, Tube], list[RefusedScan]]] = []


def beside_arrival(session: Session, tube: Tube, lab: str) -> list[RefusedScan]:
    """Return the refused scans of *tube* by stations of the laboratory *lab*, oldest first."""
    found = [scan for ask in askers for scan in ask(session, tube)]
    mine = (each for each in found if of_arrival(each.place, lab, ()))
    return sorted(mine, key=lambda each: each.at)


def put_aside(
    session: Session, tube: Tube, lab: str, *, by: str, now: datetime
) -> tuple[RefusedScan, ...]:
    """Note that those scans note no arrival any more; return them."""
    scans = beside_arrival(session, tube, lab)
    entries = [(by, each.event, str(tube)) for each in scans]
    audit.record_each(session, PUT_ASIDE, entries, now=now)
    return tuple(scans)


def is_put_aside(session: Session, event: UUID) -> bool:
    """Return whether the scan was there when an arrival of its tube was taken back."""
    told = select(AuditEntry.id).where(
        AuditEntry.subject == str(event), AuditEntry.action == PUT_ASIDE
    )
    return session.scalar(told.limit(1)) is not None
