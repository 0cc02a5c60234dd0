"""What each kind of event does, in the caller's transaction.  A table, one row for each kind."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from contract.events import (
    Event,
    PairingVoided,
    PersonLeft,
    PoolClosed,
    ScanRefused,
    StationStarted,
    TubePaired,
)
from contract.identities import PersonCode
from server.accounts.models import Station
from server.people import services as people
from server.sampling import services as sampling

Effect = Callable[[Session, Any, PersonCode | None, datetime], None]


def take_effect(
    session: Session, event: Event, person: PersonCode | None, *, now: datetime
) -> None:
    """Do what *event* says; *person* is the code it was sealed with.  Raises DomainError."""
    EFFECTS[type(event)](session, event, person, now)


def _start(_session: Session, _event: StationStarted, _: PersonCode | None, _at: datetime) -> None:
    """The event itself is the record."""


def _pair(session: Session, event: TubePaired, code: PersonCode | None, now: datetime) -> None:
    if code is None:
        raise TypeError("a pairing without a person's code was never opened")
    place = event.place or session.get_one(Station, event.station).place
    bearer = people.person_of(
        session,
        code,
        by=f"station:{event.station}",
        now=now,
        evidence=f"event:{event.id}",
        place=place,
    )
    sampling.record_pairing(session, event, bearer, place=place, now=now)


def _void(session: Session, event: PairingVoided, _: PersonCode | None, now: datetime) -> None:
    sampling.record_void(session, event, now=now)


def _close(session: Session, event: PoolClosed, _: PersonCode | None, now: datetime) -> None:
    sampling.close_pool(session, event, now=now)


def _refuse(session: Session, event: ScanRefused, _: PersonCode | None, now: datetime) -> None:
    at = event.at if event.trusted else now
    sampling.tally(session, event.station, at=at, kind="refused", reason=event.reason)


def _let_go(session: Session, event: PersonLeft, _: PersonCode | None, now: datetime) -> None:
    at = event.at if event.trusted else now
    sampling.tally(session, event.station, at=at, kind="let-go", reason=event.reason)


EFFECTS: dict[type[Event], Effect] = {
    StationStarted: _start,
    TubePaired: _pair,
    PairingVoided: _void,
    PoolClosed: _close,
    ScanRefused: _refuse,
    PersonLeft: _let_go,
}
