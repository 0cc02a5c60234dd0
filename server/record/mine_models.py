"""Secret links to people's own pages, and the birth dates that were guessed at them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Encrypted


class MyLink(Base):
    """The address of a person's own page.  One holds at a time; another ends the one before."""

    __tablename__ = "my_link"
    __table_args__ = (
        Index(
            "uq_my_link_live", "person_id", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    token: Mapped[str] = mapped_column(Encrypted("my_link.token"))  # to print it again
    token_blind: Mapped[str] = mapped_column(String(32), unique=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]


class MyLinkFailure(Base):
    """Somebody gave a wrong birth date at a link."""

    __tablename__ = "my_link_failure"
    __table_args__ = (Index("ix_my_link_failure_link", "link_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("my_link.id"))
    at: Mapped[datetime]
