"""Numbers that an officer links to a person by hand, or unlinks.  The caller owns the transaction.

A link is a row that is ended once and never changed, so the rows are the history.  A link that
took a number from somebody keeps which, and unlinking it gives the number back.  Of samples that
came by a number which leads elsewhere since, it is asked whose they are.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import IdentityError, Key, PersonCode, System, parse
from contract.identities.typed_number import typed
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.errors import BadInput, DomainError, NotFound
from server.people import merges, queries
from server.people.links import THEIRS
from server.people.models import Identity, Person
from server.people.whole import is_whole

# Whoever must have their turn before a number leads elsewhere; ask about what came by it, once it
# was never theirs whom it led to (the link ended, and who has the number now); or look again after
# that.  `hearing` adds them.
moving: list[Callable[[Session, Identity], None]] = []
disowned: list[Callable[[Session, Identity, Person | None, datetime], None]] = []
moved: list[Callable[[Session, Identity, Person | None, datetime], None]] = []


class NumberTaken(DomainError):
    code = "number-taken"


class NotLinked(DomainError):
    code = "not-linked"


class Strength(StrEnum):
    """How far a number leads.  The value is shown to programs and never changes."""

    STRONG = "strong"  # on a card, or given out by a platform: leads to its person by itself
    CLAIMED = "claimed"  # typed into an app: only where name and year of birth agree
    ALIAS = "alias"  # a vehicle that an officer confirmed: shows its driver, pairs nobody
    CONTACT = "contact"  # a phone: to call, never to lead


def strength_of(link: Identity) -> Strength:
    if link.system == System.PHONE:
        return Strength.CONTACT
    if link.system == System.VEHICLE:
        return Strength.ALIAS
    return Strength.CLAIMED if link.claimed else Strength.STRONG


def read_number(text: str) -> PersonCode:
    """Return what somebody scanned or typed into a field: a code, a number, a plate.

    Raises BadInput, also for a masked number: it is none.
    """
    if "*" in text or "●" in text:
        raise BadInput(
            "Số bị che không dùng để liên kết được. Nhập đủ số hoặc quét thẻ.",
            "A masked number links nobody. Type all of it, or scan the card.",
            field="number",
        )
    try:
        return parse(typed(text))
    except IdentityError:
        pass
    try:
        return parse(text.strip().encode())
    except IdentityError as error:
        raise BadInput(
            "Không phải mã hay số của người hoặc xe.",
            "This is no code or number of a person or a vehicle.",
            field="number",
        ) from error


def link_number(
    session: Session,
    person_id: UUID,
    code: PersonCode,
    *,
    reason: str,
    take: bool = False,
    by: str,
    now: datetime,
    within: Within = ANYWHERE,
) -> Identity:
    """Let the strongest number of *code* lead to a person.

    Somebody else's number is theirs unless it is said to *take* it, by one who sees the whole of
    both records: then it is asked whose the samples are that came by it.  One that they only
    claimed is surely theirs from then on.  Raises NumberTaken, NotLinked.
    """
    person = queries.person(session, person_id)
    key = _only_key(code)
    before = _live(session, key, person_id)
    if before is not None and merges.are_one(session, before.person_id, person_id):
        return _confirmed(session, before, reason, by, now)
    if before is not None and not take:
        raise NumberTaken(
            "Số này đang dẫn đến hồ sơ khác. Xem hồ sơ đó; nếu là một người, gộp hai hồ sơ.",
            "This number leads to another record. See that one; if it is one person, merge them.",
        )
    if before is not None and not is_whole(session, within, before.person_id):
        raise NumberTaken(
            "Số này đang dẫn đến hồ sơ ở địa bàn khác. Nhờ cấp trên của hai nơi quyết định.",
            "This number leads to a record of another place. Ask who sees both places.",
        )
    made = _made(person_id, key, str(code.kind), reason, before, by, now)
    if before is not None:
        _hold(session, before)
        _end(before, reason, by, now)
        session.flush()
    session.add(made)
    session.flush()
    audit.record(session, "identity.linked", person_id, by=by, now=now, detail=str(key.system))
    if before is not None:
        _tell(session, before, person, now)
    return made


def unlink_number(
    session: Session, identity_id: UUID, *, reason: str, theirs: bool = False, by: str,
    now: datetime,
) -> Identity | None:  # fmt: skip
    """End a link; return the link that it had replaced, which lives again.

    Whose the samples are that came by the number is asked, unless it was *theirs* until now, whom
    it led to (a lost card).  Raises NotFound, NotLinked.
    """
    link = session.get(Identity, identity_id)
    if link is None:
        raise NotFound("Không có liên kết này.", "There is no such link.")
    _hold(session, link)
    _end(link, reason, by, now)
    session.flush()
    detail = f"{link.system}, {THEIRS}" if theirs else link.system
    audit.record(session, "identity.unlinked", link.person_id, by=by, now=now, detail=detail)
    again = _bring_back(session, link, by, now)
    _tell(session, link, again.person if again else None, now, theirs=theirs)
    return again


def _hold(session: Session, link: Identity) -> None:
    """Have the turn of all that hangs on a link, then the link itself.  Raises NotLinked."""
    for prepare in moving:
        prepare(session, link)
    session.refresh(link, with_for_update=True)
    if link.unlinked_at is not None:
        raise NotLinked("Đã gỡ liên kết này.", "This link was ended already.")


def _tell(
    session: Session, ended: Identity, heir: Person | None, now: datetime, *, theirs: bool = False
) -> None:
    for tell in moved if theirs else (*disowned, *moved):
        tell(session, ended, heir, now)


def _bring_back(session: Session, link: Identity, by: str, now: datetime) -> Identity | None:
    old = session.get(Identity, link.replaces_id) if link.replaces_id else None
    if old is None:
        return None
    again = Identity(
        id=uuid4(), person_id=old.person_id, system=old.system, value=old.value,
        value_blind=old.value_blind, claimed=old.claimed, kind=old.kind,
        evidence=f"restored:{old.id}", linked_at=now, linked_by=by, replaces_id=old.replaces_id,
    )  # fmt: skip
    session.add(again)
    session.flush()
    audit.record(session, "identity.restored", old.person_id, by=by, now=now, detail=old.system)
    return again


def _only_key(code: PersonCode) -> Key:
    key = code.primary
    if key.system is System.FINGERPRINT:
        raise BadInput("Mã này không mang số nào.", "This code carries no number.", field="number")
    return Key(key.system, key.value)


def _live(session: Session, key: Key, person_id: UUID) -> Identity | None:
    """Return the live link of a number; of a phone, only the same person's: it leads nobody."""
    asked = select(Identity).where(
        Identity.system == str(key.system),
        Identity.value_blind.in_(queries.value_blinds(key)),
        Identity.unlinked_at.is_(None),
    )
    if key.system is System.PHONE:
        asked = asked.where(Identity.person_id == person_id)
    return session.scalar(asked)


def _confirmed(session: Session, link: Identity, reason: str, by: str, now: datetime) -> Identity:
    if link.claimed:
        link.claimed, link.reason = False, reason
        session.flush()
        audit.record(session, "identity.linked", link.person_id, by=by, now=now, detail=link.system)
    return link


def _made(
    person_id: UUID, key: Key, kind: str, reason: str, before: Identity | None,
    by: str, now: datetime,
) -> Identity:  # fmt: skip
    return Identity(
        id=uuid4(), person_id=person_id, system=str(key.system), value=key.value,
        value_blind=queries.value_blind(key), claimed=False, kind=kind, evidence="page",
        linked_at=now, linked_by=by, reason=reason, replaces_id=before.id if before else None,
    )  # fmt: skip


def _end(link: Identity, reason: str, by: str, now: datetime) -> None:
    link.unlinked_at, link.unlinked_by, link.unlink_reason = now, by, reason
