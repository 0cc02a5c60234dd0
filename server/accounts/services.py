"""People with access: added, let in, let out, taken off.  A person's login never changes."""

import re
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts import factors, kept_forms, passwords, sessions, throttle
from server.accounts.models import User
from server.accounts.roles import Role
from server.accounts.within import NoSuchArea, Within, parse_sees
from server.audit import services as audit
from server.errors import BadInput, DomainError, NotFound

NO_PASSWORD = "!"  # noqa: S105 - fits none
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}", re.ASCII)


class LoginTaken(DomainError):
    code = "login-taken"
    field = "login"


class WrongPassword(DomainError):
    code = "wrong-password"
    status = 403


class NotYourself(DomainError):
    code = "not-yourself"


class AccountAsleep(DomainError):
    code = "account-asleep"
    status = 403


def add_user(
    session: Session, login: str, *, name: str, role: Role, place: str, by: str, now: datetime,
    sees: str = "", password: str | None = None, shortest: int = 0,
) -> User:  # fmt: skip
    """Give a person access.  Raises LoginTaken, or BadInput for a bad login or password.

    *sees* is where they may look, as `within` reads it; '' is their *place* and what is in it.
    Without a *password* nobody gets in before the person has chosen one (`doors.give_link`).
    """
    if _LOGIN.fullmatch(login) is None:
        raise BadInput(
            "Tên đăng nhập gồm 2 đến 40 chữ thường không dấu, số, dấu chấm hoặc gạch nối.",
            "A log-in name is 2 to 40 small letters, digits, dots or hyphens.",
            field="login",
        )
    if session.scalar(select(User).where(User.login == login)):
        raise LoginTaken(
            f"Tên đăng nhập {login} đã có người dùng. Chọn tên khác.",
            f"The log-in name {login} is taken. Choose another.",
        )
    hashed = NO_PASSWORD
    if password is not None:
        hashed = passwords.hash_password(password, login=login, shortest=shortest)
    user = User(
        login=login, name=name, role=role, password_hash=hashed, place=place, sees=area(sees),
        active=True, created_at=now,
    )  # fmt: skip
    session.add(user)
    session.flush()
    detail = f"{role}, {place}, sees {Within.of_account(place, user.sees)}"
    audit.record(session, "user.added", f"user:{login}", by=by, now=now, detail=detail)
    return user


def area(text: str) -> str:
    """Return where somebody may look as an account keeps it.  Raises BadInput."""
    try:
        return parse_sees(text)
    except NoSuchArea as error:
        raise BadInput(
            "Phạm vi xem là các mã nơi cách nhau bằng dấu cách, như vn-2021:24.222; * là mọi nơi.",
            "Where someone may look is places between spaces, such as vn-2021:24.222; * is all.",
            field="sees",
        ) from error


def check_password(session: Session, login: str, password: str) -> User | None:
    """Return the person with that login and password who still has access; slow on purpose."""
    user = session.scalar(select(User).where(User.login == login))
    known = user.password_hash if user and user.password_hash != NO_PASSWORD else None
    fits = passwords.fits(known, password)
    return user if user and fits and user.active else None


def begin_log_in(
    session: Session, checked: User, password: str, *, address: str, now: datetime,
    unused: timedelta | None = None, browser: str = "",
) -> tuple[str, bool]:  # fmt: skip
    """Begin a log-in for whom `check_password` returned; return its token, and whether it is whole.

    It is not where a second factor is still to be shown.  Raises WrongPassword if access was taken
    or the password changed since that check, AccountAsleep.
    """
    user = session.get(User, checked.id, populate_existing=True)
    if user is None or not user.active or user.password_hash != checked.password_hash:
        raise wrong_password()
    if unused is not None and user.awake_at + unused < now:
        raise AccountAsleep(
            "Lâu không ai dùng tài khoản này nên đã tạm khóa. Xin quản trị viên liên kết mới.",
            "Nobody used this account for long, so it sleeps. Ask your administrator for a link.",
        )
    if passwords.is_dated(user.password_hash):
        user.password_hash = passwords.rehash(password)
    sessions.forget_old(session, now=now)
    kept_forms.forget_old(session, now=now)
    half = factors.has_factor(session, user)
    token = sessions.open_session(session, user, now=now, address=address, half=half,
                                  browser=browser)  # fmt: skip
    if not half:
        finish_log_in(session, user, address=address, now=now)
    return token, not half


