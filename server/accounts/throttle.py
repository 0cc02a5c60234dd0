"""Slow down guessing of passwords without locking anyone out for good.

Failures count for a quarter of an hour: 5 of one account from one address, 30 from one address,
50 of one account from everywhere.  The last two rules spare addresses where the person has logged
in before, second factor and all, so a stranger elsewhere, or others behind the same address, cannot
keep them out.  What opens no account (a person's page, a station's code, a link) is counted by
itself: 30 from one address of each.  A refused attempt counts for nothing, so waiting always helps.
Accounts and addresses are kept as keyed hashes only: people type passwords into the field for the
login.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from server import vault
from server.accounts.models import LoginFailure, LoginSession, User
from server.accounts.sessions import address_key
from server.errors import DomainError
from server.times import lately, long_over

WINDOW = timedelta(minutes=15)
PER_PAIR = 5
PER_ADDRESS = 30
PER_ACCOUNT = 50


class Guessed(StrEnum):
    """What people guess at that is no account."""

    MY_PAGE = "a person's page"
    STATION_CODE = "a code of a station"
    ACCOUNT_LINK = "a link of an account"


class TooManyAttempts(DomainError):
    code = "too-many-attempts"
    status = 429


def check(session: Session, login: str, address: str, *, now: datetime) -> None:
    """Raise TooManyAttempts if this account or address has failed too often lately."""
    account, source = account_key(login), address_key(address)
    by_account, by_source = (
        LoginFailure.account_key == account,
        LoginFailure.address_key == source,
    )
    crowded = _failures(session, by_account & by_source, now) >= PER_PAIR or (
        (
            _failures(session, by_source, now) >= PER_ADDRESS
            or _failures(session, by_account, now) >= PER_ACCOUNT
        )
        and not _at_home(session, login, source)
    )
    if crowded:
        raise _too_many()


def check_guesses(session: Session, what: Guessed, address: str, *, now: datetime) -> None:
    """Raise TooManyAttempts if this address has guessed too often lately at *what*."""
    by_source = LoginFailure.address_key == _guess_key(what, address)
    if _failures(session, by_source, now) >= PER_ADDRESS:
        raise _too_many()


def note_guess(session: Session, what: Guessed, address: str, *, now: datetime) -> None:
    """Count a wrong guess at *what*; it keeps nobody from logging in."""
    _note(session, _blind(what), _guess_key(what, address), now)


def note_failure(session: Session, login: str, address: str, *, now: datetime) -> None:
    _note(session, account_key(login), address_key(address), now)


def _note(session: Session, account: str, source: str, now: datetime) -> None:
    session.add(LoginFailure(account_key=account, address_key=source, at=now))
    session.execute(delete(LoginFailure).where(long_over(LoginFailure.at, now, WINDOW)))


def forgive(session: Session, login: str, address: str) -> None:
    """Forget the failures of this account from this address: it got in."""
    session.execute(
        delete(LoginFailure)
        .where(LoginFailure.account_key == account_key(login))
        .where(LoginFailure.address_key == address_key(address))
    )


def _too_many() -> TooManyAttempts:
    return TooManyAttempts(
        "Nhập sai quá nhiều lần. Chờ 15 phút rồi thử lại, hoặc nhờ quản trị viên.",
        "Too many wrong attempts. Wait 15 minutes, or ask the administrator.",
    )


def account_key(login: str) -> str:
    return vault.current().blind("login.account", login)


def _guess_key(what: Guessed, address: str) -> str:
    return _blind(f"{what} {address_key(address)}")


def _blind(text: str) -> str:
    return vault.current().blind("login.guess", text)


def _failures(session: Session, which: ColumnElement[bool], now: datetime) -> int:
    count = select(func.count()).select_from(LoginFailure)
    return session.scalar(count.where(which, lately(LoginFailure.at, now, WINDOW))) or 0


def _at_home(session: Session, login: str, source: str) -> bool:
    been = select(LoginSession.token_hash).join(User, User.id == LoginSession.user_id)
    been = been.where(User.login == login, LoginSession.address_key == source)
    been = been.where(~LoginSession.half)  # a stolen password alone makes no address a known one
    return session.scalar(been.limit(1)) is not None
