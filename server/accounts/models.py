"""People with access and their log-ins; stations and the codes they enrol with.

Tokens, codes, logins that failed and addresses are kept as hashes only.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from server.accounts.roles import Role
from server.db import Base, Encrypted

_ROLES = ", ".join(f"'{role}'" for role in Role)


def _awake(context: DefaultExecutionContext) -> datetime:
    """A new account is awake since it was made."""
    made: datetime = context.get_current_parameters()["created_at"]  # type: ignore[no-untyped-call]
    return made


class User(Base):
    __tablename__ = "user"
    __table_args__ = (CheckConstraint(f"role IN ({_ROLES})", name="role"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    login: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(Encrypted("user.name"))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(64))  # where the person works: a lab's is its name
    # What of the map they may look at, as `server.accounts.within` reads it.
    sees: Mapped[str] = mapped_column(String(400), default="", server_default="")
    active: Mapped[bool]
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]
    # An account that nobody used for long falls asleep, counted from here.
    awake_at: Mapped[datetime] = mapped_column(default=_awake)


class LoginSession(Base):
    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    address_key: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    half: Mapped[bool] = mapped_column(default=False, server_default=false())  # password only yet
    factor_at: Mapped[datetime | None]  # when the second factor was shown
    browser: Mapped[str] = mapped_column(String(40), default="", server_default="")


class LoginFailure(Base):
    __tablename__ = "login_failure"
    __table_args__ = (
        Index(None, "account_key", "at"),
        Index(None, "address_key", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_key: Mapped[str] = mapped_column(String(32))
    address_key: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


class Station(Base):
    __tablename__ = "station"
    __table_args__ = (
        CheckConstraint("state IN ('created', 'enrolled', 'revoked')", name="state"),
        CheckConstraint("state != 'enrolled' OR public_key IS NOT NULL", name="enrolled_has_key"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    label: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(64))
    duty: Mapped[str] = mapped_column(String(20))
    public_key: Mapped[str | None] = mapped_column(String(43))
    state: Mapped[str] = mapped_column(String(10))
    enrolled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StationKey(Base):
    """A key that a station had while it was enrolled; `until` is None where it still has it.

    What was written onto a stick under it counts for ever: see `server.intake.sticks`.
    """

    __tablename__ = "station_key"

    station: Mapped[str] = mapped_column(ForeignKey("station.id"), primary_key=True)
    public_key: Mapped[str] = mapped_column(String(43), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class StationReturn(Base):
    """Somebody asked that a revoked station be let in again: a second person agreed, or not."""

    __tablename__ = "station_return"
    __table_args__ = (
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (agreed IS NULL)",
            name="decided_wholly",
        ),
        CheckConstraint("agreed IS NOT TRUE OR decided_by <> asked_by", name="two_persons"),
        Index(
            "ix_station_return_open",
            "station",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    station: Mapped[str] = mapped_column(ForeignKey("station.id"), index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Encrypted("station_return.reason"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))
    agreed: Mapped[bool | None]


class EnrolmentCode(Base):
    __tablename__ = "enrolment_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    station: Mapped[str] = mapped_column(ForeignKey("station.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Partner(Base):
    """Another system's program: its token is kept as a hash, its scopes as words."""

    __tablename__ = "partner"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    label: Mapped[str] = mapped_column(String(80))
    scopes: Mapped[str] = mapped_column(String(120))  # separated by spaces
    place: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))
    revoked_at: Mapped[datetime | None]
