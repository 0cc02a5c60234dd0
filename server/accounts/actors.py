"""Where an actor works: a person's place, a station's.  Reads only."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session, aliased

from server.accounts.models import Station, User
from server.accounts.within import Within


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
