"""What became of a lot's tubes: who holds which, what is void, what was printed, for whom.

A lot is cut into parts, by its tubes' positions (1 to size).  The constraints alone keep the parts
a tiling: each begins right after another or at 1, each is followed by another or ends the lot, and
no two begin or end alike.  So a tube is always in one part: with one holder, void or not.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contract.tubes import Tube
from server.db import Base, Encrypted
from server.sampling.lot_tiles import Holder

SOLE = "first >= 1 AND last >= first"


class LotPart(Base):
    """A run of a lot's tubes that stand together: at a station, with a team, or in the store.

    Parts are replaced, never changed; how they came to be stands in LotMove and TubeVoid.
    """

    __tablename__ = "lot_part"
    __table_args__ = (
        ForeignKeyConstraint(["lot_id", "size"], ["lot.id", "lot.size"], name="fk_lot_part_lot"),
        ForeignKeyConstraint(
            ["lot_id", "follows"], ["lot_part.lot_id", "lot_part.last"],
            name="fk_lot_part_follows", deferrable=True, initially="DEFERRED",
        ),
        ForeignKeyConstraint(
            ["lot_id", "leads"], ["lot_part.lot_id", "lot_part.first"],
            name="fk_lot_part_leads", deferrable=True, initially="DEFERRED",
        ),
        UniqueConstraint("lot_id", "last"),
        CheckConstraint(SOLE, name="range"),
        CheckConstraint(
            "(follows IS NULL AND first = 1) OR (follows IS NOT NULL AND first = follows + 1)",
            name="begins",
        ),
        CheckConstraint(
            "(leads IS NULL AND last = size) OR (leads IS NOT NULL AND leads = last + 1)",
            name="ends",
        ),
    )  # fmt: skip

    lot_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
    follows: Mapped[int | None]  # the last position of the part before
    leads: Mapped[int | None]  # the first position of the part behind
    size: Mapped[int]  # the lot's
    station: Mapped[str | None] = mapped_column(ForeignKey("station.id"), index=True)
    team: Mapped[str] = mapped_column(String(64))  # a team or a site; neither: in the store
    void_id: Mapped[UUID | None] = mapped_column(ForeignKey("tube_void.id"), index=True)


class LotMove(Base):
    """Tubes went from one holder to another; a holder that is neither station nor team: the store.

    A move is told in runs of tubes that stood together, and is never changed.
    """

    __tablename__ = "lot_move"
    __table_args__ = (CheckConstraint(SOLE, name="range"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), index=True)
    first: Mapped[int]
    last: Mapped[int]
    from_station: Mapped[str | None] = mapped_column(ForeignKey("station.id"))
    from_team: Mapped[str] = mapped_column(String(64))
    to_station: Mapped[str | None] = mapped_column(ForeignKey("station.id"))
    to_team: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))

    @property
    def giver(self) -> Holder:
        return Holder(self.from_station, self.from_team)

    @property
    def taker(self) -> Holder:
        return Holder(self.to_station, self.to_team)


class TubeVoid(Base):
    """Tubes that must not be used, and why; lifted if that was a mistake."""

    __tablename__ = "tube_void"
    __table_args__ = (
        CheckConstraint(SOLE, name="range"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_wholly"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), index=True)
    first: Mapped[int]
    last: Mapped[int]
    reason: Mapped[str] = mapped_column(Encrypted("tube_void.reason"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(80))


class PrintRun(Base):
    """Labels of a lot that were handed out to be printed: the same ids, however often."""

    __tablename__ = "print_run"
    __table_args__ = (
        CheckConstraint(SOLE, name="range"),
        CheckConstraint("form IN ('pdf', 'zpl', 'tspl')", name="form"),
        CheckConstraint("copies BETWEEN 1 AND 3", name="copies"),
        CheckConstraint("codes >= 1", name="codes"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), index=True)
    first: Mapped[int]
    last: Mapped[int]
    codes: Mapped[int]  # how many tubes: void ones are left out
    copies: Mapped[int]
    form: Mapped[str] = mapped_column(String(4))
    stock: Mapped[str] = mapped_column(String(20))
    start: Mapped[int]
    dpi: Mapped[int]
    roster_id: Mapped[UUID | None] = mapped_column(ForeignKey("roster.id"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))


class Roster(Base):
    """A list of people known beforehand, with a lot of tubes of their own."""

    __tablename__ = "roster"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Encrypted("roster.title"))  # a family has a list, too
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), unique=True)
    size: Mapped[int]
    place: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))
    day: Mapped[date | None] = mapped_column(index=True)  # of the sampling; None: any day

    entries: Mapped[list["RosterEntry"]] = relationship(order_by="RosterEntry.position")


class RosterEntry(Base):
    """A tube that stands ready for one person of a list: an assignment, never a pairing."""

    __tablename__ = "roster_entry"
    __table_args__ = (UniqueConstraint("roster_id", "position"),)

    tube: Mapped[Tube] = mapped_column(primary_key=True)
    roster_id: Mapped[UUID] = mapped_column(ForeignKey("roster.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(Encrypted("roster_entry.name"))
    birth_year: Mapped[int | None]
    sex: Mapped[str] = mapped_column(String(1))
    birth: Mapped[str | None] = mapped_column(Encrypted("roster_entry.birth"))
    system: Mapped[str | None] = mapped_column(String(20))  # of the number
    number: Mapped[str | None] = mapped_column(Encrypted("roster_entry.number"))
    phone: Mapped[str | None] = mapped_column(Encrypted("roster_entry.phone"))
    address: Mapped[str | None] = mapped_column(Encrypted("roster_entry.address"))
