"""A list leaves the server: only with a reason, not more than a role may take, logged, marked.

The log is written before anything leaves.  The mark says who, when, why and which filter; it
stands in each row and on each page, so that a leaked sheet tells where it came from.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts import actors
from server.accounts.row_limits import most_rows
from server.accounts.within import Within
from server.audit import services as audit
from server.audit.takeout_models import TakeOut
from server.display import count, local
from server.errors import BadInput, DomainError

SHORTEST = 8  # letters of a reason
FORMS = ("csv", "xlsx")


class TooManyRows(DomainError):
    code = "too-many-rows"
    status = 422


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked for: why, as which file, by whom of which role, by which filter in words."""

    reason: str
    form: str
    by: str
    role: str
    asked: str = ""
    person_id: UUID | None = None


def take_out(session: Session, subject: str, rows: int, asking: Asking, *, now: datetime) -> str:
    """Log the export before anything leaves; return the mark that every page and row carries.

    Raises BadInput, TooManyRows.
    """
    check(asking, rows)
    made = TakeOut(
        id=uuid4(), subject=subject[:80], person_id=asking.person_id, form=asking.form,
        reason=asking.reason, asked=asking.asked or None, people=rows, by=asking.by, at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    detail = f"{subject} {rows} {asking.form}"
    audit.record(session, "list.taken-out", made.id, by=asking.by, now=now, detail=detail)
    return mark(made)


def check(asking: Asking, rows: int) -> None:
    if len(asking.reason) < SHORTEST:
        raise BadInput(
            "Ghi rõ lý do lấy danh sách: cho ai, để làm gì.",
            "Say why the list is taken: for whom, and what for.",
            field="reason",
        )
    if asking.form not in FORMS:
        raise BadInput("Hãy chọn CSV hoặc XLSX.", "Choose CSV or XLSX.", field="form")
    most = most_rows(asking.role)
    if rows > most:
        raise TooManyRows(
            f"Danh sách dài hơn {count(most)} dòng, mức cao nhất của vai trò bạn. Thu hẹp bộ lọc.",
            f"The list has more than {count(most)} rows, the most of your role. Narrow it.",
        )


def mark(made: TakeOut) -> str:
    """Return who, when, why and what, for people to read and to find the log by."""
    at = f"{local(made.at):%H:%M %d/%m/%Y}"
    said = [made.by, at, made.reason, made.asked, str(made.id)[:8]]
    return " · ".join(["MẬT · CONFIDENTIAL", *(each for each in said if each)])


def taken_out(session: Session, within: Within, me: str, *, limit: int = 30) -> list[TakeOut]:
    """Return the newest exports of *me* and of whose acts that scope shows: reasons name people."""
    seen = actors.acts_seen(session, within, me, TakeOut.by)
    return list(
        session.scalars(select(TakeOut).where(seen).order_by(TakeOut.at.desc()).limit(limit))
    )
