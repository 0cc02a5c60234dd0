"""The declaration record: what a person is told and declared, and at which points they were."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from contract import names
from contract.tubes import Tube
from server.db import Base, Encrypted
from server.declarations.kinds import PointKind

_KINDS = ", ".join(f"'{kind}'" for kind in PointKind)


class RecordEntry(Base):
    """One delivered version.  Earlier ones stay; of one tube, the highest version is current."""

    __tablename__ = "record_entry"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("person_id", "tube", "version"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    key: Mapped[str] = mapped_column(String(120))
    tube: Mapped[Tube]
    status: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    sampled_at: Mapped[datetime]
    resulted_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(String(64))
    supersedes: Mapped[str | None] = mapped_column(String(120))  # the key of the version before
    recorded_at: Mapped[datetime]


class Point(Base):
    """A place where people check in and declare; a bus is one that moves."""

    __tablename__ = "point"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint("active_until IS NULL OR active_until >= active_from", name="active"),
        CheckConstraint("length(id) = 8", name="id"),
    )

    id: Mapped[str] = mapped_column(String(8), primary_key=True)  # contract.points
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    # The name without marks, which a search reads, and its order; they follow it by themselves.
    name_key: Mapped[str] = mapped_column(String(240), server_default="")
    name_order: Mapped[str] = mapped_column(String(1200), server_default="")  # lists go by it
    place: Mapped[str] = mapped_column(String(64), index=True)  # contract.places
    address: Mapped[str] = mapped_column(String(200))
    head: Mapped[str] = mapped_column(Encrypted("point.head"))  # who answers for it
    phone: Mapped[str] = mapped_column(Encrypted("point.phone"))
    plate: Mapped[str] = mapped_column(String(20))  # of what moves; '' otherwise
    route: Mapped[str] = mapped_column(String(120))
    opens: Mapped[str] = mapped_column(String(5))  # 06:00, or '' for always
    closes: Mapped[str] = mapped_column(String(5))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    active_from: Mapped[date]
    active_until: Mapped[date | None]  # the last day
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))


@event.listens_for(Point, "before_insert")
@event.listens_for(Point, "before_update")
def _fold_name(_mapper: object, _connection: object, point: Point) -> None:
    point.name_key = names.match_key(point.name)[:240]
    point.name_order = names.order_text(point.name)[:1200]


class PointStation(Base):
    """A station stood at a point from then on, until it was moved."""

    __tablename__ = "point_station"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="until"),
        Index(
            "uq_point_station_now",
            "station",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(ForeignKey("station.id"))
    point_id: Mapped[str] = mapped_column(ForeignKey("point.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class FormVersion(Base):
    """One version of the form's questions.  Never changed: another one takes its place."""

    __tablename__ = "form_version"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # such as vn-2021-1
    questions: Mapped[str] = mapped_column(Text)  # JSON: declarations.questions
    look_back_days: Mapped[int]
    active_from: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))


class Declaration(Base):
    """What a person declared of their health, for themselves or by somebody for them.

    The phone makes the id, so that what it sends twice is kept once.
    """

    __tablename__ = "declaration"
    __table_args__ = (
        CheckConstraint("source IN ('phone', 'station', 'keeper')", name="source"),
        Index("ix_declaration_person", "person_id", "at"),
        Index("ix_declaration_point", "point_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    point_id: Mapped[str | None] = mapped_column(ForeignKey("point.id"))
    form_id: Mapped[str] = mapped_column(ForeignKey("form_version.id"))
    source: Mapped[str] = mapped_column(String(8))
    on_behalf: Mapped[bool]  # somebody else filled it in
    symptoms: Mapped[bool | None]  # None where nobody asked
    exposed: Mapped[bool | None]  # contact, or a place or person of concern
    answers: Mapped[str] = mapped_column(Encrypted("declaration.answers"))  # JSON
    consent: Mapped[str] = mapped_column(String(40))  # which text was agreed to; '' at a station
    at: Mapped[datetime] = mapped_column(index=True)
    recorded_at: Mapped[datetime]


class CheckIn(Base):
    """A person, or a vehicle, was at a point.  Voided ones stay."""

    __tablename__ = "check_in"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (vehicle IS NULL)", name="person_or_vehicle"),
        CheckConstraint("(vehicle IS NULL) = (vehicle_blind IS NULL)", name="vehicle_found"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="voided_wholly"),
        CheckConstraint("source IN ('phone', 'station', 'keeper')", name="source"),
        CheckConstraint("(source = 'station') = (station IS NOT NULL)", name="station_iff_source"),
        # A trace reads these alone: what it asks of a check-in stands in them.
        Index("ix_check_in_point", "point_id", "at", "person_id", "vehicle_blind", "voided_at"),
        Index("ix_check_in_person", "person_id", "at", "point_id", "vehicle_blind", "voided_at"),
        Index(
            "ix_check_in_vehicle", "vehicle_blind", "at",
            sqlite_where=text("vehicle_blind IS NOT NULL"),
            postgresql_where=text("vehicle_blind IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)  # of the event
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    vehicle: Mapped[str | None] = mapped_column(Encrypted("check_in.vehicle"))  # its pass or plate
    vehicle_blind: Mapped[str | None] = mapped_column(String(32))  # `check_ins.vehicle_blind`
    source: Mapped[str] = mapped_column(String(8))
    station: Mapped[str | None] = mapped_column(ForeignKey("station.id"))
    point: Mapped[str] = mapped_column(String(120))  # as the point, or the station, is called
    point_id: Mapped[str | None] = mapped_column(ForeignKey("point.id"))
    declaration_id: Mapped[UUID | None] = mapped_column(ForeignKey("declaration.id"))
    place: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    trusted: Mapped[bool]  # whether the station's clock was set from the network
    answers: Mapped[str] = mapped_column(Encrypted("check_in.answers"))  # JSON: {"symptoms": "no"}
    recorded_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(String(40))
