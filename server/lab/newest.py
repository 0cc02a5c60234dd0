"""The newest results that a scope's laboratories entered.  Reads only; no names."""

from operator import attrgetter
from uuid import UUID

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.lab.models import Result

LATEST = 30
MANY = 12  # laboratories among whose results the newest of all soon are


def latest_results(
    session: Session, *, within: Within = ANYWHERE, many: int = MANY
) -> list[Result]:
    """Return the newest results, at most as many as a page shows.

    Those of a few laboratories are found by each one's own: of one that has none, nobody looks
    through what all others ever entered.
    """
    found = select(Result).order_by(Result.entered_at.desc(), Result.id).limit(LATEST)
    if within.everywhere:
        return list(session.scalars(found))
    labs = [lab for lab in laboratories(session) if within.covers(lab)]
    if len(labs) > many:
        return list(session.scalars(found.where(within.rows(Result.lab))))
    if not labs:
        return []
    newest = union_all(*(select(_of(lab).subquery()) for lab in labs)).subquery()
    rows = session.scalars(select(Result).where(Result.id.in_(select(newest.c.id)))).all()
    in_order = sorted(
        sorted(rows, key=attrgetter("id")), key=attrgetter("entered_at"), reverse=True
    )
    return in_order[:LATEST]


def _of(lab: str) -> Select[UUID]:
    mine = select(Result.id).where(Result.lab == lab)
    return mine.order_by(Result.entered_at.desc(), Result.id).limit(LATEST)


def laboratories(session: Session) -> list[str]:
    """Return who entered results: one look at the index for each, whatever there is of it."""
    known = select(func.min(Result.lab).label("lab")).cte("known", recursive=True)
    later = select(func.min(Result.lab)).where(Result.lab > known.c.lab).scalar_subquery()
    every = known.union_all(select(later).where(known.c.lab.is_not(None)))
    return list(session.scalars(select(every.c.lab).where(every.c.lab.is_not(None))))
