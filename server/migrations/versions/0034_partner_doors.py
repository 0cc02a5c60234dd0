"""At which door a partner asked."""

import sqlalchemy as sa
from alembic import op

revision: str = "0034_partner_doors"
down_revision: str | None = "0033_stick_clocks"


def upgrade() -> None:
    op.add_column(
        "partner_question",
        sa.Column("door", sa.String(length=8), server_default="resolve", nullable=False),
    )
