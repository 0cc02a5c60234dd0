"""How many processes began to read an import."""

import sqlalchemy as sa
from alembic import op

revision: str = "0063_import_attempts"
down_revision: str | None = "0062_results_of_labs"


def upgrade() -> None:
    op.add_column(
        "import_file", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False)
    )
