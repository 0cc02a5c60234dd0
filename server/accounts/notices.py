"""What others did to an account, told to its person for 30 days: at each log-in and on their page.

It is read from the trail, so nobody who logs in for the person can make it go away.  What was done
before the first log-in is left out: there was nobody to tell.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from server.audit.models import AuditEntry
from server.display import day, t, time_of_day
from server.times import lately

TOLD_FOR = timedelta(days=30)
CHOSEN = "user.password-chosen"  # by the person, or whoever held the link; `detail` says whose link
WORDS = {
    "user.second-factor-ended": (
        "{by} đã gỡ bước xác thực thứ hai của bạn lúc {at}. Nếu bạn không nhờ, báo ngay.",
        "{by} took your second factor away, {at}. If you did not ask for it, say so at once.",
    ),
    "user.key-doubted": (
        "Một khóa bảo mật của bạn có thể đã bị sao chép: bộ đếm của nó lùi lại lúc {at}. Bỏ"
        " khóa đó và báo ngay.",
        "A security key of yours may have been copied: its count had gone back, {at}. Take the key"
        " away, and say so at once.",
    ),
    "user.moved": (
        "{by} đã đổi vai trò hoặc phạm vi của bạn lúc {at}.",
        "{by} changed your role or where you may look, {at}.",
    ),
    "user.link-given": (
        "{by} đã tạo liên kết đặt mật khẩu cho bạn lúc {at}. Nếu bạn không nhờ, báo ngay.",
        "{by} made a link to choose your password, {at}. If you did not ask for it, say so at"
        " once.",
    ),
    CHOSEN: (
        "Mật khẩu của bạn được đặt lại lúc {at} bằng liên kết do {by} đưa. Nếu không phải bạn, báo"
        " ngay.",
        "Your password was chosen anew, {at}, by a link from {by}. If that was not you, say so at"
        " once.",
    ),
    "user.password-set": (
        "{by} đã đặt mật khẩu mới cho bạn lúc {at}. Nếu bạn không nhờ, báo ngay.",
        "{by} set a new password for you, {at}. If you did not ask for it, say so at once.",
    ),
}


def of_account(session: Session, login: str, *, now: datetime) -> Sequence[AuditEntry]:
    """Return what others did to the account of *login* lately, the newest first."""
    me = f"user:{login}"
    first = select(func.min(AuditEntry.id)).where(
        AuditEntry.subject == me, AuditEntry.action == "user.logged-in"
    )
    others = or_(AuditEntry.actor != me, and_(AuditEntry.action == CHOSEN, AuditEntry.detail != me))
    found = select(AuditEntry).where(
        AuditEntry.subject == me, AuditEntry.action.in_(WORDS), others,
        lately(AuditEntry.at, now, TOLD_FOR), AuditEntry.id > first.scalar_subquery(),
    )  # fmt: skip
    return session.scalars(found.order_by(AuditEntry.id.desc())).all()


def newest_of_each(entries: Sequence[AuditEntry]) -> list[str]:
    """Return a sentence for each kind of act, of its newest: a log-in is no place for a list."""
    newest = {entry.action: entry for entry in reversed(entries)}
    return [sentence(entry) for entry in newest.values()]


def sentence(entry: AuditEntry) -> str:
    vi, en = WORDS[entry.action]
    by = (entry.detail or "") if entry.action == CHOSEN else entry.actor
    said = {"at": f"{time_of_day(entry.at)} {day(entry.at)}", "by": by.removeprefix("user:")}
    return t(vi.format(**said), en.format(**said))
