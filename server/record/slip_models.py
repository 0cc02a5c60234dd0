"""Result slips: what was printed and signed for which version of which outcome."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Encrypted


class ResultSlip(Base):
    """One slip: an outcome's version has one, however often it is printed."""

    __tablename__ = "result_slip"
    __table_args__ = (
        UniqueConstraint("outcome_id"),
        CheckConstraint("expires_at > sampled_at", name="expires_later"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # stands in the signed code
    outcome_id: Mapped[UUID] = mapped_column(ForeignKey("outcome.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    code: Mapped[str] = mapped_column(Encrypted("result_slip.code"))  # the text of the QR
    key_id: Mapped[str] = mapped_column(String(16))  # hexadecimal
    sampled_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(80))
