"""What is known about persons.  Reads only."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from contract.identities import Key, System
from server import vault
from server.errors import NotFound
from server.people.agreement import name_key
from server.people.matching import block_of
from server.people.models import Card, CardBatch, Identity, IdentityQuestion, Person

AT_ONCE = 500  # values in one IN (...)


def value_blind(key: Key) -> str:
    """Return what a number is found by, without being readable."""
    return vault.current().blind("identity.value", f"{key.system}|{key.value}")


def value_blinds(key: Key) -> list[str]:
    """Return all that a number may be found by now: two while keys are rotated."""
    return vault.current().blinds("identity.value", f"{key.system}|{key.value}")


def name_blind(name: str | None) -> str | None:
    """Return what a name is found by, in whatever spelling; None for no name."""
    key = name_key(name)
    return vault.current().blind("person.name", key) if key else None


def name_blinds(name: str | None) -> list[str]:
    """Return all that a name may be found by now."""
    key = name_key(name)
    return vault.current().blinds("person.name", key) if key else []


def block_blind(name: str | None, year: int | None) -> str | None:
    """Return what near spellings of a name are found by, with the year of birth; None without."""
    block = block_of(name, year) if name else ""
    return vault.current().blind("person.block", block) if block else None


def block_blinds(name: str | None, year: int | None) -> list[str]:
    """Return all that near spellings of a name may be found by now."""
    block = block_of(name, year) if name else ""
    return vault.current().blinds("person.block", block) if block else []


def person(session: Session, person_id: UUID) -> Person:
    """Raises NotFound."""
    found = session.get(Person, person_id)
    if found is None:
        raise no_person()
    return found


def no_person() -> NotFound:
    return NotFound("Không có người này trong hồ sơ.", "No such person is on record.")


def persons_named(session: Session, name: str) -> list[Person]:
    """Return everyone of that name, spelled with or without marks."""
    statement = select(Person).where(Person.name_blind.in_(name_blinds(name)))
    return list(session.scalars(statement.order_by(Person.created_at)))


def person_with(session: Session, value: str) -> list[Person]:
    """Return whoever is known by the number *value* in any system; several for a phone."""
    blinds = [each for system in System for each in value_blinds(Key(system, value))]
    statement = (
        select(Person)
        .join(Identity)
        .where(Identity.value_blind.in_(blinds), Identity.unlinked_at.is_(None))
        .distinct()
    )
    return list(session.scalars(statement))


def only_typed() -> ColumnElement[bool]:
    """Ask whether a number was typed on a phone's page, and no code has confirmed it since."""
    return and_(Identity.claimed.is_(True), Identity.evidence.startswith("declaration:"))


def keys_of(session: Session, person_id: UUID) -> list[Identity]:
    """Return the numbers that lead to a person now, oldest link first."""
    statement = select(Identity).where(
        Identity.person_id == person_id, Identity.unlinked_at.is_(None)
    )
    return list(session.scalars(statement.order_by(Identity.linked_at, Identity.system)))


def links_of(session: Session, keys: Iterable[Key]) -> dict[Key, Identity]:
    """Return the live link, with its person, of each key that has one.  A phone links nobody."""
    return dict(all_links_of(session, keys, Identity.unlinked_at.is_(None)))


def all_links_of(
    session: Session, keys: Iterable[Key], *such: ColumnElement[bool]
) -> Iterator[tuple[Key, Identity]]:
    """Yield the links of each key, *such* alone, with their persons.  A phone links nobody."""
    leading = [key for key in keys if key.system is not System.PHONE]
    by_blind = {blind: key for key in leading for blind in value_blinds(key)}
    blinds = list(by_blind)
    for start in range(0, len(blinds), AT_ONCE):
        some = Identity.value_blind.in_(blinds[start : start + AT_ONCE])
        statement = select(Identity).where(some, *such).options(joinedload(Identity.person))
        for link in session.scalars(statement):
            yield by_blind[link.value_blind], link


def open_questions(session: Session, *seen: ColumnElement[bool]) -> list[IdentityQuestion]:
    """Return the questions that wait, oldest first: those of which either person may be *seen*."""
    statement = select(IdentityQuestion).where(IdentityQuestion.answered_at.is_(None))
    statement = statement.where(or_(*seen)) if seen else statement
    return list(session.scalars(statement.order_by(IdentityQuestion.opened_at)))


def card_batch(session: Session, batch_id: UUID, *, cards: bool = True) -> CardBatch:
    """Return a batch with its cards and their bearers, or without *cards*; raises NotFound."""
    loaded = [selectinload(CardBatch.cards).joinedload(Card.person)] if cards else []
    found = session.get(CardBatch, batch_id, options=loaded)
    if found is None:
        raise NotFound("Không có lô thẻ này.", "There is no such batch of cards.")
    return found
