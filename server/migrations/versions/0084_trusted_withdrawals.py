"""An arrival may have been taken back by a clock that ran ahead: its time is relied on no more."""

import sqlalchemy as sa
from alembic import op

revision: str = "0084_trusted_withdrawals"
down_revision: str | None = "0083_lines"


def upgrade() -> None:
    op.add_column(
        "arrival_withdrawal",
        sa.Column("trusted", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
