"""People may take their consent back."""

from alembic import op

revision: str = "0044_withdrawals"
down_revision: str | None = "0043_upstream"


def upgrade() -> None:
    """SQLite changes no constraint in its place: the table is written anew; nothing refers to it."""
    kinds = "kind IN ('see', 'correct', 'delete', 'withdraw')"
    with op.batch_alter_table("data_request", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_data_request_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_data_request_kind"), kinds)
