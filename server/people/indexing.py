"""Fill the index of name parts for records that were there before it, or under other keys."""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from server.db import Database
from server.people.models import NAME_PARTS, Person
from server.people.name_parts import numbers_of

AT_ONCE = 2000


def index_names(database: Database, *, anew: bool = False) -> int:
    """Number the names that have no numbers yet, or all of them *anew*; return how many."""
    count, after = 0, UUID(int=0)
    while True:
        with database.write() as session:
            some = _some(session, after, anew=anew)
            _write(session, some)
        if not some:
            return count
        count, after = count + len(some), some[-1][0]


def unnumbered(session: Session) -> bool:
    """Return whether somebody's name cannot be found by its parts."""
    there = select(Person.id).where(Person.name.is_not(None), Person.name_1_blind.is_(None))
    return session.scalar(there.limit(1)) is not None


def _some(session: Session, after: UUID, *, anew: bool) -> list[tuple[UUID, str]]:
    found = select(Person.id, Person.name).where(Person.id > after, Person.name.is_not(None))
    if not anew:
        found = found.where(Person.name_1_blind.is_(None))
    rows = session.execute(found.order_by(Person.id).limit(AT_ONCE))
    return [(each, name or "") for each, name in rows]


def _write(session: Session, some: list[tuple[UUID, str]]) -> None:
    table = Person.__table__
    change = update(table).where(table.c.id == bindparam("which"))  # type: ignore[arg-type]
    rows: list[dict[str, Any]] = [
        {"which": each, **dict(zip(NAME_PARTS, numbers_of(each, name), strict=True))}
        for each, name in some
    ]
    if rows:
        session.connection().execute(
            change.values({column: bindparam(column) for column in NAME_PARTS}), rows
        )
