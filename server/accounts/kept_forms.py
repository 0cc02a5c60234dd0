"""Forms that came after the log-in had run out: kept for who typed them, and for nobody else.

Only a cookie that was a log-in, and ran out by time, keeps anything: no stranger can fill the
store, and an account holds one form.  It is given back to the same account in the same browser:
`follow` goes from the log-in that ran out to the next one where the same person is behind both.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.accounts.kept_models import KeptForm
from server.accounts.models import LoginSession, User
from server.accounts.sessions import hash_of
from server.rows import insert_or_hold
from server.times import lately

LIFE = timedelta(minutes=20)
REACH = timedelta(days=1)  # after a log-in's last use
MOST = 60_000  # characters


def whose(session: Session, token: str, *, now: datetime) -> UUID | None:
    """Return whose log-in *token* was, if it was whole, ran out by time, and not long ago.

    One that was ended says that somebody else may sit there now.
    """
    found = (
        select(LoginSession.user_id)
        .join(User, User.id == LoginSession.user_id)
        .where(LoginSession.token_hash == hash_of(token), User.active)
        .where(LoginSession.ended_at.is_(None), ~LoginSession.half)
        .where(lately(LoginSession.seen_at, now, REACH))
    )
    return session.scalar(found)


def keep(session: Session, user_id: UUID, token: str, content: str, *, now: datetime) -> bool:
    """Keep *content* in the place of what was kept of this account; False where it is too long."""
    if len(content) > MOST:
        return False
    forget_old(session, now=now)
    new = {"user_id": user_id, "token_hash": hash_of(token), "content": content, "at": now}
    insert_or_hold(session, KeptForm, new)
    session.execute(update(KeptForm).where(KeptForm.user_id == user_id).values(**new))
    return True


def follow(session: Session, user_id: UUID, old: str, new: str) -> None:
    """Let what came with the log-in *old* be given to *new*, which the same person began there."""
    session.execute(
        update(KeptForm)
        .where(KeptForm.user_id == user_id, KeptForm.token_hash == hash_of(old))
        .values(token_hash=hash_of(new))
    )


def kept(session: Session, user_id: UUID, token: str, *, now: datetime) -> str | None:
    """Return what was kept for this account in this log-in, None where there is nothing."""
    found = select(KeptForm.content).where(
        KeptForm.user_id == user_id,
        KeptForm.token_hash == hash_of(token),
        lately(KeptForm.at, now, LIFE),
    )
    return session.scalar(found)


def forget_of(session: Session, token: str) -> None:
    """Forget what was kept for the log-in *token*, which its holder ends."""
    session.execute(delete(KeptForm).where(KeptForm.token_hash == hash_of(token)))


def forget_old(session: Session, *, now: datetime) -> None:
    session.execute(delete(KeptForm).where(KeptForm.at <= now - LIFE))
