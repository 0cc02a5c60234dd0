"""A month that is done: three tubes, from the scan to the record; and what archives make of it."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeId
from server.archives import archiving
from server.archives.models import Archive
from server.archives.months import Month
from server.archives.shelves import EVENTS
from server.db import Database
from server.declarations.channel import EmbeddedRecord
from server.declarations.notice import TARGET
from server.delivery.worker import run_once
from server.figures import folding
from server.intake.applier import apply_pending
from server.intake.models import WireEvent
from server.lab import services as lab
from server.lab.imports.models import ImportFile, ImportPart, ImportRow
from server.lab.measured import Measured
from server.lab.words import Call
from server.outcomes.services import release

MONTH = Month.parse("2026-11")  # of the tests' clock
LATER = datetime.fromisoformat("2026-12-02T00:00:00+00:00")
TUBES = [TubeId.mint(26, serial) for serial in (1, 2, 3)]
CODES = [f"02419100012{n}||Nguyễn Thị Mẫu {n}|0203199{n}|Nữ|Hồng Thái|01012022".encode()
         for n in range(3)]  # fmt: skip


def live_through(sender: Any, database: Database, now: datetime) -> list[bytes]:
    """Let the month happen; return its events as they were sent."""
    sent = [sender.write(), *map(sender.pairing, TUBES, CODES)]
    sender.send(*sent)
    apply_pending(database, now)
    with database.write() as session:
        for tube in TUBES:
            finish(session, tube, now)
    tell(database, now)
    folding.fold_all(database)
    return sent


def finish(session: Session, tube: Tube, now: datetime) -> None:
    """Bring a tube from its reception to its release."""
    lab.receive_tube(session, tube, box="H1", by="user:lan", now=now)
    finding = lab.Finding(Call.NEGATIVE, (Measured("N", "24"),))
    entered = lab.enter_result(session, tube, finding, by="user:lan", now=now)
    lab.verify_result(session, entered.id, by="user:minh", now=now)
    release(session, [entered.id], by="user:minh", now=now)


def tell(database: Database, now: datetime) -> None:
    run_once(database, {TARGET: EmbeddedRecord(database, lambda: now)}, now)


def rows(database: Database, *but: str) -> list[tuple[object, ...]]:
    wanted = [column for column in WireEvent.__table__.columns if column.name not in but]
    with database.read() as session:
        return [tuple(row) for row in session.execute(select(*wanted).order_by(WireEvent.seq))]


def make(database: Database, folder: Path) -> Archive:
    made = archiving.make(database, folder, MONTH, EVENTS, LATER)
    assert made is not None
    return made


def bring(database: Database, now: datetime) -> None:
    """A machine's file that was entered, with a name in one row and a number in another."""
    file = ImportFile(
        id=uuid4(), kind="file", source="upload", name="x.csv", format="csv", digest="d" * 64,
        size=9, state="done", cut=False, acknowledged=False, notices="[]", progress=9, row_count=3,
        matched=3, queued=0, refused=0, entered=3, instrument="", serial="", run_name="R",
        operator="", started="", assay="", place="p", received_by="u", received_at=now,
        confirmed_by="u", confirmed_at=now, done_at=now,
    )  # fmt: skip
    with database.write() as session:
        session.add(file)
        session.flush()
        session.add(ImportPart(import_id=file.id, position=1, content="Nguyễn Mẫu;24".encode()))
        for position, (sample, seen) in enumerate(
            [("Nguyễn Mẫu", None), (None, "0912"), ("Trần Mẫu", "0913")]
        ):
            session.add(
                ImportRow(import_id=file.id, position=position, row=position, well="A1", tube=None,
                          mended=False, sample=sample, target="N", ct="", undetermined=False,
                          call="", flags="", role="sample", fate="matched", reason=None, seen=seen,
                          entered=True)
            )  # fmt: skip
