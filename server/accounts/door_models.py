"""How people come in beside their password: links, second factors, challenges, recovery codes."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Encrypted


class AccountLink(Base):
    """A link with which a person chooses their own password, once.  Kept as a hash."""

    __tablename__ = "account_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SecondFactor(Base):
    """What a person holds beside their password: an authenticator's secret, or a security key.

    `secret` is a secret of an authenticator, or the public key of a security key.  `last_step` is
    the newest time step that was used, so that no code counts twice; `uses` what a key counted.
    """

    __tablename__ = "second_factor"
    __table_args__ = (
        CheckConstraint("kind IN ('totp', 'key')", name="kind"),
        CheckConstraint("(kind = 'key') = (credential IS NOT NULL)", name="key_with_credential"),
        Index(
            "uq_second_factor_totp", "user_id", unique=True,
            sqlite_where=text("kind = 'totp' AND ended_at IS NULL"),
            postgresql_where=text("kind = 'totp' AND ended_at IS NULL"),
        ),
        Index("ix_second_factor_user", "user_id"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str] = mapped_column(String(4))
    label: Mapped[str] = mapped_column(Encrypted("second_factor.label"))
    secret: Mapped[str] = mapped_column(Encrypted("second_factor.secret"))
    credential: Mapped[str | None] = mapped_column(String(1400), unique=True)  # its id, base64url
    last_step: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class KeyChallenge(Base):
    """What a security key is asked to sign: by one log-in, for one purpose, once, for minutes."""

    __tablename__ = "key_challenge"
    __table_args__ = (CheckConstraint("purpose IN ('add', 'show')", name="purpose"),)

    challenge: Mapped[str] = mapped_column(String(64), primary_key=True)  # base64url
    login: Mapped[str] = mapped_column(String(64))  # the hash of the log-in's token
    purpose: Mapped[str] = mapped_column(String(4))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RecoveryCode(Base):
    """One of ten codes on paper, each good once, where the second factor is lost."""

    __tablename__ = "recovery_code"

    code_key: Mapped[str] = mapped_column(String(32), primary_key=True)  # keyed hash
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
