"""A laboratory's results by their time; withdrawn ones by an index of theirs alone.

The index by runs goes: the constraint of a run's tubes has one that begins with the run.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0062_results_of_labs"
down_revision: str | None = "0061_figure_wholes"

WITHDRAWN = sa.text("withdrawn_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_result_lab", "result", ["lab", "entered_at"])
    op.drop_index("ix_result_run_id", "result")
    op.drop_index("ix_result_withdrawn_at", "result")
    op.create_index(
        "ix_result_withdrawn_at", "result", ["withdrawn_at"],
        sqlite_where=WITHDRAWN, postgresql_where=WITHDRAWN,
    )  # fmt: skip
