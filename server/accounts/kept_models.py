"""What somebody typed into a form that came after their log-in had run out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Encrypted


class KeptForm(Base):
    """The newest such form of an account, for minutes, for the browser that sent it.

    `token_hash` is of the log-in that ran out, then of the one that follows it in that browser.
    """

    __tablename__ = "kept_form"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Encrypted("kept_form.content"))
    at: Mapped[datetime]
