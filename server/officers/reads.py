"""Who read a person's record, when and why, as the trail has it.  Reads only."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditEntry
from server.audit.purposes import REASONS
from server.officers.tale import Fact, Tone, who

MOST = 300
READS = {
    "person.read": ("Mở hồ sơ", "Record opened"),
    "person.story-read": ("Mở diễn biến", "Story opened"),
    "person.resolved": ("Hệ thống khác hỏi", "Asked for by another system"),
    "person.exported": ("Lấy dữ liệu của người này", "Data taken out"),
    "person.corrected": ("Sửa hồ sơ theo yêu cầu", "Record corrected as asked"),
    "person.erased": ("Xóa danh tính", "Identity erased"),
    "slip.printed": ("In phiếu kết quả", "Result slip printed"),
    "my-page.opened": ("Người này mở trang riêng", "Their own page opened"),
    "my-link.made": ("Cấp liên kết riêng", "Link to their page given"),
}


def read_facts(session: Session, ids: Sequence[UUID]) -> Iterator[Fact]:
    """Yield who opened, took or changed the records of a person."""
    found = select(AuditEntry).where(
        AuditEntry.subject.in_([str(each) for each in ids]), AuditEntry.action.in_(READS)
    )
    for entry in session.scalars(found.order_by(AuditEntry.id.desc()).limit(MOST)):
        vi, en = READS[entry.action]
        why = REASONS.get((entry.detail or "").partition(" ")[0])
        said = (f"{vi}: {why[0].lower()}", f"{en}: {why[1].lower()}") if why else (vi, en)
        yield Fact(entry.at, "created", *said, who(entry.actor), f"#{entry.id}", Tone.ASIDE)
