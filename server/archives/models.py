"""Which files hold what was taken out of the database, and how far each is."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class Archive(Base):
    """One file: rows of one table of one month.

    `emptied_at` is when the last of its rows left the database, None before, and once they came
    back.  `checked_at` is up to when people who were erased are not in it any more.  `gone_at` is
    when its time was over and the file went.
    """

    __tablename__ = "archive"
    __table_args__ = (
        CheckConstraint("number >= 1 AND edition >= 1", name="numbers"),
        CheckConstraint("row_count >= 1 AND size >= 1", name="holds_something"),
    )

    month: Mapped[str] = mapped_column(String(7), primary_key=True)  # 2026-05
    shelf: Mapped[str] = mapped_column(String(20), primary_key=True)  # `archives.shelves`
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    edition: Mapped[int]  # raised where it is written anew
    row_count: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the file
    made_at: Mapped[datetime]
    checked_at: Mapped[datetime]
    emptied_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]

    @property
    def name(self) -> str:
        """The file's name in its folder."""
        return f"{self.month}-{self.shelf}-{self.number}.{self.edition}{SUFFIX}"


SUFFIX = ".ghepmau-archive"
