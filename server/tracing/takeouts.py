"""A list of people leaves the server: only with a reason, logged, marked in each row and page."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.declarations.traces.models import TraceExport
from server.display import local
from server.errors import BadInput

SHORTEST = 8  # letters of a reason


def take_out(
    session: Session, subject: str, people: int, *, reason: str, form: str,
    person_id: UUID | None, by: str, now: datetime,
) -> str:  # fmt: skip
    """Log the export before anything leaves; return the mark that every page and row carries."""
    if len(reason) < SHORTEST:
        raise BadInput(
            "Ghi rõ lý do lấy danh sách: cho ai, để làm gì.",
            "Say why the list is taken: for whom, and what for.",
        )
    if form not in {"csv", "xlsx"}:
        raise BadInput("Hãy chọn CSV hoặc XLSX.", "Choose CSV or XLSX.")
    made = TraceExport(
        id=uuid4(), subject=subject, person_id=person_id, form=form, reason=reason, people=people,
        by=by, at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(
        session, "list.taken-out", made.id, by=by, now=now, detail=f"{subject} {people} {form}"
    )
    return mark(made)


def mark(made: TraceExport) -> str:
    """Return who, when and why, for people to read and to find the log by."""
    at = f"{local(made.at):%H:%M %d/%m/%Y}"
    return f"MẬT · CONFIDENTIAL · {made.by} · {at} · {made.reason} · {str(made.id)[:8]}"


def taken_out(session: Session, *, limit: int = 30) -> list[TraceExport]:
    """Return the newest exports."""
    return list(session.scalars(select(TraceExport).order_by(TraceExport.at.desc()).limit(limit)))
