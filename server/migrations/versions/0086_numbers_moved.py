"""A question whose sample it is, once the number that it came by leads elsewhere, names its link."""

from alembic import op

revision: str = "0086_numbers_moved"
down_revision: str | None = "0085_shared_lines"


def upgrade() -> None:
    """SQLite takes a reference with a new column, and in no other way than in its own words."""
    kind = "CHAR(32)" if op.get_bind().dialect.name == "sqlite" else "UUID"
    op.execute(
        f"ALTER TABLE disagreement ADD COLUMN identity_id {kind} "
        "CONSTRAINT fk_disagreement_identity_id REFERENCES identity (id)"
    )
