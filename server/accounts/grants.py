"""Whose account an administrator may manage, and what they may give: never more than their own.

Older releases let them give a place of elsewhere: whoever did may end that account, and that alone.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import User
from server.accounts.services import NotYourself, all_users, user_named
from server.accounts.within import Within
from server.audit.models import AuditEntry
from server.errors import DomainError, NotFound

GIVE = ("user.added", "user.moved")  # what the trail has of who gave a place


class TooWide(DomainError):
    code = "scope-too-wide"
    status = 403


def may_manage(within: Within, user: User) -> bool:
    return within.may_give(user.place, user.sees)


def managed(session: Session, within: Within) -> list[User]:
    """Return the accounts that see no more than the administrator does."""
    return [each for each in all_users(session) if may_manage(within, each)]


def works_unseen(user: User) -> bool:
    """Return whether *user* works at a place that they do not see: what a laboratory notes is of
    there, and who sees only what the account sees does not manage it."""
    return bool(user.place) and not Within.of_account(user.place, user.sees).covers(user.place)


def managed_user(session: Session, within: Within, login: str) -> User:
    """Raises NotFound, in the same words for whom there is not and who is not theirs."""
    user = user_named(session, login)
    if not may_manage(within, user):
        raise _absent(login)
    return user


def giver_of(session: Session, user: User) -> str:
    """Return who gave *user* the place of now ("user:lan"), '' where the trail does not say."""
    given = select(AuditEntry.actor).where(
        AuditEntry.subject == f"user:{user.login}", AuditEntry.action.in_(GIVE)
    )
    return session.scalar(given.order_by(AuditEntry.id.desc()).limit(1)) or ""


def given_elsewhere(session: Session, within: Within, *, by: str) -> list[User]:
    """Return the accounts with access that *by* gave a place which is not theirs to give."""
    return [each for each in all_users(session) if _is_given(session, within, each, by)]


def endable_user(session: Session, within: Within, login: str, *, by: str) -> User:
    """Return an account whose access *by* may take.  Raises NotFound as `managed_user` does."""
    user = user_named(session, login)
    if not may_manage(within, user) and not _is_given(session, within, user, by):
        raise _absent(login)
    return user


def _is_given(session: Session, within: Within, user: User, by: str) -> bool:
    """What it sees must still be theirs: an account from above that looks here stays out of reach,
    and so does what they gave before they were moved."""
    sees = Within.of_account(user.place, user.sees)
    is_beyond = user.active and not may_manage(within, user) and within.includes(sees)
    return is_beyond and giver_of(session, user) == by


def _absent(login: str) -> NotFound:
    return NotFound(f"Không có người dùng {login}.", f"There is no user {login}.")


def check_grant(within: Within, place: str, sees: str, *, by: str, login: str) -> None:
    """Raise TooWide where somebody would see more than who adds them, or work at a place that is
    not theirs to give; NotYourself for oneself."""
    if by == f"user:{login}":
        raise NotYourself(
            "Bạn không thể tự đổi vai trò hay phạm vi. Nhờ một quản trị viên khác.",
            "You cannot change your own role or scope. Ask another administrator.",
        )
    if not within.may_give(place, sees):
        raise TooWide(
            "Nơi hoặc phạm vi này ra ngoài phạm vi của bạn. Nhờ quản trị viên cấp trên.",
            "This place or scope goes beyond your own. Ask an administrator above you.",
        )