def log_in(session: Session, checked: User, password: str, *, address: str, now: datetime) -> str:
    """Begin a log-in where nothing but the password is asked for; return the new token."""
    return begin_log_in(session, checked, password, address=address, now=now)[0]


def finish_log_in(
    session: Session, user: User, *, address: str, now: datetime, detail: str | None = None
) -> None:
    """Note that somebody is in.  Only now are failures forgiven: a password alone forgives none."""
    throttle.forgive(session, user.login, address)
    user.last_login_at = user.awake_at = now
    by = f"user:{user.login}"
    audit.record(session, "user.logged-in", by, by=by, now=now, detail=detail)


def wrong_password() -> WrongPassword:
    return WrongPassword(
        "Tên đăng nhập hoặc mật khẩu không đúng. Kiểm tra bộ gõ tiếng Việt rồi nhập lại.",
        "Log-in name or password is wrong. Check the keyboard's language and try again.",
    )


def note_wrong_password(session: Session, login: str, *, address: str, now: datetime) -> None:
    """Count a failure; the trace names an account only if there is one."""
    known = session.scalar(select(User.login).where(User.login == login))
    throttle.note_failure(session, login, address, now=now)
    subject = f"user:{known}" if known else "user:unknown"
    audit.record(session, "user.log-in-refused", subject, by="nobody", now=now)


def note_wrong_code(session: Session, login: str, *, address: str, now: datetime) -> None:
    """Count a wrong code of a second factor: the password was right, so the trail says whose."""
    throttle.note_failure(session, login, address, now=now)
    audit.record(session, "user.second-factor-refused", f"user:{login}", by="nobody", now=now)


def log_out(session: Session, token: str, *, by: str, now: datetime) -> None:
    sessions.end_session(session, token, now=now)
    kept_forms.forget_of(session, token)
    audit.record(session, "user.logged-out", by, by=by, now=now)


def end_log_ins(session: Session, user: User, *, by: str, now: datetime) -> None:
    """End every log-in of a person at once."""
    sessions.end_sessions_of(session, user, now=now)
    audit.record(session, "user.log-ins-ended", f"user:{user.login}", by=by, now=now)


def take_access(session: Session, login: str, *, by: str, now: datetime) -> None:
    """End a person's access and all their log-ins at once; what they did stays theirs."""
    user = user_named(session, login)
    if by == f"user:{login}":
        raise NotYourself(
            "Bạn không thể tự khóa mình. Nhờ một quản trị viên khác.",
            "You cannot take your own access. Ask another administrator.",
        )
    user.active = False
    sessions.end_sessions_of(session, user, now=now)
    audit.record(session, "user.access-taken", f"user:{login}", by=by, now=now)


def give_access_back(session: Session, login: str, *, by: str, now: datetime) -> None:
    user = user_named(session, login)
    user.active, user.awake_at = True, now
    audit.record(session, "user.access-given", f"user:{login}", by=by, now=now)


def set_password(
    session: Session, login: str, password: str, *, shortest: int, by: str, now: datetime
) -> None:
    """Give *login* a new password and end all log-ins made with the old one."""
    user = user_named(session, login)
    user.password_hash = passwords.hash_password(password, login=login, shortest=shortest)
    sessions.end_sessions_of(session, user, now=now)
    audit.record(session, "user.password-set", f"user:{login}", by=by, now=now)


def user_named(session: Session, login: str) -> User:
    """Raises NotFound."""
    user = session.scalar(select(User).where(User.login == login))
    if user is None:
        raise NotFound(f"Không có người dùng {login}.", f"There is no user {login}.")
    return user


def all_users(session: Session) -> list[User]:
    return list(session.scalars(select(User).order_by(User.active.desc(), User.login)))
