"""Triggers that keep rows as they are, lifted for the one transaction that seals them anew."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Table, text
from sqlalchemy.orm import Session


@contextmanager
def unguarded(session: Session, table: Table) -> Iterator[None]:
    """Lift what forbids changes to *table*, and put it back before the transaction ends.

    Only for what means the same afterwards.  An error undoes the lifting with everything else.
    """
    if session.get_bind().dialect.name == "sqlite":
        asked = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t")
        guards = session.execute(asked, {"t": table.name}).all()
        for name, _ in guards:
            session.execute(text(f'DROP TRIGGER "{name}"'))
        yield
        for _, statement in guards:
            session.connection().exec_driver_sql(statement)
        return
    asked = text(
        "SELECT 1 FROM pg_trigger WHERE tgrelid = CAST(:t AS regclass) AND NOT tgisinternal LIMIT 1"
    )
    guarded = session.scalar(asked, {"t": f'"{table.name}"'}) is not None
    if guarded:
        session.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
    yield
    if guarded:
        session.execute(text(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'))
