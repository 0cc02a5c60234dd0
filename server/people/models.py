"""Persons, and the numbers by which they are known.

A number leads to one person at a time: UNIQUE among the live links.  A link is ended, never
deleted.  Phones are kept to call people back, and link nobody: one phone serves a family.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    event,
    inspect,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, Encrypted
from server.people.name_parts import PLACES, numbers_of

BIRTH_YEARS = range(1880, 2101)
NAME_PARTS = tuple(f"name_{place}_blind" for place in range(1, PLACES + 1))


# An index of each two places: two common parts of a name sift each other by it.  Those of
# neighbours hold everybody who has the first of both, and find by it alone as well.
INDEXED_PARTS = ("12", "13", "14", "15", "23", "24", "25", "34", "35", "45", "5")


def _index_of(places: str) -> Index:
    first, last = int(places[0]), int(places[-1])
    there = text(f"name_{first if last - first < 2 else last}_blind IS NOT NULL")
    columns = [f"name_{place}_blind" for place in places]
    name = f"ix_person_names_{places}"
    return Index(name, *columns, sqlite_where=there, postgresql_where=there)


class Person(Base):
    """Somebody who was sampled, or for whom a card was printed."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("sex IN ('M', 'F')", name="sex"),
        CheckConstraint("birth_year BETWEEN 1880 AND 2100", name="birth_year"),
        *map(_index_of, INDEXED_PARTS),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(Encrypted("person.name"))
    name_blind: Mapped[str | None] = mapped_column(String(32), index=True)
    birth: Mapped[str | None] = mapped_column(Encrypted("person.birth"))
    birth_year: Mapped[int | None]
    sex: Mapped[str | None] = mapped_column(String(1))
    address: Mapped[str | None] = mapped_column(Encrypted("person.address"))
    place: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]
    block_blind: Mapped[str | None] = mapped_column(String(32), index=True)  # `queries.block_blind`
    # What parts of the name are found by (`name_parts`); they follow the name by themselves.
    name_1_blind: Mapped[int | None]
    name_2_blind: Mapped[int | None]
    name_3_blind: Mapped[int | None]
    name_4_blind: Mapped[int | None]
    name_5_blind: Mapped[int | None]

    identities: Mapped[list["Identity"]] = relationship(
        back_populates="person", order_by="Identity.linked_at"
    )


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _number_parts(_mapper: object, _connection: object, person: Person) -> None:
    """Whoever gives or takes a name, anywhere, leaves the index right."""
    if inspect(person).attrs.name.history.has_changes():
        for column, number in zip(NAME_PARTS, numbers_of(person.id, person.name), strict=True):
            setattr(person, column, number)


class Identity(Base):
    """One number that leads to a person, and what made us believe it."""

    __tablename__ = "identity"
    __table_args__ = (
        Index(
            "uq_identity_system_value_blind",
            "system",
            "value_blind",
            unique=True,
            sqlite_where=text("unlinked_at IS NULL AND system <> 'phone'"),
            postgresql_where=text("unlinked_at IS NULL AND system <> 'phone'"),
        ),
        Index("ix_identity_value_blind", "value_blind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    system: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(Encrypted("identity.value"))
    value_blind: Mapped[str] = mapped_column(String(32))
    claimed: Mapped[bool]  # typed by somebody into an app, never seen on a card
    kind: Mapped[str] = mapped_column(String(20))  # the kind of code that showed it
    evidence: Mapped[str] = mapped_column(String(80))  # e.g. 'event:<uuid>', 'card-batch:<uuid>'
    linked_at: Mapped[datetime]
    linked_by: Mapped[str] = mapped_column(String(80))
    unlinked_at: Mapped[datetime | None]
    unlinked_by: Mapped[str | None] = mapped_column(String(80))
    # Why somebody linked or unlinked it by hand; they may name people.
    reason: Mapped[str | None] = mapped_column(Encrypted("identity.reason"))
    unlink_reason: Mapped[str | None] = mapped_column(Encrypted("identity.unlink_reason"))
    # The link that ended when this one began: unlinking brings it back.
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity.id"))

    person: Mapped[Person] = relationship(back_populates="identities")


_UNANSWERED = text("answered_at IS NULL")


class IdentityQuestion(Base):
    """Something about two persons' numbers that a person must answer; nothing was merged."""

    __tablename__ = "identity_question"
    __table_args__ = (
        CheckConstraint("person_id <> other_id", name="two_persons"),
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)"
            " AND (answered_at IS NULL) = (answer IS NULL)",
            name="answered_wholly",
        ),
        Index(
            "uq_identity_question_open",
            "kind",
            "person_id",
            "other_id",
            unique=True,
            sqlite_where=_UNANSWERED,
            postgresql_where=_UNANSWERED,
        ),
        *(
            Index(
                f"ix_identity_question_{end}", end,
                sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED,
            )
            for end in ("person_id", "other_id")
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # a `people.asking.Doubt` value
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    system: Mapped[str] = mapped_column(String(20))
    evidence: Mapped[str] = mapped_column(String(80))
    opened_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(80))
    answer: Mapped[str | None] = mapped_column(String(200))


class Disagreement(Base):
    """A number led to somebody on record, but its code names another person than the record does,
    or the number leads elsewhere since.

    The event that showed it stands as it is; results that rest on it wait for the answer.
    """

    __tablename__ = "disagreement"
    __table_args__ = (
        CheckConstraint("answer IN ('same', 'another')", name="answer"),
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)"
            " AND (answered_at IS NULL) = (answer IS NULL)"
            " AND (answered_at IS NULL) = (reason IS NULL)",
            name="answered_wholly",
        ),
        Index("ix_disagreement_event_id", "event_id"),
        Index("ix_disagreement_said_blind", "person_id", "said_blind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    event_id: Mapped[UUID | None]  # the pairing, or the check-in, that showed it
    system: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    said_name: Mapped[str | None] = mapped_column(Encrypted("disagreement.said_name"))
    said_birth: Mapped[str | None] = mapped_column(Encrypted("disagreement.said_birth"))
    said_sex: Mapped[str | None] = mapped_column(String(1))
    said_blind: Mapped[str] = mapped_column(String(32))  # the same words are asked about once
    opened_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(80))
    answer: Mapped[str | None] = mapped_column(String(10))
    answered_within: Mapped[str | None] = mapped_column(String(400))  # where its giver sees
    reason: Mapped[str | None] = mapped_column(Encrypted("disagreement.reason"))
    other_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # if it is another
    # Nothing was said that differs: the pairing came by this link alone, which ended since.
    identity_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class CardBatch(Base):
    """Cards that were made together, to be printed together."""

    __tablename__ = "card_batch"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))

    cards: Mapped[list["Card"]] = relationship(back_populates="batch", order_by="Card.position")


class Card(Base):
    """One personal card: its number leads to the person, its payload is what is printed."""

    __tablename__ = "card"
    __table_args__ = (UniqueConstraint("batch_id", "position"), UniqueConstraint("number_blind"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("card_batch.id"))
    position: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[str] = mapped_column(Encrypted("card.number"))
    number_blind: Mapped[str] = mapped_column(String(32))
    payload: Mapped[str] = mapped_column(Encrypted("card.payload"))
    issued: Mapped[date]

    batch: Mapped[CardBatch] = relationship(back_populates="cards")
    person: Mapped[Person] = relationship()
