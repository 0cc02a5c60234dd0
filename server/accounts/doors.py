"""An account's life: asked in by a one-time link, changed, put to sleep, let in again.

Nobody but the person ever knows their password: an administrator hands over a link, with which the
person chooses one.  What an administrator does to an account is told to its person from the trail
(`notices`), and nobody does it to their own.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.accounts import factors, passwords, sessions
from server.accounts.door_models import AccountLink
from server.accounts.grants import check_grant
from server.accounts.models import User
from server.accounts.passwords import fits as fits
from server.accounts.roles import Role
from server.accounts.services import NotYourself, area, user_named
from server.accounts.services import wrong_password as wrong_password
from server.accounts.within import Within
from server.audit import services as audit
from server.errors import DomainError
from server.times import CLOCKS_DIFFER


class LinkRefused(DomainError):
    code = "account-link-refused"
    status = 403


class SamePassword(DomainError):
    code = "same-password"
    status = 422


def give_link(session: Session, login: str, *, life: timedelta, by: str, now: datetime) -> str:
    """Return the token of a new link for *login*; earlier unused ones end here.

    The old password holds until the person has chosen another.  Raises NotYourself.
    """
    _check_other(login, by)
    user = user_named(session, login)
    _end_links(session, user, now)
    token = secrets.token_urlsafe(24)
    session.add(
        AccountLink(
            token_hash=sessions.hash_of(token), user_id=user.id, created_at=now, created_by=by,
            expires_at=now + life,
        )
    )  # fmt: skip
    user.awake_at = now
    session.flush()
    audit.record(session, "user.link-given", f"user:{login}", by=by, now=now)
    return token


def choose_password(
    session: Session, token: str, password: str, *, shortest: int, now: datetime
) -> User:
    """Let whoever holds a link choose their password, once; every log-in of theirs ends.

    Raises LinkRefused; BadInput for a password that is easy to guess, and the link stays good.
    """
    found = select(AccountLink, User).join(User, User.id == AccountLink.user_id)
    row = session.execute(
        found.where(
            AccountLink.token_hash == sessions.hash_of(token), AccountLink.used_at.is_(None),
            AccountLink.expires_at > now, AccountLink.created_at <= now + CLOCKS_DIFFER,
            User.active,
        ).with_for_update()
    ).one_or_none()  # fmt: skip
    if row is None:
        raise LinkRefused(
            "Liên kết sai, đã dùng hoặc đã hết hạn. Xin quản trị viên liên kết mới.",
            "The link is wrong, used or too old. Ask your administrator for a new one.",
        )
    link, user = row
    user.password_hash = passwords.hash_password(password, login=user.login, shortest=shortest)
    link.used_at, user.awake_at = now, now
    sessions.end_sessions_of(session, user, now=now)
    by = f"user:{user.login}"
    audit.record(session, "user.password-chosen", by, by=by, now=now, detail=link.created_by)
    return user


def change_password(
    session: Session, user: User, old: str, new: str, *, keep: str, shortest: int, now: datetime
) -> None:
    """Change one's own password; all log-ins but the one of token *keep* end.

    Raises WrongPassword, SamePassword, BadInput.
    """
    if not passwords.fits(user.password_hash, old):
        raise wrong_password()
    if passwords.fits(user.password_hash, new):
        raise SamePassword("Chọn mật khẩu khác mật khẩu cũ.", "Choose another than the old one.")
    user.password_hash = passwords.hash_password(new, login=user.login, shortest=shortest)
    sessions.end_sessions_of(session, user, now=now, but=keep)
    by = f"user:{user.login}"
    audit.record(session, "user.password-changed", by, by=by, now=now)


def move(
    session: Session, login: str, *, role: Role, place: str, sees: str, within: Within, by: str,
    now: datetime,
) -> None:  # fmt: skip
    """Give a person another role, place or scope; their log-ins end, so that it holds at once."""
    user, sees = user_named(session, login), area(sees)
    check_grant(within, place, sees, by=by, login=login)
    if (user.role, user.place, user.sees) == (role, place, sees):
        return
    before = f"{user.role}, {user.place}, {Within.of_account(user.place, user.sees)}"
    user.role, user.place, user.sees = role, place, sees
    sessions.end_sessions_of(session, user, now=now)
    detail = f"{before} -> {role}, {place}, {Within.of_account(place, sees)}"
    audit.record(session, "user.moved", f"user:{login}", by=by, now=now, detail=detail)


def reset_factor(session: Session, login: str, *, by: str, now: datetime) -> None:
    """Take a person's second factor away.  Raises NotYourself."""
    _check_other(login, by)
    user = user_named(session, login)
    factors.end_factors(session, user, by=by, now=now)
    sessions.end_sessions_of(session, user, now=now)


def is_asleep(user: User, unused: timedelta | None, now: datetime) -> bool:
    """Return whether nobody used the account for so long that it must be given a new link."""
    return unused is not None and user.awake_at + unused < now


def _check_other(login: str, by: str) -> None:
    """Whoever is at an open screen must not get round the password and the factor."""
    if by == f"user:{login}":
        raise NotYourself(
            "Bạn không thể tự làm việc này cho mình. Đổi ở trang Tài khoản, hoặc nhờ quản trị viên"
            " khác.",
            "You cannot do this to yourself. Use the page of your account, or ask another"
            " administrator.",
        )


def _end_links(session: Session, user: User, now: datetime) -> None:
    unused = update(AccountLink).where(AccountLink.user_id == user.id)
    session.execute(unused.where(AccountLink.used_at.is_(None)).values(used_at=now))
