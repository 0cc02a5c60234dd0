"""Links with reasons, and merges that can be undone."""

import sqlalchemy as sa
from alembic import op

revision: str = "0025_person_links"
down_revision: str | None = "0024_boards"


def upgrade() -> None:
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("merged_at", sa.DateTime(), nullable=False),
        sa.Column("merged_by", sa.String(length=80), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=True),
        sa.Column("undo_reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (undo_reason IS NULL)",
            name=op.f("ck_person_merge_undone_wholly"),
        ),
        sa.CheckConstraint("person_id <> other_id", name=op.f("ck_person_merge_two_records")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_person_merge_other_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_merge_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    op.create_index("ix_person_merge_other_id", "person_merge", ["other_id"])
    live = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_person_merge_live",
        "person_merge",
        ["person_id", "other_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.add_column("identity", sa.Column("reason", sa.LargeBinary(), nullable=True))
    op.add_column("identity", sa.Column("unlink_reason", sa.LargeBinary(), nullable=True))
    _add_reference()
    _forbid_changes()


def _add_reference() -> None:
    """SQLite takes a reference with a new column, and in no other way than in its own words."""
    kind = "CHAR(32)" if op.get_bind().dialect.name == "sqlite" else "UUID"
    op.execute(
        f"ALTER TABLE identity ADD COLUMN replaces_id {kind} "
        "CONSTRAINT fk_identity_replaces_id REFERENCES identity (id)"
    )


def _forbid_changes() -> None:
    """A link is ended once and never deleted; whose it was, since when and why never changes."""
    kept = "person_id, system, kind, evidence, linked_at, linked_by"
    said = "RAISE(ABORT, 'links are ended, never changed')"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER identity_no_delete BEFORE DELETE ON identity BEGIN SELECT {said}; END"
        )
        op.execute(
            "CREATE TRIGGER identity_no_return BEFORE UPDATE OF unlinked_at ON identity "
            f"WHEN OLD.unlinked_at IS NOT NULL BEGIN SELECT {said}; END"
        )
        op.execute(
            "CREATE TRIGGER identity_no_change BEFORE UPDATE OF "
            f"{kept} ON identity BEGIN SELECT {said}; END"
        )
        return
    op.execute(
        "CREATE FUNCTION identity_is_kept() RETURNS trigger AS $$ BEGIN "
        "RAISE EXCEPTION 'links are ended, never changed'; END $$ LANGUAGE plpgsql"
    )
    op.execute(
        "CREATE TRIGGER identity_no_delete BEFORE DELETE OR TRUNCATE ON identity "
        "FOR EACH STATEMENT EXECUTE FUNCTION identity_is_kept()"
    )
    op.execute(
        "CREATE TRIGGER identity_no_return BEFORE UPDATE OF unlinked_at ON identity "
        "FOR EACH ROW WHEN (OLD.unlinked_at IS NOT NULL) EXECUTE FUNCTION identity_is_kept()"
    )
    op.execute(
        f"CREATE TRIGGER identity_no_change BEFORE UPDATE OF {kept} "
        "ON identity FOR EACH STATEMENT EXECUTE FUNCTION identity_is_kept()"
    )
