"""One-time links, second factors, log-ins that wait for one; more roles; accounts that sleep."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0047_doors"
down_revision: str | None = "0046_in_time"

ROLES = (
    "'swab-team', 'lab-technician', 'lab-verifier', 'health-officer', 'registrar',"
    " 'administrator', 'auditor'"
)
KEPT = "id, login, name, role, password_hash, place, sees, active, created_at"


def upgrade() -> None:
    _users()
    _log_ins()
    _doors()


def _users() -> None:
    """Everybody is awake from today on: nobody is locked out by the upgrade itself."""
    if op.get_bind().dialect.name != "sqlite":
        _users_in_place()
        return
    # SQLite changes a constraint only by making the table anew.
    op.execute("PRAGMA defer_foreign_keys=ON")
    op.execute('CREATE TABLE user_before AS SELECT * FROM "user"')
    op.drop_table("user")
    op.create_table(
        "user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("sees", sa.String(length=400), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_login_at", sa.DateTime(), nullable=True),
        sa.Column("awake_at", sa.DateTime(), nullable=False),
        sa.Column("notice", sa.String(length=200), server_default="", nullable=False),
        sa.CheckConstraint(f"role IN ({ROLES})", name=op.f("ck_user_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("login", name=op.f("uq_user_login")),
    )
    copied = sa.text(
        f'INSERT INTO "user" ({KEPT}, awake_at) SELECT {KEPT}, :now FROM user_before'  # noqa: S608
    )
    op.get_bind().execute(copied.bindparams(sa.bindparam("now", _now(), sa.DateTime())))
    op.drop_table("user_before")


def _users_in_place() -> None:
    for name in ("ck_user_role", "ck_user_ck_user_role"):  # as the first step named it, or meant to
        op.execute(f'ALTER TABLE "user" DROP CONSTRAINT IF EXISTS {name}')
    op.create_check_constraint(op.f("ck_user_role"), "user", f"role IN ({ROLES})")
    op.add_column("user", sa.Column("last_login_at", sa.DateTime(), nullable=True))
    op.add_column("user", sa.Column("awake_at", sa.DateTime(), nullable=True))
    filled = sa.text('UPDATE "user" SET awake_at = :now')
    op.get_bind().execute(filled.bindparams(sa.bindparam("now", _now(), sa.DateTime())))
    op.alter_column("user", "awake_at", nullable=False)
    op.add_column(
        "user", sa.Column("notice", sa.String(length=200), server_default="", nullable=False)
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _log_ins() -> None:
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("half", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("factor_at", sa.DateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("browser", sa.String(length=40), server_default="", nullable=False)
        )


def _doors() -> None:
    op.create_table(
        "account_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_account_link_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_link")),
    )
    op.create_index(op.f("ix_account_link_user_id"), "account_link", ["user_id"])
    op.create_table(
        "second_factor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.Column("uses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('totp', 'key')", name=op.f("ck_second_factor_kind")),
        sa.CheckConstraint(
            "(kind = 'key') = (credential IS NOT NULL)",
            name=op.f("ck_second_factor_key_with_credential"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_second_factor_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("credential", name=op.f("uq_second_factor_credential")),
    )
    op.create_index("ix_second_factor_user", "second_factor", ["user_id"])
    op.create_index(
        "uq_second_factor_totp", "second_factor", ["user_id"], unique=True,
        sqlite_where=sa.text("kind = 'totp' AND ended_at IS NULL"),
        postgresql_where=sa.text("kind = 'totp' AND ended_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "recovery_code",
        sa.Column("code_key", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("code_key", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"])
