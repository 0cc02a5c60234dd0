"""A revoked station is let in again: one person asks and says why, a second one agrees.

It was revoked by mistake, or was lost and turned up: what it recorded exists nowhere else.  Its old
key opens nothing by that: the station sends again once it is enrolled anew with a one-time code,
on the machine itself.  Its sticks count again, under every key that it had: people hand them in.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.enrolment import forget_keys, station_named
from server.accounts.models import Station, StationReturn
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.errors import BadInput, DomainError, NotFound


class NotRevoked(DomainError):
    code = "station-not-revoked"


class AskedAlready(DomainError):
    code = "return-asked-already"


class OwnRequest(DomainError):
    code = "own-request"


def ask_back(session: Session, name: str, *, reason: str, by: str, now: datetime) -> None:
    """Ask that station *name* be let in again.  Raises BadInput, NotRevoked, AskedAlready."""
    if not reason.strip():
        raise BadInput(f"Vì sao trạm {name} được dùng lại?", f"Why is station {name} let in again?")
    station = _locked(session, name)
    if station.state != "revoked":
        raise NotRevoked(f"Trạm {name} không bị thu hồi.", f"Station {name} is not revoked.")
    if asked_of(session, name) is not None:
        raise AskedAlready(
            f"Đã có người xin dùng lại trạm {name}: chờ người thứ hai.",
            f"Somebody asked for station {name} already: it waits for a second person.",
        )
    session.add(StationReturn(station=name, asked_at=now, asked_by=by, reason=reason))
    session.flush()
    audit.record(session, "station.return-asked", name, by=by, now=now)


def agree(session: Session, name: str, *, by: str, now: datetime) -> None:
    """Let station *name* in again: sticks at once, the wire with a new code.

    Raises NotFound where nobody asked, and OwnRequest for who did.
    """
    station, asked = _locked(session, name), _asked(session, name)
    if asked.asked_by == by:
        raise OwnRequest(
            f"Anh/chị đã xin dùng lại trạm {name}: người khác phải đồng ý.",
            f"You asked for station {name} yourself: somebody else must agree.",
        )
    # As one that waits for its code: the key that it had signs nothing on the wire any more.
    station.state, station.public_key = "created", None
    detail = f"asked by {asked.asked_by} at {asked.asked_at:%Y-%m-%d %H:%M} UTC"
    asked.decided_at, asked.decided_by, asked.agreed = now, by, True
    audit.record(session, "station.let-in-again", name, by=by, now=now, detail=detail)
    forget_keys(session)


def decline(session: Session, name: str, *, by: str, now: datetime) -> None:
    """It stays revoked; who asked may say so too.  Raises NotFound."""
    _locked(session, name)
    asked = _asked(session, name)
    asked.decided_at, asked.decided_by, asked.agreed = now, by, False
    detail = f"asked by {asked.asked_by}"
    audit.record(session, "station.return-declined", name, by=by, now=now, detail=detail)


def asked_of(session: Session, name: str) -> StationReturn | None:
    """Return what waits for a second person of station *name*."""
    mine = select(StationReturn).where(StationReturn.station == name)
    return session.scalar(mine.where(StationReturn.decided_at.is_(None)))


def decided_of(session: Session, name: str) -> list[StationReturn]:
    """Return what was decided of station *name* before, the newest first."""
    mine = select(StationReturn).where(StationReturn.station == name)
    decided = mine.where(StationReturn.decided_at.is_not(None))
    return list(session.scalars(decided.order_by(StationReturn.decided_at.desc()).limit(20)))


def all_asked(session: Session, within: Within = ANYWHERE) -> list[StationReturn]:
    """Return what waits for a second person, the oldest first."""
    asked = select(StationReturn).join(Station, Station.id == StationReturn.station)
    asked = asked.where(StationReturn.decided_at.is_(None), within.rows(Station.place)).order_by(
        StationReturn.asked_at
    )
    return list(session.scalars(asked))


def _locked(session: Session, name: str) -> Station:
    """One change of a station at a time, also where several processes serve."""
    session.execute(select(Station.id).where(Station.id == name[:32]).with_for_update())
    station = station_named(session, name)
    session.refresh(station)
    return station


def _asked(session: Session, name: str) -> StationReturn:
    asked = asked_of(session, name)
    if asked is None:
        raise NotFound(
            f"Không ai xin dùng lại trạm {name}.", f"Nobody asked for station {name} again."
        )
    return asked
