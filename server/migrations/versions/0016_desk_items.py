"""Where tubes stand, who sees to them, and how people were called."""

import sqlalchemy as sa
from alembic import op

revision: str = "0016_desk_items"
down_revision: str | None = "0015_station_health"

LIVE = (
    "NOT EXISTS (SELECT 1 FROM pairing_void v"
    " WHERE v.pairing_id = {0}.id AND v.station = {0}.station)"
    " AND NOT EXISTS (SELECT 1 FROM conflict_claim c"
    " WHERE c.pairing_id = {0}.id AND c.upheld = false)"
)
PAIRED = f"EXISTS (SELECT 1 FROM pairing p WHERE p.tube = x.tube AND {LIVE.format('p')})"  # noqa: S608
CONTESTED = "EXISTS (SELECT 1 FROM tube_conflict t WHERE t.tube = x.tube AND t.decided_at IS NULL)"
RESULTED = "EXISTS (SELECT 1 FROM result r WHERE r.tube = x.tube)"
ACCEPTED = "EXISTS (SELECT 1 FROM reception a WHERE a.tube = x.tube AND a.accepted = true)"
RECEIVED = "EXISTS (SELECT 1 FROM reception a WHERE a.tube = x.tube)"
LAST = "NOT EXISTS (SELECT 1 FROM result l WHERE l.corrects = x.id)"
# What waits when the desks are set up; afterwards every change keeps them.
STANDING = (
    ("pairing_without_reception", "x.paired_at", "''", "''",
     f"pairing x WHERE {LIVE.format('x')} AND NOT {RECEIVED}"),
    ("result_without_pairing", "x.entered_at", "x.call", "''",
     f"result x WHERE x.corrects IS NULL AND NOT {PAIRED} AND NOT {CONTESTED}"),
    ("reception_without_pairing", "x.at", "''", "x.box",
     f"reception x WHERE NOT {PAIRED} AND NOT {CONTESTED} AND NOT {RESULTED}"),
    ("reception_without_result", "x.at", "''", "x.box",
     f"reception x WHERE x.accepted = true AND {PAIRED} AND NOT {RESULTED}"),
    ("result_without_release", "x.entered_at",
     "CASE WHEN x.verified_at IS NULL THEN 'entered' ELSE 'verified' END", "''",
     f"result x WHERE x.released_at IS NULL AND {LAST} AND {PAIRED} AND {ACCEPTED}"
     f" AND NOT {CONTESTED}"),
)  # fmt: skip


def upgrade() -> None:
    _items()
    _cases()
    _calls()
    op.drop_index("ix_outcome_tube", "outcome")  # the unique constraint begins with the tube
    _fill()


def _items() -> None:
    op.create_table(
        "desk_item",
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("desk", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("detail", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("box", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("tube", name="pk_desk_item"),
    )
    op.create_index("ix_desk_item_box", "desk_item", ["box"])
    op.create_index("ix_desk_item_desk_place", "desk_item", ["desk", "place", "since"])
    op.create_index("ix_desk_item_desk_since", "desk_item", ["desk", "since", "tube"])
    op.create_index("ix_desk_item_desk_station", "desk_item", ["desk", "station", "since"])
    op.create_table(
        "desk_limit",
        sa.Column("desk", sa.String(length=32), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("escalate_minutes", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "late_minutes > 0 AND escalate_minutes >= late_minutes", name="ck_desk_limit_minutes"
        ),
        sa.PrimaryKeyConstraint("desk", name="pk_desk_limit"),
    )


def _cases() -> None:
    op.create_table(
        "desk_case",
        sa.Column("desk", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("owned_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(owner IS NULL) = (owned_at IS NULL)", name="ck_desk_case_owned_wholly"
        ),
        sa.CheckConstraint(
            "owner IS NULL OR closed_at IS NULL", name="ck_desk_case_owned_or_closed"
        ),
        sa.PrimaryKeyConstraint("desk", "subject", name="pk_desk_case"),
    )
    owned = sa.text("owner IS NOT NULL")
    op.create_index(
        "ix_desk_case_owner",
        "desk_case",
        ["owner", "desk"],
        sqlite_where=owned,
        postgresql_where=owned,
    )
    op.create_index("ix_desk_case_subject", "desk_case", ["subject"])
    op.create_table(
        "desk_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("desk", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("to", sa.String(length=80), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "action IN ('taken', 'handed-over', 'given-back', 'noted', 'explained', 'reopened')",
            name="ck_desk_event_action",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_desk_event"),
    )
    op.create_index("ix_desk_event_subject", "desk_event", ["subject", "at"])


def _calls() -> None:
    with op.batch_alter_table("callback") as table:
        table.add_column(sa.Column("due_at", sa.DateTime(), nullable=True))
        table.add_column(sa.Column("ended", sa.String(length=12), nullable=True))
    op.execute("UPDATE callback SET due_at = opened_at")
    op.execute(
        "UPDATE callback SET ended = CASE WHEN done_by = 'system:outcomes' THEN 'not-needed'"
        " ELSE 'given-up' END WHERE done_at IS NOT NULL"
    )
    with op.batch_alter_table("callback") as table:
        table.alter_column("due_at", existing_type=sa.DateTime(), nullable=False)
        table.drop_constraint("ck_callback_done_wholly", type_="check")
        table.create_check_constraint(
            "ck_callback_done_wholly",
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (note IS NULL)"
            " AND (done_at IS NULL) = (ended IS NULL)",
        )
        table.create_check_constraint(
            "ck_callback_ended", "ended IN ('resampled', 'not-needed', 'given-up')"
        )
    waiting = sa.text("done_at IS NULL")
    op.create_index(
        "ix_callback_due",
        "callback",
        ["due_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("ix_callback_done_at", "callback", ["done_at"])
    op.create_table(
        "callback_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("callback_id", sa.Uuid(), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("appointment_at", sa.DateTime(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "(how = 'appointment') = (appointment_at IS NOT NULL)",
            name="ck_callback_attempt_appointment",
        ),
        sa.CheckConstraint(
            "how IN ('no-answer', 'wrong-number', 'reached', 'appointment', 'refuses')",
            name="ck_callback_attempt_how",
        ),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["callback.id"], name="fk_callback_attempt_callback_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_callback_attempt"),
    )
    op.create_index("ix_callback_attempt_callback_id", "callback_attempt", ["callback_id", "at"])


def _fill() -> None:
    head = "INSERT INTO desk_item (tube, desk, since, detail, place, station, box)"
    first = "(SELECT min(p.{0}) FROM pairing p WHERE p.tube = x.tube)"
    for desk, since, detail, box, rest in STANDING:
        place, station = (
            f"coalesce({first.format(column)}, '')" for column in ("place", "station")
        )
        columns = f"x.tube, '{desk}', min({since}), min({detail}), {place}, {station}, min({box})"
        op.execute(f"{head} SELECT {columns} FROM {rest} GROUP BY x.tube")  # noqa: S608
