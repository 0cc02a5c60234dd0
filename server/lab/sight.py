"""Which tubes somebody may look at: a laboratory the tubes that it has, others by place.

A laboratory has what it received, what came to it from another, and what it gave a result for
(docs/access.md).
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
from server.lab import moves, queries, receptions, refusals
from server.lab.models import Reception, Result
from server.lab.move_models import TubeMove
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
    # Never the table that the column is of.
    received, moved, said = aliased(Reception), aliased(TubeMove), aliased(Result)
    return or_(
        exists().where(received.tube == of, within.rows(received.lab)),
        exists().where(moved.tube == of, within.rows(moved.lab)),
        exists().where(said.tube == of, within.rows(said.lab)),
    )


def sees_tube(session: Session, within: Within, tube: Tube) -> bool:
    if not within.at_lab or within.everywhere:
        return sight.sees_tube(session, within, tube)
    gave = session.scalars(select(Result.lab).where(Result.tube == tube))
    return any(map(within.covers, (*_labs_with(session, tube), *gave)))


def check_tube(session: Session, within: Within, tube: Tube, *, moved: bool = False) -> None:
    """Raise UnknownTube, as for a tube of no lot, where only laboratories outside received *tube*.

    A result alone does not make it theirs: it may be of another tube.  What no laboratory received
    yet comes from anywhere.  *moved*: somebody says that it came from another laboratory, and they
    hold it in their hands; one that was rejected goes nowhere.
    """
    if within.everywhere:
        return
    labs = _labs_with(session, tube) - {""}
    if not labs or any(map(within.covers, labs)):
        return
    if not within.at_lab and sight.sees_tube(session, within, tube):
        return
    reception = queries.reception_of(session, tube)
    if reception is None or not (
        _one_with_station(session, within, reception) or (moved and reception.accepted)
    ):
        raise refusals.unknown_tube(tube)


def _one_with_station(session: Session, within: Within, reception: Reception) -> bool:
    """Return whether a station of a wider place received for a laboratory of that scope."""
    if not within.at_lab or not reception.lab:
        return False
    first = next(iter(receptions.standing_steps(session, reception.tube)), None)
    by = first.by if first else reception.by  # of a rejected tube `by` is who rejected it
    return any(not moves.is_other(reception, area, by) for area in within.areas)


def _labs_with(session: Session, tube: Tube) -> set[str]:
    """Return the laboratories that *tube* came to: '' where its reception names none."""
    received = select(Reception.lab).where(Reception.tube == tube)
    moved = select(TubeMove.lab).where(TubeMove.tube == tube)
    return set(session.scalars(received.union(moved)))


def check_results(session: Session, within: Within, ids: Collection[UUID]) -> None:
    """Raise NotFound where one of these results is of another laboratory, or there is none."""
    for each in ids:
        if not within.covers(queries.result(session, each).lab):
            raise NotFound("Không có kết quả này.", "There is no such result.")


def results_of(session: Session, within: Within, tube: Tube) -> list[Result]:
    """Return a tube's results, oldest first: none for what another laboratory has."""
    return queries.results_of(session, tube) if sees_tube(session, within, tube) else []
