"""Roll-ups summed over operators and laboratories, for pages that ask for neither."""

import sqlalchemy as sa
from alembic import op

revision: str = "0054_figure_sums"
down_revision: str | None = "0053_security_keys"

WHERE = ("day", "station", "place")
COUNTS = (
    "people", "tubes", "voided", "manual", "took_ms", "conflicts", "corrections", "repeats",
    "at_paired", "at_received", "at_rejected", "at_resulted", "at_released", "at_delivered",
    "said_negative", "said_positive", "said_inconclusive", "said_invalid", "said_resample",
    "said_withdrawn", "call_negative", "call_positive", "call_other",
)  # fmt: skip
SUMS = {
    "figure_cell": ((*WHERE, "kind"), COUNTS),
    "figure_step": ((*WHERE, "step", "passed"), ("count",)),
    "figure_span": ((*WHERE, "span"), tuple(f"b{number:02d}" for number in range(22))),
    "figure_hour": ((*WHERE, "hour"), ("people",)),
}


def upgrade() -> None:
    op.create_table(
        "figure_cell_sum",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("tubes", sa.Integer(), nullable=False),
        sa.Column("voided", sa.Integer(), nullable=False),
        sa.Column("manual", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.Column("conflicts", sa.Integer(), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("at_paired", sa.Integer(), nullable=False),
        sa.Column("at_received", sa.Integer(), nullable=False),
        sa.Column("at_rejected", sa.Integer(), nullable=False),
        sa.Column("at_resulted", sa.Integer(), nullable=False),
        sa.Column("at_released", sa.Integer(), nullable=False),
        sa.Column("at_delivered", sa.Integer(), nullable=False),
        sa.Column("said_negative", sa.Integer(), nullable=False),
        sa.Column("said_positive", sa.Integer(), nullable=False),
        sa.Column("said_inconclusive", sa.Integer(), nullable=False),
        sa.Column("said_invalid", sa.Integer(), nullable=False),
        sa.Column("said_resample", sa.Integer(), nullable=False),
        sa.Column("said_withdrawn", sa.Integer(), nullable=False),
        sa.Column("call_negative", sa.Integer(), nullable=False),
        sa.Column("call_positive", sa.Integer(), nullable=False),
        sa.Column("call_other", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "station", "place", "kind", name=op.f("pk_figure_cell_sum")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_hour_sum",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "station", "place", "hour", name=op.f("pk_figure_hour_sum")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_span_sum",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("span", sa.String(length=12), nullable=False),
        sa.Column("b00", sa.Integer(), nullable=False),
        sa.Column("b01", sa.Integer(), nullable=False),
        sa.Column("b02", sa.Integer(), nullable=False),
        sa.Column("b03", sa.Integer(), nullable=False),
        sa.Column("b04", sa.Integer(), nullable=False),
        sa.Column("b05", sa.Integer(), nullable=False),
        sa.Column("b06", sa.Integer(), nullable=False),
        sa.Column("b07", sa.Integer(), nullable=False),
        sa.Column("b08", sa.Integer(), nullable=False),
        sa.Column("b09", sa.Integer(), nullable=False),
        sa.Column("b10", sa.Integer(), nullable=False),
        sa.Column("b11", sa.Integer(), nullable=False),
        sa.Column("b12", sa.Integer(), nullable=False),
        sa.Column("b13", sa.Integer(), nullable=False),
        sa.Column("b14", sa.Integer(), nullable=False),
        sa.Column("b15", sa.Integer(), nullable=False),
        sa.Column("b16", sa.Integer(), nullable=False),
        sa.Column("b17", sa.Integer(), nullable=False),
        sa.Column("b18", sa.Integer(), nullable=False),
        sa.Column("b19", sa.Integer(), nullable=False),
        sa.Column("b20", sa.Integer(), nullable=False),
        sa.Column("b21", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "station", "place", "span", name=op.f("pk_figure_span_sum")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_step_sum",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("passed", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day", "station", "place", "step", "passed", name=op.f("pk_figure_step_sum")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("figure_step_sum", schema=None) as batch_op:
        batch_op.create_index(
            "ix_figure_step_sum_passed",
            ["passed", "step", "day", "station", "place", "count"],
            unique=False,
        )

    for table, (keys, values) in SUMS.items():
        sums = ", ".join(f'sum("{name}")' for name in values)
        named = ", ".join(f'"{name}"' for name in (*keys, *values))
        by = ", ".join(f'"{name}"' for name in keys)
        op.execute(
            f"INSERT INTO {table}_sum ({named}) SELECT {by}, {sums} FROM {table} GROUP BY {by}"  # noqa: S608 - names of ours
        )
