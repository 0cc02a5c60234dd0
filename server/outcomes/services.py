"""Let results out at the gate.  What records must say follows by itself: see `settling`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.errors import NotFound
from server.lab import services as lab
from server.lab.models import Result
from server.outcomes import gate
from server.outcomes.facts import facts_of_all
from server.outcomes.models import Outcome
from server.outcomes.plain import clear_tubes
from server.outcomes.settling import settle as settle
from server.outcomes.settling import settle_many as settle_many
from server.outcomes.versions import key_of as _key_of
from server.sampling import changes
from server.sampling.turns import take_turn


def key_of(outcome: Outcome) -> str:
    """Return the key under which every receiver knows this version, for ever."""
    return _key_of(outcome.tube, outcome.person_id, outcome.version)


def release(
    session: Session,
    result_ids: Iterable[UUID],
    *,
    by: str,
    now: datetime,
    seen: Mapping[UUID, str] | None = None,
) -> list[Result]:
    """Let verified results out, all or none: each tube paired without a doubt, and received.

    Raises ResultHeld with the tube and what is missing; OwnWork for who entered it; StaleScreen if
    one does not stand any more as it was *seen*.
    """
    ids = list(dict.fromkeys(result_ids))
    of = {result_id: _result(session, result_id).tube for result_id in ids}
    take_turn(session, of.values())
    session.flush()
    clear = clear_tubes(session, list(of.values()))  # nothing is known that could hold them
    doubtful = {each: tube for each, tube in of.items() if tube.text not in clear}
    facts = facts_of_all(session, list(doubtful.values()))
    for each, tube in doubtful.items():
        gate.check(tube, facts[tube], each)
    stamps = seen or {}
    with changes.together(session, now=now):
        return [
            lab.mark_released(session, each, by=by, now=now, seen=stamps.get(each)) for each in ids
        ]


def _result(session: Session, result_id: UUID) -> Result:
    result = session.get(Result, result_id, populate_existing=True)
    if result is None:
        raise NotFound("Không có kết quả này.", "There is no such result.")
    return result
