"""Who looked at a person's record, as that person may read it: role and place, when, and why.

Never the name of who looked: that stands in the audit trail, and whoever answers a request sees it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import User
from server.accounts.roles import NAMES, Role
from server.audit import purposes
from server.audit.models import AuditEntry
from server.audit.purpose_models import Purpose

Words = tuple[str, str]  # Vietnamese, English
SHOWN = ("person.read", "person.story-read", "person.resolved", "person.exported", "slip.printed",
         "my-page.opened", "person.corrected")  # fmt: skip
SELF: Words = ("chính bạn", "yourself")
PROGRAM: Words = ("hệ thống khác", "another system")
MACHINE: Words = ("máy chủ", "the server")
OFFICER: Words = ("cán bộ", "an officer")
ACTS: Mapping[str, Words] = {
    "person.read": ("xem hồ sơ", "read the record"),
    "person.story-read": ("xem cả câu chuyện", "read the whole story"),
    "person.read fhir": ("hỏi kết quả", "asked for results"),
    "person.read request": ("trả lời yêu cầu của bạn", "answered your request"),
    "person.read numbers": ("xem số giấy tờ", "looked at the numbers"),
    "person.resolved": ("hỏi mã của bạn", "asked about your code"),
    "person.exported": ("xuất toàn bộ dữ liệu", "took all data out"),
    "slip.printed": ("in phiếu kết quả", "printed a result slip"),
    "my-page.opened": ("mở trang này", "opened this page"),
    "person.corrected": ("sửa hồ sơ", "corrected the record"),
}


class Look(NamedTuple):
    """One look.  `place` is where who looked works, '' where that says nothing."""

    at: datetime
    who: Words
    place: str
    act: Words
    why: Words | None


def looks_at(session: Session, ids: Sequence[UUID], *, limit: int) -> list[Look]:
    """Return who looked at a person's records, newest first."""
    asked = select(AuditEntry).where(
        AuditEntry.subject.in_([str(each) for each in ids]), AuditEntry.action.in_(SHOWN)
    )
    entries = session.scalars(asked.order_by(AuditEntry.id.desc()).limit(limit)).all()
    people = _people(session, {entry.actor for entry in entries})
    return [_look(session, entry, people.get(entry.actor)) for entry in entries]


def _people(session: Session, actors: Collection[str]) -> dict[str, User]:
    logins = [actor.removeprefix("user:") for actor in actors if actor.startswith("user:")]
    found = session.scalars(select(User).where(User.login.in_(logins)))
    return {f"user:{user.login}": user for user in found}


def _look(session: Session, entry: AuditEntry, user: User | None) -> Look:
    act = ACTS.get(f"{entry.action} {entry.detail}", ACTS[entry.action])
    who, place = _who(entry.actor, user)
    return Look(entry.at, who, place, act, _why(session, entry))


def _who(actor: str, user: User | None) -> tuple[Words, str]:
    if user is not None:
        return NAMES[Role(user.role)], user.place
    kind, _, name = actor.partition(":")
    if kind == "partner":
        return (f"{PROGRAM[0]}: {name}", f"{PROGRAM[1]}: {name}"), ""
    if kind in ("system", "operator"):
        return MACHINE, ""
    return (SELF if actor == "person" else OFFICER), ""


def _why(session: Session, entry: AuditEntry) -> Words | None:
    """Return what who looked had said that names are opened for, if they had."""
    code = (entry.detail or "").partition(" ")[0]
    if code in purposes.REASONS:
        return purposes.REASONS[code]
    said = select(Purpose).where(
        Purpose.by == entry.actor, Purpose.at <= entry.at, Purpose.at > entry.at - purposes.HOLDS
    )
    made = session.scalar(said.order_by(Purpose.at.desc()).limit(1))
    if made is None or (made.ended_at is not None and made.ended_at <= entry.at):
        return None
    return purposes.REASONS.get(made.code)
