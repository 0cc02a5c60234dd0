"""What officers keep for themselves: searches with a name."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Encrypted


class SavedView(Base):
    """A search of one account, shown to others of its role and place where it is shared.

    It holds what is asked for, never an answer: who opens it sees what they may see.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        Index("ix_saved_view_owner", "owner"),
        Index("ix_saved_view_shared", "role", "place"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(64))
    shared: Mapped[bool]
    page: Mapped[str] = mapped_column(String(40))  # '/outcomes'
    title: Mapped[str] = mapped_column(Encrypted("saved_view.title"))
    query: Mapped[str] = mapped_column(Encrypted("saved_view.query"))
    made_at: Mapped[datetime]
