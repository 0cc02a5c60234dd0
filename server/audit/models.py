"""Who did what to what, when.  Rows are only ever added; triggers refuse the rest.

A mark shows that this program wrote an entry; links and seals show that none was lost or changed.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class AuditEntry(Base):
    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    # No index on time or actor: each entry would pay for them, and no question goes by them.
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    detail: Mapped[str | None] = mapped_column(Text)
    mark: Mapped[bytes | None]  # `audit.chain.mark`; entries of older versions have none


class AuditLink(Base):
    """The place of one entry in the chain, and the hash over everything up to it."""

    __tablename__ = "audit_link"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        CheckConstraint("position >= 1", name="position"),
    )

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # No foreign key: PostgreSQL would lock, and so write, every entry that is linked.
    entry_id: Mapped[int]
    hash: Mapped[bytes]


class AuditSeal(Base):
    """What the chain was at a moment, signed with a key that is not in the database."""

    __tablename__ = "audit_seal"
    __table_args__ = (CheckConstraint("number >= 1", name="number"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    position: Mapped[int] = mapped_column(BigInteger)  # of the last entry under it
    head: Mapped[str] = mapped_column(String(64))  # the hash there, in hex
    signature: Mapped[str] = mapped_column(String(88))
