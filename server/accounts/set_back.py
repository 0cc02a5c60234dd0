"""The database was set back: what may have been ended or used since opens no door again."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from server.accounts.door_models import AccountLink
from server.accounts.models import EnrolmentCode, LoginSession


def close_doors(session: Session, *, now: datetime) -> None:
    """End every log-in, and use up the links and codes that wait: nobody knows which were ended or
    used since.  Whoever needs one gets a new one."""
    unended = LoginSession.ended_at.is_(None)
    session.execute(update(LoginSession).where(unended).values(ended_at=now))
    for one_time in (AccountLink, EnrolmentCode):
        session.execute(update(one_time).where(one_time.used_at.is_(None)).values(used_at=now))
