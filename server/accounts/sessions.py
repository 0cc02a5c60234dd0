"""Log-ins of people: a random token in the cookie, its hash here, an end that always comes.

What a clock that ran ahead opened, or saw in use, ended when the clock was set right.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server import vault
from server.accounts.models import LoginSession, User
from server.audit import services as audit
from server.errors import NotFound
from server.times import lately

KEPT = timedelta(days=90)  # how long we know where someone usually logs in
HALF = timedelta(minutes=10)  # how long the second factor is waited for
SEEN_EVERY = timedelta(minutes=1)  # how exactly we know when someone was last here, at most


class NoSuchLogin(NotFound):
    code = "no-such-log-in"


@dataclass(frozen=True)
class Limits:
    """How long a log-in lasts without use, and at most."""

    idle: timedelta
    absolute: timedelta


def seen_every(limits: Limits) -> timedelta:
    """Return how exactly: a short limit asks for more, or no use would prolong a log-in."""
    return min(SEEN_EVERY, limits.idle / 10)


def new_token() -> str:
    """256 random bits, for a cookie."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """What forms of this visitor must send back: bound to the cookie, useless without it."""
    return hmac.new(token.encode(), b"ghepmau-csrf-v1", sha256).hexdigest()[:40]


def address_key(address: str) -> str:
    """Return what an address is known by.  A household has one network of IPv6, not one address:
    whoever could choose among 2**64 of them would never be slowed down."""
    try:
        found = ip_address(address)
    except ValueError:
        return vault.current().blind("login.address", address)
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or ip_network(f"{found}/64", strict=False).network_address
    return vault.current().blind("login.address", str(found))


def open_session(
    session: Session, user: User, *, now: datetime, address: str, half: bool = False,
    browser: str = "",
) -> str:  # fmt: skip
    """Begin a log-in and return its token, which is kept nowhere else.

    A *half* one waits for the second factor, some minutes, and opens nothing else.
    """
    token = new_token()
    session.add(
        LoginSession(
            token_hash=hash_of(token),
            user_id=user.id,
            address_key=address_key(address),
            created_at=now,
            seen_at=now,
            half=half,
            browser=browser,
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
        .where(lately(LoginSession.created_at, now, limits.absolute))
        .where(lately(LoginSession.seen_at, now, limits.idle))
        .where(~LoginSession.half | (LoginSession.created_at > now - HALF))
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


def end_sessions_of(session: Session, user: User, *, now: datetime, but: str = "") -> None:
    """End every log-in of a person, but the one of the token *but*."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user.id, LoginSession.ended_at.is_(None))
        .where(LoginSession.token_hash != hash_of(but))
        .values(ended_at=now)
    )


def complete(session: Session, token: str, *, now: datetime) -> str:
    """Make a half log-in whole: under a new token, so that whoever saw the old one has nothing."""
    half = session.get(LoginSession, hash_of(token), with_for_update=True, populate_existing=True)
    if half is None or half.ended_at is not None:
        raise NoSuchLogin("Phiên đã hết hạn. Đăng nhập lại.", "This log-in ended. Log in again.")
    half.ended_at, fresh = now, new_token()
    session.add(
        LoginSession(
            token_hash=hash_of(fresh), user_id=half.user_id, address_key=half.address_key,
            created_at=now, seen_at=now, half=False, factor_at=now, browser=half.browser,
        )
    )  # fmt: skip
    session.flush()
    return fresh


def live_sessions(
    session: Session, user: User, *, now: datetime, limits: Limits
) -> list[LoginSession]:
    """Return a person's log-ins that are open, the newest first."""
    found = (
        select(LoginSession)
        .where(LoginSession.user_id == user.id, LoginSession.ended_at.is_(None))
        .where(~LoginSession.half, lately(LoginSession.created_at, now, limits.absolute))
        .where(lately(LoginSession.seen_at, now, limits.idle))
    )
    return list(session.scalars(found.order_by(LoginSession.created_at.desc())))


def end_one(session: Session, user: User, token_hash: str, *, by: str, now: datetime) -> None:
    """End one log-in of a person.  Raises NoSuchLogin, also for another person's."""
    found = session.get(LoginSession, token_hash)
    if found is None or found.user_id != user.id:
        raise NoSuchLogin("Không có phiên đăng nhập này.", "There is no such log-in.")
    found.ended_at = found.ended_at or now
    audit.record(session, "user.log-in-ended", f"user:{user.login}", by=by, now=now)


def forget_old(session: Session, *, now: datetime) -> None:
    session.execute(delete(LoginSession).where(LoginSession.created_at < now - KEPT))


def note_factor(session: Session, token: str, *, now: datetime | None) -> None:
    """Note that the second factor was shown in this log-in; None: that there is none any more."""
    session.execute(
        update(LoginSession).where(LoginSession.token_hash == hash_of(token)).values(factor_at=now)
    )
