"""Steps summed over the days on which they were passed, for whoever asks for all until a day.

The name of a step gets the room of the longest, 'said_inconclusive', which PostgreSQL refused.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0060_figure_step_totals"
down_revision: str | None = "0059_delivery_arrived"

STEPS = (
    "received", "rejected", "resulted", "released", "delivered", "said_negative", "said_positive",
    "said_inconclusive", "said_invalid", "said_resample", "said_withdrawn",
)  # fmt: skip


def upgrade() -> None:
    for name in ("figure_step", "figure_step_sum"):
        with op.batch_alter_table(name, table_kwargs={"sqlite_with_rowid": False}) as batch_op:
            batch_op.alter_column(
                "step",
                type_=sa.String(length=20),
                existing_type=sa.String(length=16),
                existing_nullable=False,
            )
    op.create_table(
        "figure_step_total",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("first_passed", sa.Date(), nullable=False),
        sa.Column("last_passed", sa.Date(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("resulted", sa.Integer(), nullable=False),
        sa.Column("released", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("said_negative", sa.Integer(), nullable=False),
        sa.Column("said_positive", sa.Integer(), nullable=False),
        sa.Column("said_inconclusive", sa.Integer(), nullable=False),
        sa.Column("said_invalid", sa.Integer(), nullable=False),
        sa.Column("said_resample", sa.Integer(), nullable=False),
        sa.Column("said_withdrawn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "station", "place", name=op.f("pk_figure_step_total")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_figure_step_total_last", "figure_step_total", ["last_passed", "first_passed"]
    )
    named = ", ".join(STEPS)
    sums = ", ".join(f"sum(CASE WHEN step = '{step}' THEN count ELSE 0 END)" for step in STEPS)
    op.execute(
        f"INSERT INTO figure_step_total (day, station, place, first_passed, last_passed, {named})"  # noqa: S608 - names of ours
        f" SELECT day, station, place, min(passed), max(passed), {sums} FROM figure_step_sum"
        " GROUP BY day, station, place"
    )
