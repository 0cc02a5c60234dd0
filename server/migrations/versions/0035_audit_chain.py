"""The audit trail is chained and sealed."""

import sqlalchemy as sa
from alembic import op

revision: str = "0035_audit_chain"
down_revision: str | None = "0034_partner_doors"


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("mark", sa.LargeBinary(), nullable=True))
    op.create_table(
        "audit_link",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_audit_link_position")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_link_entry_id")),
    )
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_audit_seal_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
    )
    for table in ("audit_link", "audit_seal"):
        _make_final(table)


def _make_final(table: str) -> None:
    """Let nobody change or delete what was sealed, whatever program they use."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'what was sealed is never changed'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_final()"
    )
