"""Versions of assays: those that ship with the program, and those a laboratory writes.

A version is never edited: an edit is the next version, and a run keeps the one it was read by.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.errors import NotFound
from server.lab.assay import Assay, parse
from server.lab.run_models import AssayVersion, Run

SYSTEM = "system:lab"


@cache
def shipped() -> dict[str, str]:
    """Return the definitions that come with the program, by their code."""
    there = files("server.lab").joinpath("assays").iterdir()
    texts = [each.read_text(encoding="utf-8") for each in there if each.name.endswith(".toml")]
    return {parse(text).code: text for text in sorted(texts)}


@cache
def definition(text: str) -> Assay:
    """Return what a stored definition says; it was checked when it was written."""
    return parse(text)


def write_version(
    session: Session, text: str, *, note: str, by: str, now: datetime
) -> AssayVersion:
    """Keep *text* as the newest version of its assay; the same text again changes nothing.

    Raises BadAssay for what is no sound definition.
    """
    assay, digest = parse(text), sha256(text.encode()).hexdigest()
    newest = newest_version(session, assay.code)
    if newest is not None and newest.digest == digest:
        return newest
    written = AssayVersion(
        id=uuid4(),
        code=assay.code,
        version=newest.version + 1 if newest else 1,
        definition=text,
        digest=digest,
        made_by=by,
        made_at=now,
        note=note,
    )
    session.add(written)
    session.flush()
    detail = f"{assay.code} v{written.version}"
    audit.record(session, "assay.written", written.id, by=by, now=now, detail=detail)
    return written


def version_in_use(session: Session, code: str, *, now: datetime) -> AssayVersion:
    """Return the newest version of an assay; a shipped one is taken up at its first use."""
    newest = newest_version(session, code)
    if newest is not None:
        return newest
    text = shipped().get(code)
    if text is None:
        raise NotFound("Không có xét nghiệm này.", "There is no such assay.")
    return write_version(session, text, note="", by=SYSTEM, now=now)


def newest_version(session: Session, code: str) -> AssayVersion | None:
    found = select(AssayVersion).where(AssayVersion.code == code)
    return session.scalar(found.order_by(AssayVersion.version.desc()).limit(1))


def versions_of(session: Session, code: str) -> list[AssayVersion]:
    """Return every version of an assay, newest first."""
    found = select(AssayVersion).where(AssayVersion.code == code)
    return list(session.scalars(found.order_by(AssayVersion.version.desc())))


def texts_in_use(session: Session) -> dict[str, str]:
    """Return the definition of every assay that may be used now, by its code."""
    top = select(AssayVersion.code, func.max(AssayVersion.version)).group_by(AssayVersion.code)
    newest = {row[0]: row[1] for row in session.execute(top)}
    found = session.scalars(select(AssayVersion).order_by(AssayVersion.code))
    written = {each.code: each.definition for each in found if newest[each.code] == each.version}
    return {**shipped(), **written}


def assays_in_use(session: Session) -> list[Assay]:
    return [definition(text) for _, text in sorted(texts_in_use(session).items())]


def usual(session: Session, codes: Iterable[str]) -> str:
    """Return which of *codes* a laboratory most likely means: that of its newest run."""
    known = sorted(codes)
    newest = select(AssayVersion.code).join(Run, Run.assay_id == AssayVersion.id)
    last = session.scalar(newest.order_by(Run.entered_at.desc()).limit(1))
    return last if last in known else known[-1]


def assay_of(session: Session, version_id: UUID) -> Assay:
    """Return the definition that a run refers to."""
    return definition(session.get_one(AssayVersion, version_id).definition)
