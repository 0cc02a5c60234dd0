"""Log-ins of people: a random token in the cookie, its hash here, an end that always comes."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server import vault
from server.accounts.models import LoginSession, User

KEPT = timedelta(days=90)  # how long we know where someone usually logs in
SEEN_EVERY = timedelta(minutes=1)  # how exactly we know when someone was last here


@dataclass(frozen=True)
class Limits:
    """How long a log-in lasts without use, and at most."""

    idle: timedelta
    absolute: timedelta


def new_token() -> str:
    """256 random bits, for a cookie."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """What forms of this visitor must send back: bound to the cookie, useless without it."""
    return hmac.new(token.encode(), b"ghepmau-csrf-v1", sha256).hexdigest()[:40]


def address_key(address: str) -> str:
    return vault.current().blind("login.address", address)


def open_session(session: Session, user: User, *, now: datetime, address: str) -> str:
    """Begin a log-in and return its token, which is kept nowhere else."""
    token = new_token()
    session.add(
        LoginSession(
            token_hash=hash_of(token),
            user_id=user.id,
            address_key=address_key(address),
            created_at=now,
            seen_at=now,
        )
    )
    return token


def find_user(
    session: Session, token: str, *, now: datetime, limits: Limits
) -> tuple[User, LoginSession] | None:
    """Return who holds *token*, unless the log-in ended, ran out, or the person lost access."""
    row = session.execute(
        select(User, LoginSession)
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(LoginSession.token_hash == hash_of(token), User.active)
        .where(LoginSession.ended_at.is_(None))
        .where(LoginSession.created_at > now - limits.absolute)
        .where(LoginSession.seen_at > now - limits.idle)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def mark_seen(session: Session, token: str, *, now: datetime) -> None:
    session.execute(
        update(LoginSession).where(LoginSession.token_hash == hash_of(token)).values(seen_at=now)
    )


def end_session(session: Session, token: str, *, now: datetime) -> None:
    session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == hash_of(token), LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_sessions_of(session: Session, user: User, *, now: datetime) -> None:
    session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user.id, LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def forget_old(session: Session, *, now: datetime) -> None:
    session.execute(delete(LoginSession).where(LoginSession.created_at < now - KEPT))
