"""Which tubes somebody may look at: a laboratory the tubes that it has, others by place.

A laboratory has what it received and what it gave a result for (docs/access.md).
"""

from collections.abc import Collection
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import Session, aliased

from contract.tubes import Tube
from server.accounts.within import Within
from server.errors import NotFound
from server.lab import queries
from server.lab.models import Reception, Result
from server.sampling import sight


def tubes(within: Within, of: Any) -> ColumnElement[bool]:
    """Say of a column of tubes that they are of that scope."""
    if within.everywhere:
        return true()
    return of_lab(within, of) if within.at_lab else sight.tubes(within, of)


@lru_cache(maxsize=1024)
def of_lab(within: Within, of: Any) -> ColumnElement[bool]:
    """Say of a column of tubes that a laboratory of that scope has them.

    Put together once for each column: that takes longer than the answer.
    """
    received, said = aliased(Reception), aliased(Result)  # never the table that the column is of
    return or_(
        exists().where(received.tube == of, within.rows(received.lab)),
        exists().where(said.tube == of, within.rows(said.lab)),
    )


def sees_tube(session: Session, within: Within, tube: Tube) -> bool:
    if not within.at_lab or within.everywhere:
        return sight.sees_tube(session, within, tube)
    labs = select(Reception.lab).where(Reception.tube == tube)
    gave = select(Result.lab).where(Result.tube == tube)
    return any(within.covers(lab) for lab in session.scalars(labs.union(gave)))


def check_results(session: Session, within: Within, ids: Collection[UUID]) -> None:
    """Raise NotFound where one of these results is of another laboratory, or there is none."""
    for each in ids:
        if not within.covers(queries.result(session, each).lab):
            raise NotFound("Không có kết quả này.", "There is no such result.")


def results_of(session: Session, within: Within, tube: Tube) -> list[Result]:
    """Return a tube's results, oldest first: none for what another laboratory has."""
    return queries.results_of(session, tube) if sees_tube(session, within, tube) else []
