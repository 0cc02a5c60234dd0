"""Who has a card of ours or declared by phone: a row for each such record, so that few are read."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class Covered(Base):
    """A record with a card or a declaration by phone (`people.covered`).

    Of one person's records only the eldest of these counts, where it was begun.
    """

    __tablename__ = "covered"
    __table_args__ = (Index("ix_covered_counts_place", "counts", "place"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(64))  # of the record, which keeps it
    counts: Mapped[bool]
