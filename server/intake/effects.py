"""What each kind of event does, in the caller's transaction.  A table, one row for each kind."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.duty_events import (
    BoxClosed,
    BoxOpened,
    CheckedIn,
    CheckInVoided,
    DutyChanged,
    TubeArrived,
)
from contract.events import (
    Event,
    OperatorChanged,
    PairingVoided,
    PersonLeft,
    PoolClosed,
    ScanRefused,
    ShiftBegan,
    ShiftEnded,
    SlipSuspected,
    StationStarted,
    TubePaired,
)
from contract.identities import PersonCode
from contract.tubes import Tube, TubeError, tube
from server.accounts.models import Station
from server.errors import DomainError
from server.intake import duty_effects
from server.intake.opening import Opened, open_badge
from server.lab import strays
from server.people.late import Sample
from server.people.links import LiveLinks, strong_keys
from server.people.newcomers import Shown, bearers_of
from server.sampling import services as sampling
from server.sampling import shifts
from server.sampling.lot_queries import voids_among
from server.sampling.models import Pairing
from server.sampling.queries import lots_of

Effect = Callable[[Session, Any, datetime], None]


class OfMany(Protocol):
    """What some events do together."""

    def __call__(self, session: Session, opened: Sequence[Opened], *, now: datetime) -> None: ...


def take_effect(session: Session, opened: Sequence[Opened], *, now: datetime) -> None:
    """Do what these events say, in their order, all or none.  Raises DomainError.

    Pairings, and check-ins, that follow each other are recorded together: they are nearly all
    that comes.
    """
    for kind, run in groupby(opened, key=lambda each: type(each.event)):
        if kind is TubePaired:
            _pair(session, list(run), now)
        elif kind is CheckedIn:
            _check_in(session, list(run), now)
        else:
            for each in run:
                if each.event is not None:
                    EFFECTS[kind](session, each.event, now)


def hear_refused(session: Session, opened: Sequence[Opened], *, now: datetime) -> None:
    """Keep what these events tell all the same, though they were refused: when a tube arrived."""
    for event in (each.event for each in opened):
        if isinstance(event, TubeArrived):
            duty_effects.hear_of_arrival(session, event, now)


def _check_in(session: Session, opened: Sequence[Opened], now: datetime) -> None:
    given = [
        (each.event, each.person, each.claimed_at)
        for each in opened
        if isinstance(each.event, CheckedIn) and each.person
    ]
    duty_effects.check_in(session, given, now)


def foreseen(session: Session, opened: Sequence[Opened]) -> dict[UUID, str]:
    """Return the problems that can be told beforehand, so that they stop nobody else.

    A tube that nobody may be given is one of them: a lot that was forgotten, or made void, makes
    hundreds at once.
    """
    pairs: list[tuple[TubePaired, Tube]] = []
    for event in (each.event for each in opened):
        if isinstance(event, TubePaired):
            with suppress(TubeError):
                pairs.append((event, tube(event.tube)))
    lost = _unusable(session, pairs) if pairs else {}
    return lost | {each.id: each.problem for each in opened if each.problem}


def _unusable(session: Session, pairs: Sequence[tuple[TubePaired, Tube]]) -> dict[UUID, str]:
    """Return why tubes may be given to nobody.  What was recorded before stays as it is."""
    lots = lots_of(session, [given for _, given in pairs])
    void = voids_among(session, lots)
    lost: dict[UUID, str] = {}
    for event, given in pairs:
        try:
            sampling.check_usable(given, event, lots, void)
        except DomainError as error:
            lost[event.id] = error.code
    known = session.scalars(select(Pairing.id).where(Pairing.id.in_(lost))) if lost else ()
    recorded = set(known)
    return {event_id: code for event_id, code in lost.items() if event_id not in recorded}


def _pair(session: Session, opened: Sequence[Opened], now: datetime) -> None:
    pairs = [
        (each.event, each.person, each.claimed_at)
        for each in opened
        if isinstance(each.event, TubePaired) and each.person
    ]
    strays.take_turns_beside(session, [sampling.read_tube(event.tube) for event, *_ in pairs])
    asked = select(Station.id, Station.place)
    names = {event.station for event, *_ in pairs}
    rows = session.execute(asked.where(Station.id.in_(names)))
    places = {row.id: row.place for row in rows}
    bearers = bearers_of(
        session, [_shown(event, code, places) for event, code, _ in pairs], now=now
    )
    given = [
        sampling.Given(event, bearer, places[event.station], claimed_at, named=bool(code.name))
        for (event, code, claimed_at), bearer in zip(pairs, bearers, strict=True)
    ]
    recorded = sampling.record_pairings(session, given, now=now)
    strays.look_beside(session, recorded, now=now)


def _shown(event: TubePaired, code: PersonCode, places: Mapping[str, str]) -> Shown:
    place = event.place or places[event.station]
    sample = Sample(event.id, event.at, event.trusted, code)
    return Shown(code, f"station:{event.station}", f"event:{event.id}", place, sample)


def _keep(_session: Session, _event: Event, _now: datetime) -> None:
    """The event itself is the record."""


def _void(session: Session, event: PairingVoided, now: datetime) -> None:
    void = sampling.record_void(session, event, now=now)
    strays.look_beside(session, [void.tube], now=now)


def _close(session: Session, event: PoolClosed, now: datetime) -> None:
    sampling.close_pool(session, event, now=now)


def _refuse(session: Session, event: ScanRefused, now: datetime) -> None:
    at = event.at if event.trusted else now
    sampling.tally(session, event.station, at=at, kind="refused", reason=event.reason)


def _let_go(session: Session, event: PersonLeft, now: datetime) -> None:
    at = event.at if event.trusted else now
    sampling.tally(session, event.station, at=at, kind="let-go", reason=event.reason)


def _end_shift(session: Session, event: ShiftEnded, now: datetime) -> None:
    shifts.record_shift(session, event, now=now)


def _suspect(session: Session, event: SlipSuspected, now: datetime) -> None:
    shifts.record_suspicion(session, event, now=now)


def _name_operator(session: Session, event: ShiftBegan | OperatorChanged, _now: datetime) -> None:
    """Note whose card an operator's tag stands for; a card that cannot be read names nobody."""
    code = open_badge(event.badge)
    links = LiveLinks.of(session, [code]) if code else None
    known = [links.get(key) for key in strong_keys(code)] if code and links else []
    shifts.note_operator(session, event, next((link.person for link in known if link), None))


EFFECTS: dict[type[Event], Effect] = {
    StationStarted: duty_effects.begin,
    ShiftBegan: _name_operator,
    OperatorChanged: _name_operator,
    ShiftEnded: _end_shift,
    SlipSuspected: _suspect,
    PairingVoided: _void,
    PoolClosed: _close,
    ScanRefused: _refuse,
    PersonLeft: _let_go,
    DutyChanged: duty_effects.change_duty,
    CheckInVoided: duty_effects.void_check_in,
    BoxOpened: _keep,
    TubeArrived: duty_effects.arrive,
    BoxClosed: duty_effects.close_box,
}
