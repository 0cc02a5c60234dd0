"""Lists as they are handed in, who on them may be whom on record, and labels needed no more."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contract.tubes import Tube
from server.db import Base, Encrypted
from server.people.models import Person
from server.sampling.lot_models import RosterEntry


class RosterDraft(Base):
    """A list that was read and is not yet confirmed: its rows, good and refused, as JSON."""

    __tablename__ = "roster_draft"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Encrypted("roster_draft.title"))
    series: Mapped[int]
    place: Mapped[str] = mapped_column(String(64))
    station: Mapped[str | None] = mapped_column(ForeignKey("station.id"))
    day: Mapped[date | None]
    content: Mapped[str | None] = mapped_column(Encrypted("roster_draft.content"))  # until made
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))
    roster_id: Mapped[UUID | None] = mapped_column(ForeignKey("roster.id"), unique=True)


class RosterMatch(Base):
    """Somebody on record may be the one on the list: told with its reasons, decided by a person."""

    __tablename__ = "roster_match"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'confirmed', 'denied')", name="state"),
        CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided_wholly",
        ),
        Index(
            "uq_roster_match_confirmed",
            "tube",
            unique=True,
            sqlite_where=text("state = 'confirmed'"),
            postgresql_where=text("state = 'confirmed'"),
        ),
    )

    tube: Mapped[Tube] = mapped_column(ForeignKey("roster_entry.tube"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    points: Mapped[int]
    parts: Mapped[str] = mapped_column(String(200))  # `matching.Part` values and how each compares
    state: Mapped[str] = mapped_column(String(10))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))

    entry: Mapped[RosterEntry] = relationship()
    person: Mapped[Person] = relationship()


class AssignmentRelease(Base):
    """The owner of a roster label took another tube: nobody waits for this one any more.

    It holds as long as the pairing does.
    """

    __tablename__ = "assignment_release"

    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairing.id"), primary_key=True)
    tube: Mapped[Tube] = mapped_column(primary_key=True, index=True)
