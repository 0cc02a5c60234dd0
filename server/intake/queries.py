"""What an administrator asks about uploads.  Reads only; nothing here names a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from server.accounts.actors import of_stations
from server.accounts.within import ANYWHERE, Within
from server.intake.models import ChainAlert, Quarantine, StationEpoch, WireEvent, not_applied

MOST = 200


@dataclass(frozen=True)
class Held:
    """Events that were not applied, for one reason."""

    state: str
    problem: str
    station: str
    count: int
    oldest: datetime


@dataclass(frozen=True)
class AlertPage:
    """Everything on the page of alerts."""

    standing: list[ChainAlert]
    closed: list[ChainAlert]
    held: list[Held]
    quarantined: list[Quarantine]
    pending: int
    stored: int
    epochs: int


def alert_page(session: Session, within: Within = ANYWHERE) -> AlertPage:
    """Return open alerts, events that were not applied, and uploads that were not taken."""
    alerts = select(ChainAlert).where(of_stations(within, ChainAlert.station)).limit(MOST)
    standing = alerts.where(ChainAlert.closed_at.is_(None)).order_by(ChainAlert.at)
    closed = alerts.where(ChainAlert.closed_at.is_not(None)).order_by(ChainAlert.closed_at.desc())
    kept = select(Quarantine).options(defer(Quarantine.body)).order_by(Quarantine.at.desc())
    pending = select(func.count()).where(not_applied(), WireEvent.state == "pending")
    return AlertPage(
        standing=list(session.scalars(standing)),
        closed=list(session.scalars(closed.limit(20))),
        held=_held(session, within),
        quarantined=list(session.scalars(kept.limit(MOST))),
        pending=session.scalar(pending) or 0,
        stored=session.scalar(select(func.count()).select_from(WireEvent)) or 0,
        epochs=session.scalar(select(func.count()).select_from(StationEpoch)) or 0,
    )


def _held(session: Session, within: Within) -> list[Held]:
    oldest = func.min(WireEvent.received_at)
    statement = (
        select(WireEvent.state, WireEvent.problem, WireEvent.station, func.count(), oldest)
        .where(not_applied(), WireEvent.state.in_(("refused", "waiting")))
        .where(of_stations(within, WireEvent.station))
        .group_by(WireEvent.state, WireEvent.problem, WireEvent.station)
        .order_by(oldest)
    )
    return [
        Held(state, problem or "", station, count, at)
        for state, problem, station, count, at in session.execute(statement)
    ]
