"""How far the results of tubes are, for the desks of doubt.  Reads only."""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.db import among_texts
from server.lab.models import Result
from server.lab.queries import heads
from server.outcomes.merge import Status
from server.outcomes.queries import stored_versions
from server.sampling.reach import Reach


def reach_of(session: Session, tubes: Collection[Tube]) -> dict[Tube, Reach]:
    """Return it of those of *tubes* that have a result: two questions for any number of them."""
    by_tube: dict[Tube, list[Result]] = {}
    asked = select(Result).where(among_texts(Result.tube, (each.text for each in tubes)))
    for result in session.scalars(asked) if tubes else ():
        by_tube.setdefault(result.tube, []).append(result)
    there = {tube for tube, results in by_tube.items() if heads(results)}
    found = dict.fromkeys(there, Reach.THERE)
    return found | dict.fromkeys(told(session, tubes, results=True), Reach.TOLD)


def told(session: Session, tubes: Iterable[Tube], *, results: bool = False) -> set[Tube]:
    """Return those of *tubes* of which some record says something now; only *results*, or also that
    somebody must come again."""
    some = list(tubes)
    stored = stored_versions(session, some)
    return {
        tube
        for tube in some
        for each in stored.get(tube.text, {}).values()
        if each.status != Status.WITHDRAWN and (each.result or not results)
    }
