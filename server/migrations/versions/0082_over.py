"""What was decided of a tube's arrival says nothing of the next: the scan may have been wrong."""

import sqlalchemy as sa
from alembic import op

revision: str = "0082_over"
down_revision: str | None = "0081_box_corrections"


def upgrade() -> None:
    op.add_column(
        "slip_group", sa.Column("over", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
