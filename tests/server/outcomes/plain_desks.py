"""The desks in plain statements over all tables: slow, obvious, what `desk_item` must agree with.

They search every tube each time, so the product does not use them.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from contract.tubes import Tube
from server.lab.models import Reception, Result
from server.outcomes.desks import Desk, live
from server.sampling.models import Pairing, TubeConflict


def _paired(of: Any) -> ColumnElement[bool]:
    return exists().where(Pairing.tube == of, live())


def _received(of: Any) -> ColumnElement[bool]:
    return exists().where(Reception.tube == of, Reception.accepted.is_(True))


def _contested(of: Any) -> ColumnElement[bool]:
    return exists().where(TubeConflict.tube == of, TubeConflict.decided_at.is_(None))


def _tested(of: Any) -> ColumnElement[bool]:
    return exists().where(Result.tube == of, Result.withdrawn_at.is_(None))


def _results_unpaired() -> Select[*tuple[Any, ...]]:
    """The oldest first, of those that no released one replaced, itself or along its chain."""
    gone = select(Result.corrects).where(Result.released_at.is_not(None)).cte(recursive=True)
    gone = gone.union(select(Result.corrects).join(gone, Result.id == gone.c.corrects))
    found = select(Result.tube, Result.entered_at.label("since"), Result.call.label("detail"))
    return found.where(
        Result.withdrawn_at.is_(None),
        Result.id.not_in(select(gone.c.corrects).where(gone.c.corrects.is_not(None))),
        ~_paired(Result.tube),
        ~_contested(Result.tube),
    ).order_by(Result.entered_at)


def _receptions_unpaired() -> Select[*tuple[Any, ...]]:
    found = select(Reception.tube, Reception.at.label("since"), Reception.box.label("detail"))
    return found.where(
        ~_paired(Reception.tube),
        ~_contested(Reception.tube),
        ~_tested(Reception.tube),
    )


def _pairings_not_received() -> Select[*tuple[Any, ...]]:
    found = select(
        Pairing.tube,
        func.min(Pairing.paired_at).label("since"),
        func.min(Pairing.place).label("detail"),
    )
    return found.where(live(), ~exists().where(Reception.tube == Pairing.tube)).group_by(
        Pairing.tube
    )


def _receptions_untested() -> Select[*tuple[Any, ...]]:
    found = select(Reception.tube, Reception.at.label("since"), Reception.box.label("detail"))
    return found.where(
        Reception.accepted.is_(True),
        _paired(Reception.tube),
        ~_tested(Reception.tube),
    )


def _results_held() -> Select[*tuple[Any, ...]]:
    later = aliased(Result)
    state = case((Result.verified_at.is_(None), "entered"), else_="verified").label("detail")
    found = select(Result.tube, Result.entered_at.label("since"), state)
    return found.where(
        Result.released_at.is_(None),
        Result.withdrawn_at.is_(None),
        ~exists().where(later.corrects == Result.id),
        _paired(Result.tube),
        _received(Result.tube),
        ~_contested(Result.tube),
    )


STATEMENTS = {
    Desk.RESULT_WITHOUT_PAIRING: _results_unpaired,
    Desk.RECEPTION_WITHOUT_PAIRING: _receptions_unpaired,
    Desk.PAIRING_WITHOUT_RECEPTION: _pairings_not_received,
    Desk.RECEPTION_WITHOUT_RESULT: _receptions_untested,
    Desk.RESULT_WITHOUT_RELEASE: _results_held,
}


def plain(session: Session) -> dict[Tube, tuple[Desk, Any]]:
    """Return the desk of every tube that stands on one, and since when."""
    found: dict[Tube, tuple[Desk, Any]] = {}
    for desk, statement in STATEMENTS.items():
        for tube, since, _detail in session.execute(statement()):
            found.setdefault(tube, (desk, since))
    return found
