"""Phones forget whoever was erased while they still knew them."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision: str = "0067_phones_of_erased"
down_revision: str | None = "0066_empty_tubes"


def upgrade() -> None:
    entry = sa.table("audit_entry", sa.column("action"), sa.column("subject"))
    known = sa.table("phone_person", sa.column("person_id", sa.Uuid()))
    erased = sa.select(entry.c.subject).where(entry.c.action == "person.erased").distinct()
    forget = known.delete().where(known.c.person_id == sa.bindparam("whom"))
    connection = op.get_bind()
    for some in connection.execute(erased).partitions(1000):
        connection.execute(forget, [{"whom": UUID(subject)} for (subject,) in some])
