"""How often each partner asked whose a code is: for its limits.  No code is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class PartnerQuestion(Base):
    """One question of a partner; *known* says whether there was an answer."""

    __tablename__ = "partner_question"
    __table_args__ = (Index("ix_partner_question_partner", "partner", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partner: Mapped[str] = mapped_column(ForeignKey("partner.id"))
    at: Mapped[datetime]
    known: Mapped[bool]
