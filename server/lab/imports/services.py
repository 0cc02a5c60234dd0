"""What may happen to a file or message: kept, confirmed by a person, or put aside."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.errors import BadInput, DomainError, NotFound
from server.lab import assay_versions
from server.lab.imports import laid_out
from server.lab.imports.models import ImportFile, ImportPart, State
from server.lab.imports.queries import notices
from server.lab.imports.stored import PART
from server.lab.instruments.reasons import Why

UPLOAD = "upload"


class NotStaged(DomainError):
    code = "import-not-staged"


class MayBeCut(DomainError):
    code = "import-may-be-cut"


def keep(
    session: Session,
    content: bytes,
    *,
    name: str,
    by: str,
    now: datetime,
    kind: str = "file",
    source: str = UPLOAD,
    place: str = "",
) -> tuple[ImportFile, bool]:
    """Keep *content* as it came; return its import, and whether it is new.

    The same content is kept once: the second time its first receipt is returned.  What was given up
    because its readers ended is read once more.
    """
    if not content:
        raise BadInput(
            "Tệp trống. Chọn lại tệp.", "The file is empty. Choose it again.", field="file"
        )
    digest = sha256(content).hexdigest()
    known = session.scalar(select(ImportFile).where(ImportFile.digest == digest))
    if known is not None:
        return known, _again(session, known, content, by=by, now=now)
    file = ImportFile(
        id=uuid4(), kind=kind, source=source[:80], name=name[:200], format="", digest=digest,
        size=len(content), state=State.RECEIVED.value, cut=False, acknowledged=False, notices="[]",
        progress=0, row_count=0, matched=0, queued=0, refused=0, entered=0, instrument="",
        serial="", run_name="", operator="", started="", assay="", place=place, received_by=by,
        received_at=now,
    )  # fmt: skip
    session.add(file)
    session.flush()
    _store(session, file, content)
    audit.record(session, "import.received", file.id, by=by, now=now, detail=f"{digest[:16]}")
    return file, True


def _store(session: Session, file: ImportFile, content: bytes) -> None:
    parts = [
        {"import_id": file.id, "position": at, "content": content[at * PART : (at + 1) * PART]}
        for at in range(-(-len(content) // PART))
    ]
    session.execute(insert(ImportPart), parts)


def _again(session: Session, file: ImportFile, content: bytes, *, by: str, now: datetime) -> bool:
    """Have what was given up read once more; stored anew, if its month was archived or it was kept
    long enough, for then its content is gone."""
    gave_up = file.attempts or any(each.number == Why.ENDED_READER for each in notices(file))
    if file.state != State.UNREADABLE.value or not gave_up:
        return False
    parts = ImportPart.import_id == file.id
    if not session.scalar(select(ImportPart.content).where(parts, ImportPart.position == 0)):
        session.execute(delete(ImportPart).where(parts))
        _store(session, file, content)
        file.received_at, file.received_by = now, by  # it is kept as long as one of today
    file.state, file.attempts, file.notices, file.cut = State.RECEIVED.value, 0, "[]", False
    audit.record(session, "import.received", file.id, by=by, now=now, detail=f"{file.digest[:16]}")
    return True


def import_named(session: Session, import_id: UUID, *, to_change: bool = False) -> ImportFile:
    file = session.get(
        ImportFile, import_id, with_for_update=to_change or None, populate_existing=to_change
    )
    if file is None:
        raise NotFound("Không có lần nhập này.", "There is no such import.")
    return file


def confirm(
    session: Session,
    import_id: UUID,
    *,
    assay: str,
    knows_cut: bool,
    by: str,
    now: datetime,
) -> ImportFile:
    """Let the rows that were taken become results.  Who confirms is who entered them."""
    file = _staged(session, import_id)
    if assay and assay not in assay_versions.texts_in_use(session):
        raise NotFound("Không có bộ xét nghiệm này.", "There is no such assay.")
    if file.cut and not knows_cut:
        raise MayBeCut(
            "Tệp có thể bị cắt ngắn. Xuất lại từ máy, hoặc đánh dấu rằng bạn đã biết.",
            "The file may be cut short. Export it again, or tick that you know it.",
        )
    if not file.matched + file.queued:
        raise NotStaged(
            "Không có dòng nào nhận được. Sửa theo lý do rồi xuất lại.",
            "No row can be taken. Mend it by the reasons, and export it again.",
        )
    laid_out.check(session, file)
    file.acknowledged, file.assay = file.cut, assay
    file.confirmed_by, file.confirmed_at = by, now
    session.flush()
    file.state = State.ENTERING.value
    audit.record(session, "import.confirmed", file.id, by=by, now=now, detail=assay)
    return file


def discard(session: Session, import_id: UUID, *, by: str, now: datetime) -> ImportFile:
    """Put a staged import aside: none of its rows becomes a result.  It is kept."""
    file = _staged(session, import_id, also=(State.UNREADABLE,))
    file.state, file.done_at = State.DISCARDED.value, now
    audit.record(session, "import.discarded", file.id, by=by, now=now)
    return file


def restore(session: Session, import_id: UUID, *, by: str, now: datetime) -> ImportFile:
    """Take back what was put aside: it is staged again."""
    file = import_named(session, import_id, to_change=True)
    if file.state != State.DISCARDED.value:
        raise _not_staged()
    file.state = (State.STAGED if file.row_count else State.UNREADABLE).value
    file.done_at = None
    audit.record(session, "import.restored", file.id, by=by, now=now)
    return file


def _staged(session: Session, import_id: UUID, also: tuple[State, ...] = ()) -> ImportFile:
    file = import_named(session, import_id, to_change=True)
    if file.state not in {State.STAGED.value, *(each.value for each in also)}:
        raise _not_staged()
    return file


def _not_staged() -> DomainError:
    return NotStaged(
        "Lần nhập này không còn chờ xác nhận. Mở lại biên nhận để xem.",
        "This import no longer waits to be confirmed. Open its receipt again.",
    )
