"""Does the audit trail hold?  Reads all of it, in pieces, and says each thing that does not fit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.audit import chain, keys
from server.audit.chain import GENESIS, Said, Seal
from server.audit.models import AuditEntry, AuditLink, AuditSeal
from server.audit.sealing import unsealed
from server.db import Database, look_at_one_moment

PIECE = 5000
MOST_TOLD = 50
LATE = timedelta(hours=1)  # an entry so much older than those before it is looked at


@dataclass
class Findings:
    """What was looked through, what is wrong (`faults`), and what a person should look at."""

    entries: int = 0
    seals: int = 0
    head: str = ""
    sealed_at: datetime | None = None
    waiting: int = 0
    count: int = 0  # of faults; the first MOST_TOLD of them are told
    faults: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return self.count == 0

    def fault(self, sentence: str) -> None:
        self.count += 1
        if len(self.faults) < MOST_TOLD:
            self.faults.append(sentence)

    def look_at(self, sentence: str) -> None:
        if len(self.odd) < MOST_TOLD:
            self.odd.append(sentence)


def look_through(database: Database, anchors: Iterable[Seal] = ()) -> Findings:
    """Verify the trail as it stands at one moment: a server goes on sealing all the while."""
    with database.read() as session:
        look_at_one_moment(session)
        return verify(session, anchors)


def verify(session: Session, anchors: Iterable[Seal] = ()) -> Findings:
    """Go through the whole chain and compare it with seals that were kept elsewhere."""
    found = Findings()
    wanted = sorted(anchors, key=lambda each: each.position, reverse=True)
    heads = _heads(session, found)
    before = Seal(0, datetime.min, 0, GENESIS.hex())  # noqa: DTZ901 - there is no seal before
    seals = iter(_seals(session))
    due = next(seals, None)
    for position, head in heads:
        _check_anchors(found, wanted, position, head)
        while due is not None and due[0].position <= position:
            before = _check_seal(found, before, due, head if due[0].position == position else "")
            due = next(seals, None)
    if due is not None:
        found.fault(f"seal {due[0].number} is over {due[0].position} entries, more than there are")
    for each in reversed(wanted):
        found.fault(f"an anchor was kept over {each.position} entries: the chain ends before")
    if found.entries > before.position:
        found.fault(f"entries after {before.position} stand in the chain under no seal")
    _look_around(session, found)
    found.head, found.sealed_at = before.head, before.at if before.number else None
    return found


def _heads(session: Session, found: Findings) -> Iterator[tuple[int, str]]:
    """Yield each position with the hash that must stand there, and note what does not fit."""
    head, position, marked = GENESIS, 0, False
    newest: datetime | None = None
    key = keys.marking()
    for row in _rows(session):
        position += 1
        if row.position != position:
            found.fault(f"links {position} to {row.position - 1} are missing")
            position = row.position
        found.entries = position
        if row.said is None:
            found.fault(f"entry {row.entry} was deleted")
        else:
            head = chain.link(head, position, row.entry, row.said, row.mark)
            if head != row.hash:
                found.fault(f"entry {row.entry}, or its place in the chain, was changed")
            marked = _check_mark(found, key, row, marked)
            newest = _check_time(found, row, newest)
        head = row.hash
        yield position, head.hex()


def _check_mark(found: Findings, key: bytes, row: "_Row", marked: bool) -> bool:  # noqa: FBT001
    """Return whether marks were seen; from the first one on every entry must have one."""
    if row.mark is None or row.said is None:
        if marked:
            found.fault(f"entry {row.entry} was not written by this program: it has no mark")
        return marked
    if not chain.is_marked(key, row.mark, row.said):
        found.fault(f"entry {row.entry} was not written by this program, or changed since")
    return True


def _check_time(found: Findings, row: "_Row", newest: datetime | None) -> datetime | None:
    at = row.said.at if row.said else None
    if at is None:
        return newest
    if newest is not None and at < newest - LATE:
        found.look_at(f"entry {row.entry} says {at:%Y-%m-%d %H:%M}, but came after later ones")
    return max(at, newest or at)


def _check_anchors(found: Findings, wanted: list[Seal], position: int, head: str) -> None:
    """Take from the end of *wanted* every anchor up to here: several may be of one position."""
    while wanted and wanted[-1].position <= position:
        kept = wanted.pop()
        if (kept.position, kept.head) != (position, head):
            what = f"the chain at {kept.position} is not what the anchor says that was kept of it"
            found.fault(f"{what} (seal {kept.number})")


def _check_seal(found: Findings, before: Seal, due: tuple[Seal, str], head: str) -> Seal:
    seal, signature = due
    found.seals += 1
    if seal.number != before.number + 1 or seal.position <= before.position:
        found.fault(f"seals between {before.number} and {seal.number} are missing")
    if seal.head != head:
        found.fault(f"seal {seal.number} does not fit the chain at {seal.position}")
    if not chain.is_signed(keys.public(), seal, signature):
        found.fault(f"seal {seal.number} is not signed by this server's key")
    return seal


def _look_around(session: Session, found: Findings) -> None:
    """Note what waits, and entries that were written twice with one mark."""
    found.waiting = unsealed(session, whole=True)
    twice = select(func.min(AuditEntry.id)).where(AuditEntry.mark.is_not(None))
    copied = twice.group_by(AuditEntry.mark).having(func.count() > 1).limit(MOST_TOLD)
    for entry in session.scalars(copied):
        found.fault(f"entry {entry} stands more than once: a copy was put in")


class _Row(NamedTuple):
    """One link, and what its entry says; None where there is no such entry."""

    position: int
    entry: int
    hash: bytes
    mark: bytes | None
    said: Said | None


def _rows(session: Session) -> Iterator[_Row]:
    after, whole = 0, PIECE
    words = (AuditEntry.actor, AuditEntry.action, AuditEntry.subject, AuditEntry.detail)
    asked = (
        select(AuditLink.position, AuditLink.entry_id, AuditLink.hash, AuditEntry.mark,
               AuditEntry.at, *words)
        .outerjoin(AuditEntry, AuditEntry.id == AuditLink.entry_id)
        .order_by(AuditLink.position)
        .limit(PIECE)
    )  # fmt: skip
    while whole == PIECE:
        rows = session.execute(asked.where(AuditLink.position > after)).all()
        for position, entry, hash_, mark, at, actor, action, subject, detail in rows:
            said = Said(at, actor, action, subject, detail) if at else None
            yield _Row(position, entry, hash_, mark, said)
            after = position
        whole = len(rows)


def _seals(session: Session) -> Iterator[tuple[Seal, str]]:
    after, whole = 0, PIECE
    columns = (AuditSeal.number, AuditSeal.at, AuditSeal.position, AuditSeal.head)
    asked = select(*columns, AuditSeal.signature).order_by(AuditSeal.number).limit(PIECE)
    while whole == PIECE:
        rows = session.execute(asked.where(AuditSeal.number > after)).all()
        for number, at, position, head, signature in rows:
            yield Seal(number, at, position, head), signature
            after = number
        whole = len(rows)
