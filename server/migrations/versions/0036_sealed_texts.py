"""What people and receivers write is encrypted wherever it may name somebody."""

import sqlalchemy as sa
from alembic import op

from server import vault

revision: str = "0036_sealed_texts"
down_revision: str | None = "0035_audit_chain"
AT_ONCE = 1000
COLUMNS = (  # table, key, column, may it be empty
    ("delivery", "id", "last_error", True),
    ("delivery_circuit", "target", "last_error", True),
    ("quarantine", "id", "body", False),
    ("roster", "id", "title", False),
    ("roster_draft", "id", "title", False),
    ("tube_void", "id", "reason", False),
    ("vaccination_import", "id", "title", False),
    ("zone_level", "id", "reason", False),
)


def upgrade() -> None:
    """A column is added, filled and renamed: SQLite changes no column's type in its place."""
    for table, key, column, empty in COLUMNS:
        _seal(table, key, column, empty=empty)


def _seal(table: str, key: str, column: str, *, empty: bool) -> None:
    sqlite, new = op.get_bind().dialect.name == "sqlite", f"{column}_sealed"
    default = None if empty or not sqlite else sa.text("x''")
    made = sa.Column(new, sa.LargeBinary(), nullable=empty or not sqlite, server_default=default)
    op.add_column(table, made)
    _fill(table, key, column, new)
    op.drop_column(table, column)
    op.alter_column(table, new, new_column_name=column) if not sqlite else op.execute(
        f"ALTER TABLE {table} RENAME COLUMN {new} TO {column}"
    )
    if not empty and not sqlite:
        op.alter_column(table, column, nullable=False)


def _fill(table: str, key: str, old: str, new: str) -> None:
    kept = sa.table(table, sa.column(key), sa.column(old), sa.column(new, sa.LargeBinary()))
    there = sa.select(kept.c[key], kept.c[old]).where(kept.c[old].is_not(None))
    written = kept.update().where(kept.c[key] == sa.bindparam("this"))
    for some in op.get_bind().execute(there).partitions(AT_ONCE):
        rows = [{"this": row[0], new: _sealed(f"{table}.{old}", row[1])} for row in some]
        op.get_bind().execute(written, rows)


def _sealed(purpose: str, value: str | bytes) -> bytes:
    content = value.encode() if isinstance(value, str) else bytes(value)
    return vault.current().encrypt_bytes(purpose, content)
