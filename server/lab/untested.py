"""Keep `Reception.to_test` what receptions, results and orders say, so that desks need not search.

`outcomes.settling` has it looked at whenever the facts about a tube changed.
"""

from collections.abc import Iterable

from sqlalchemy import and_, update
from sqlalchemy.orm import Session

from server.db import among, listed
from server.lab import queries
from server.lab.models import Reception

_WAITS = and_(Reception.accepted.is_(True), ~queries.tested(Reception.tube))
_REVIEW = (
    update(Reception)
    .where(among(Reception.tube, "tubes"), Reception.to_test != _WAITS)
    .values(to_test=_WAITS)
    .execution_options(synchronize_session=False)
)


def review(session: Session, tubes: Iterable[str]) -> None:
    """Look at the tubes with these texts, in this transaction's turn."""
    session.execute(_REVIEW, {"tubes": listed(tubes)})
