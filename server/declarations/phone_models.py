"""Phones that declared, whom for, how often an address asks, and the links of points' keepers.

A phone is known by the hash of a token in its cookie, and by nothing else.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Encrypted


class PhonePerson(Base):
    """Somebody for whom a phone declared, as it was typed there: name, year, and their card."""

    __tablename__ = "phone_person"
    __table_args__ = (UniqueConstraint("phone", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    phone: Mapped[str] = mapped_column(String(64))  # hash of its token
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(Encrypted("phone_person.name"))
    said_blind: Mapped[str] = mapped_column(String(32))  # all that was typed of them
    birth_year: Mapped[int]
    on_behalf: Mapped[bool]
    number: Mapped[str] = mapped_column(Encrypted("phone_person.number"))  # of the card
    card: Mapped[str] = mapped_column(Encrypted("phone_person.card"))  # the text of its QR
    added_at: Mapped[datetime]
    last_at: Mapped[datetime]


class DeclarationTry(Base):
    """An address sent a declaration: counted for a quarter of an hour."""

    __tablename__ = "declaration_try"
    __table_args__ = (Index("ix_declaration_try_address", "address_key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address_key: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


class KeeperLink(Base):
    """A secret link by which a shop checks people in without an account."""

    __tablename__ = "keeper_link"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_wholly"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    point_id: Mapped[str] = mapped_column(ForeignKey("point.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(80))
