"""Where an actor works: a person's place, a station's; whose acts somebody may see.  Reads only.

Whose acts: of accounts that see no more than they do, as an administrator manages them; of stations
and partners in their places; their own.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, true
from sqlalchemy.orm import Session, aliased

from server.accounts.models import Partner, Station, User
from server.accounts.within import Within
from server.audit.models import AuditEntry


def place_of_actor(session: Session, by: str) -> str:
    """Return the place of 'user:lan' or 'station:ban-1'; '' for the system itself."""
    kind, _, name = by.partition(":")
    if kind == "user":
        return session.scalar(select(User.place).where(User.login == name)) or ""
    if kind == "station":
        return session.scalar(select(Station.place).where(Station.id == name)) or ""
    return ""


def of_stations(within: Within, of: Any) -> ColumnElement[bool]:
    """Say of a column of stations' names that they stand in that scope."""
    if within.everywhere:
        return true()
    found: ColumnElement[bool] = of.in_(_stations(within))
    return found


@lru_cache(maxsize=1024)
def _stations(within: Within) -> Select[str]:
    one = aliased(Station)
    return select(one.id).where(within.rows(one.place))


def acts_seen(session: Session, within: Within, me: str, of: Any) -> ColumnElement[bool]:
    """Say of a column of actors that *me* ('user:lan'), who has that scope, may see their acts."""
    if within.everywhere:
        return true()
    stations = select(literal("station:") + Station.id).where(within.rows(Station.place))
    partners = select(literal("partner:") + Partner.id).where(within.rows(Partner.place))
    seen: ColumnElement[bool] = or_(
        of.in_(_accounts(session, within) | {me}), of.in_(stations), of.in_(partners)
    )
    return seen


def entries_seen(session: Session, within: Within, me: str) -> ColumnElement[bool]:
    """Say of entries of the trail that *me* may see them: who did it, or to whom, is in scope."""
    if within.everywhere:
        return true()
    subject, action = AuditEntry.subject, AuditEntry.action
    stations = select(Station.id).where(within.rows(Station.place))
    partners = select(Partner.id).where(within.rows(Partner.place))
    return or_(
        acts_seen(session, within, me, AuditEntry.actor),
        subject.in_(_accounts(session, within) | {me}),
        and_(action.startswith("station."), subject.in_(stations)),
        and_(action.startswith("partner."), subject.in_(partners)),
    )


def _accounts(session: Session, within: Within) -> set[str]:
    rows = session.execute(select(User.login, User.place, User.sees))
    return {f"user:{login}" for login, place, sees in rows if within.may_give(place, sees)}
