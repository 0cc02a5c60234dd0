"""Whom a phone declared for, so that it can declare again by answering what changes.

A phone shows only what was typed on it: never what a record knows.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from contract.cards import CardNumber
from server import vault
from server.accounts.sessions import address_key, hash_of
from server.accounts.throttle import WINDOW
from server.declarations.declarants import Declarant
from server.declarations.models import Declaration
from server.declarations.phone_models import DeclarationTry, PhonePerson
from server.errors import DomainError, NotFound
from server.people import cards
from server.people import queries as people
from server.people.agreement import Traits, agree, name_key
from server.people.services import person_of
from server.times import lately, long_over

KEPT = timedelta(days=400)  # a phone's cookie, and how long its people are offered
MOST_SHOWN = 20
PER_POINT = 5000  # in a quarter of an hour: a whole shift of the largest factory


class TooManyDeclarations(DomainError):
    code = "too-many-declarations"
    status = 429


def note_try(session: Session, address: str, *, most: int, now: datetime) -> None:
    """Count what an address sends; raise TooManyDeclarations beyond *most* in the window."""
    key = address_key(address)
    count = select(func.count()).select_from(DeclarationTry)
    mine = count.where(DeclarationTry.address_key == key, lately(DeclarationTry.at, now, WINDOW))
    if (session.scalar(mine) or 0) >= most:
        raise _too_many()
    session.add(DeclarationTry(address_key=key, at=now))
    session.execute(delete(DeclarationTry).where(long_over(DeclarationTry.at, now, WINDOW)))


def check_point(session: Session, point_id: str, *, now: datetime) -> None:
    """Raise TooManyDeclarations where a point gets more than any crowd could send."""
    count = select(func.count()).select_from(Declaration)
    recent = count.where(Declaration.point_id == point_id, lately(Declaration.at, now, WINDOW))
    if (session.scalar(recent) or 0) >= PER_POINT:
        raise _too_many()


def _too_many() -> TooManyDeclarations:
    return TooManyDeclarations(
        "Nơi này đang gửi quá nhiều tờ khai. Chờ vài phút rồi gửi lại.",
        "Too many declarations come from here. Wait some minutes and send again.",
    )


def people_of(session: Session, token: str, *, now: datetime) -> list[PhonePerson]:
    """Return whom the phone with *token* declared for, the last first; '' is no phone."""
    if not token:
        return []
    found = select(PhonePerson).where(
        PhonePerson.phone == hash_of(token), PhonePerson.last_at > now - KEPT
    )
    newest = found.order_by(PhonePerson.last_at.desc(), PhonePerson.id)
    return list(session.scalars(newest.limit(MOST_SHOWN)))


def person_on(session: Session, token: str, which: UUID) -> PhonePerson:
    """Return somebody this phone declared for; raises NotFound for anybody else's."""
    found = session.get(PhonePerson, which)
    if not token or found is None or found.phone != hash_of(token):
        raise NotFound(
            "Điện thoại này chưa khai cho người đó. Khai lại từ đầu.",
            "This phone has not declared for that person. Begin anew.",
        )
    return found


def person_declared(session: Session, token: str, person_id: UUID) -> PhonePerson | None:
    """Return a person as this phone knows them, None if it does not."""
    found = select(PhonePerson).where(
        PhonePerson.phone == hash_of(token), PhonePerson.person_id == person_id
    )
    return session.scalar(found) if token else None


def forget(session: Session, ids: Sequence[UUID]) -> None:
    """Let no phone know these people any more: what is sent for them is no one's from now on."""
    session.execute(delete(PhonePerson).where(PhonePerson.person_id.in_(ids)))


def remember(
    session: Session,
    token: str,
    who: Declarant,
    *,
    on_behalf: bool,
    place: str,
    evidence: str,
    by: str,
    now: datetime,
) -> PhonePerson:
    """Find or make the person that *who* is, and let the phone with *token* know them.

    The same words from the same phone are the same person, who keeps the card they have; so is
    whoever gives the number that they gave before, if name, sex and birth do not contradict: the
    year alone will do then.  Without a number a year is never enough, and another number is
    another person: several people share a phone, and two of one name and year are two.
    """
    phone, said = hash_of(token), _said(who)
    known = _known(session, phone, said, who)
    if known is not None and who.key is None:
        return known
    number, payload = (
        (CardNumber(known.number), known.card)
        if known is not None
        else cards.draw_card(who.name, who.birth.year, str(who.sex or ""), now=now)
    )
    code = who.as_code(number, payload)
    person = person_of(session, code, by=by, now=now, evidence=evidence, place=place)
    session.flush()
    before = person_declared(session, token, person.id)
    if before is not None:
        return before
    made = PhonePerson(
        id=uuid4(),
        phone=phone,
        person_id=person.id,
        name=who.name,
        said_blind=said,
        birth_year=who.birth.year,
        on_behalf=on_behalf,
        number=number.text,
        card=payload,
        added_at=now,
        last_at=now,
    )
    session.add(made)
    session.flush()
    return made


def _known(session: Session, phone: str, said: str, who: Declarant) -> PhonePerson | None:
    """Return who this is of those declared for on this phone, if that is told from a namesake."""
    numbered = _with_number(session, phone, who)
    if numbered is not None:
        return numbered
    if not who.birth.day:
        return None
    same = select(PhonePerson).where(PhonePerson.phone == phone, PhonePerson.said_blind == said)
    known = session.scalars(same).first()
    if known is None or who.key is None:
        return known
    theirs = people.keys_of(session, known.person_id)
    others = (each for each in theirs if each.system == str(who.key.system))
    return None if any(each.value != who.key.value for each in others) else known


def _with_number(session: Session, phone: str, who: Declarant) -> PhonePerson | None:
    """Return whom this phone declared for under the same number, and nothing contradicts."""
    if who.key is None:
        return None
    said = Traits.of_words(who.name, who.birth, who.sex)
    for link in people.links_of(session, [who.key]).values():
        if agree(said, Traits.of_person(link.person)):
            mine = select(PhonePerson).where(
                PhonePerson.phone == phone, PhonePerson.person_id == link.person_id
            )
            return session.scalars(mine).first()
    return None


def _said(who: Declarant) -> str:
    number = f"{who.key.system}:{who.key.value}" if who.key else ""
    about = (name_key(who.name), str(who.birth), str(who.sex or ""), number, who.phone, who.address)
    words = "|".join(about)
    return vault.current().lasting("phone_person.said", words)
