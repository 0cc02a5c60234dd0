"""Cards by the page: the batches, the cards of one, and a card found by its number or bearer.

Reads only.  Of a name whole syllables are looked for, with or without marks, in any order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, joinedload

from contract.cards import CardError, CardNumber
from contract.identities import Key, System
from server.accounts.within import ANYWHERE, Within
from server.db import among_these
from server.people import queries
from server.people.finding import has_mark, led_to
from server.people.models import Card, CardBatch, Person
from server.people.name_parts import has, sought

BATCHES, CARDS, FOUND = 100, 200, 50  # on a page
T = TypeVar("T")
MOST_LED = 20_000  # people of whom those with a card are looked at; cards looked at one by one


class Batch(NamedTuple):
    """Cards that were made together, as a list tells of them: how many, and none of them."""

    id: UUID
    place: str
    created_at: datetime
    created_by: str
    size: int


@dataclass(frozen=True, slots=True)
class Sheet(Generic[T]):
    """One page of *last*."""

    rows: Sequence[T]
    page: int
    last: int
    whole: int


def batches(session: Session, within: Within = ANYWHERE, page: int = 1) -> Sheet[Batch]:
    """Return a page of the batches, the newest first."""
    made = select(func.count()).where(Card.batch_id == CardBatch.id).scalar_subquery()
    columns = CardBatch.id, CardBatch.place, CardBatch.created_at, CardBatch.created_by, made
    seen = within.rows(CardBatch.place)
    whole = session.scalar(select(func.count()).select_from(CardBatch).where(seen)) or 0
    at, last = _page(page, whole, BATCHES)
    ordered = select(*columns).where(seen).order_by(CardBatch.created_at.desc(), CardBatch.id)
    rows = session.execute(ordered.offset((at - 1) * BATCHES).limit(BATCHES))
    return Sheet([Batch(*row) for row in rows], at, last, whole)


def cards_of(session: Session, batch_id: UUID, page: int = 1) -> tuple[CardBatch, Sheet[Card]]:
    """Return a batch, and a page of its cards with their bearers.  Raises NotFound."""
    batch = queries.card_batch(session, batch_id, cards=False)
    whole = session.scalar(select(func.count()).where(Card.batch_id == batch_id)) or 0
    at, last = _page(page, whole, CARDS)
    ordered = _cards().where(Card.batch_id == batch_id).order_by(Card.position)
    some = ordered.offset((at - 1) * CARDS).limit(CARDS)
    return batch, Sheet(session.scalars(some).all(), at, last, whole)


def cards_like(
    session: Session, typed: str, within: Within, *, most: int = MOST_LED
) -> list[Card] | None:
    """Return FOUND cards and one more, the newest first; None where a name is too common.

    A name that leads to more than *most* is looked for on the cards in scope, where those are not
    as many: how common it is elsewhere hides nobody's own cards.
    """
    number = _number(typed)
    if number is not None:
        blinds = queries.value_blinds(Key(System.CARD, number.text))
        return _newest(session, within, Card.number_blind.in_(blinds))
    name = sought(typed)
    if not name.numbers:  # as of a name that nearly everybody has parts of
        blinds = queries.name_blinds(typed)
        whose = select(Person.id).where(Person.name_blind.in_(blinds))
        return _newest(session, within, Card.person_id.in_(whose))
    led = led_to(session, name.numbers, most)
    named = select(Person.id, Person.name)
    if led is None:
        these = named.where(Person.id.in_(_bearers(within))).limit(most + 1)
    else:
        bears = exists().where(Card.person_id == Person.id)
        these = named.where(has_mark(session, Person.id, led), bears)
    people = session.execute(these).all()
    if len(people) > most:
        return None
    ids = [row.id.hex for row in people if has(row.name, name.parts)]
    return _newest(session, within, among_these(Card.person_id, ids))


def _bearers(within: Within) -> Select[UUID]:
    batches = select(CardBatch.id).where(within.rows(CardBatch.place))
    return select(Card.person_id).where(Card.batch_id.in_(batches))


def _number(typed: str) -> CardNumber | None:
    try:
        return CardNumber("".join(typed.split()).replace("-", "").upper())
    except CardError:
        return None


def _newest(session: Session, within: Within, these: ColumnElement[bool]) -> list[Card]:
    found = _cards().join(CardBatch, CardBatch.id == Card.batch_id)
    found = found.where(these, within.rows(CardBatch.place)).options(joinedload(Card.batch))
    ordered = found.order_by(CardBatch.created_at.desc(), Card.position, Card.id)
    return list(session.scalars(ordered.limit(FOUND + 1)))


def _cards() -> Any:
    return select(Card).options(joinedload(Card.person))


def _page(asked: int, whole: int, most: int) -> tuple[int, int]:
    last = max(1, -(-whole // most))
    return min(asked, last), last
