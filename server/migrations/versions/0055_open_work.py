"""What is open is kept beside what ever was: tubes to test, runs to confirm, orders, boxes."""

import sqlalchemy as sa
from alembic import op

revision: str = "0055_open_work"
down_revision: str | None = "0054_figure_sums"


def upgrade() -> None:
    op.create_table(
        "box_open",
        sa.Column("box", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("box", name=op.f("pk_box_open")),
    )
    for table, column in (("reception", "to_test"), ("run", "unconfirmed")):
        op.add_column(
            table, sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.add_column("test_order", sa.Column("met_at", sa.DateTime(), nullable=True))
    for each in (TO_TEST, UNCONFIRMED, MET, OPEN_BOXES):
        op.execute(each)
    _index("ix_reception_to_test", "reception", ["at"], ("to_test IS 1", "to_test IS true"))
    _index(
        "ix_run_unconfirmed", "run", ["entered_at"],
        ("unconfirmed IS 1 AND withdrawn_at IS NULL",
         "unconfirmed IS true AND withdrawn_at IS NULL"),
    )  # fmt: skip
    _index("ix_pairing_manual", "pairing", ["paired_at"], ("manual IS 1", "manual IS true"))
    undelivered = "delivered_at IS NULL"
    op.drop_index("ix_delivery_order", "delivery")
    _index("ix_delivery_order", "delivery", ["target", "subject", "id"], (undelivered, undelivered))
    both = "cancelled_at IS NULL AND met_at IS NULL"
    _index("ix_test_order_open", "test_order", ["at", "id"], (both, both))


def _index(name: str, table: str, columns: list[str], where: tuple[str, str]) -> None:
    sqlite, postgresql = map(sa.text, where)
    op.create_index(name, table, columns, sqlite_where=sqlite, postgresql_where=postgresql)


TO_TEST = """
    UPDATE reception SET to_test = true WHERE accepted AND NOT EXISTS (
        SELECT 1 FROM result WHERE result.tube = reception.tube AND result.withdrawn_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM result AS later WHERE later.corrects = result.id)
        AND NOT EXISTS (
            SELECT 1 FROM test_order WHERE result_id = result.id AND cancelled_at IS NULL))
"""
UNCONFIRMED = """
    UPDATE run SET unconfirmed = true WHERE EXISTS (
        SELECT 1 FROM reading WHERE reading.run_id = run.id AND reading.tube IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM result WHERE result.run_id = run.id AND result.tube = reading.tube))
"""
MET = """
    UPDATE test_order SET met_at = (
        SELECT entered_at FROM result WHERE corrects = test_order.result_id)
    WHERE cancelled_at IS NULL
"""
OPEN_BOXES = """
    INSERT INTO box_open (box, since) SELECT box, min(at) FROM box_step GROUP BY box
    HAVING sum(CASE WHEN kind = 'counted' THEN 1 ELSE 0 END) = 0
    OR min(count) <> max(count)
    OR sum(CASE kind WHEN 'given' THEN 1 WHEN 'taken' THEN -1 ELSE 0 END) <> 0
    OR sum(CASE kind WHEN 'put-in' THEN 1 WHEN 'taken-out' THEN -1 ELSE 0 END)
        NOT IN (0, max(count))
    OR box IN (
        SELECT box FROM box_step AS scanned WHERE kind = 'put-in' AND NOT EXISTS (
            SELECT 1 FROM reception
            WHERE reception.box = scanned.box AND reception.tube = scanned.tube))
    OR box IN (
        SELECT box FROM reception WHERE EXISTS (
            SELECT 1 FROM box_step WHERE box_step.box = reception.box AND kind = 'put-in')
        AND NOT EXISTS (
            SELECT 1 FROM box_step WHERE box_step.box = reception.box AND kind = 'put-in'
            AND box_step.tube = reception.tube))
"""
