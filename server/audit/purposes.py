"""Names open for a reason: said once for a while, noted with each record that is read under it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.audit.purpose_models import Purpose
from server.errors import BadInput

HOLDS = timedelta(hours=1)
OTHER, SHORTEST = "other", 8
# Short words for the trail, and what people choose; the word is stored and never changes.
REASONS: Mapping[str, tuple[str, str]] = {
    "question": ("Người dân hỏi kết quả của mình", "A person asks about their result"),
    "call-back": ("Gọi lấy mẫu lại", "Calling for another sample"),
    "mismatch": ("Xử lý mẫu không khớp", "Settling what does not match"),
    "trace": ("Truy vết ca dương tính", "Tracing a positive case"),
    "data-request": ("Yêu cầu theo luật dữ liệu", "A request under the data law"),
    "report": ("Kiểm tra số liệu, báo cáo", "Checking figures, reporting"),
    OTHER: ("Việc khác (ghi rõ)", "Something else (say what)"),
}


def say(session: Session, code: str, note: str, *, by: str, now: datetime) -> Purpose:
    """Say what names are opened for from now on.  Raises BadInput."""
    if code not in REASONS:
        raise BadInput("Hãy chọn lý do mở tên.", "Choose why names are opened.", field="why")
    if code == OTHER and len(note) < SHORTEST:
        raise BadInput("Ghi rõ việc gì, cho ai.", "Say what for, and for whom.", field="note")
    end(session, by=by, now=now)
    made = Purpose(id=uuid4(), by=by, code=code, note=note or None, at=now)
    session.add(made)
    session.flush()
    audit.record(session, "names.opened", made.id, by=by, now=now, detail=code)
    return made


def end(session: Session, *, by: str, now: datetime) -> None:
    """Cover names again."""
    open_ones = update(Purpose).where(Purpose.by == by, Purpose.ended_at.is_(None))
    session.execute(open_ones.values(ended_at=now))


def current(session: Session, *, by: str, now: datetime) -> Purpose | None:
    """Return what *by* opens names for now, None if they have not said or it is too long ago."""
    said = select(Purpose).where(
        Purpose.by == by, Purpose.ended_at.is_(None), Purpose.at > now - HOLDS, Purpose.at <= now
    )
    return session.scalar(said.order_by(Purpose.at.desc()).limit(1))


def trail(purpose: Purpose) -> str:
    """Return the reason as the trail tells it: a word, and where the rest is found."""
    return f"{purpose.code} {str(purpose.id)[:8]}"
