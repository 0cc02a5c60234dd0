"""Settle what records must say whenever a tube's facts change, and let results out at the gate.

A new version, the message that tells it and the call for a new sample are written in the
transaction of their cause.  What was said before is kept: versions supersede, none is changed.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.declarations import notice
from server.delivery import services as delivery
from server.errors import NotFound
from server.lab import services as lab
from server.lab.models import Result
from server.outcomes import callbacks, gate, queries
from server.outcomes.facts import facts_of, facts_of_all
from server.outcomes.merge import Ground, Status, TakenBack, merge, taken_back
from server.outcomes.merge import Outcome as Wanted
from server.outcomes.models import Outcome
from server.sampling.models import Pairing
from server.sampling.turns import take_turn

SETTLER = "system:outcomes"


def settle(session: Session, tube: Tube, now: datetime) -> None:
    """Bring the stored outcomes of *tube* to what `merge` says of it; nothing new, nothing done.

    Registered on `sampling.changes.listeners`.  A tube that the laboratory never saw says nothing
    of anybody, so a day of pairings costs one question each.
    """
    take_turn(session, [tube])
    if not queries.concerns_anybody(session, tube):
        return
    facts = facts_of(session, tube)
    wanted = {each.person: each for each in merge(facts).outcomes}
    stored = queries.current_of(session, tube)
    for person in sorted(wanted.keys() | stored.keys()):
        before = stored.get(person)
        if person not in wanted and before is not None:
            _take_back(session, before, taken_back(facts, person), now)
        elif before is None or not _same(before, wanted[person]):
            _say(session, tube, before, wanted[person], now)


def _same(stored: Outcome, wanted: Wanted) -> bool:
    return (
        stored.status,
        stored.reason,
        stored.pairing_id,
        stored.result_id,
        stored.grounds,
    ) == (
        wanted.status.value,
        wanted.reason,
        wanted.pairing,
        wanted.result,
        written(wanted.grounds),
    )


def written(grounds: Iterable[Ground]) -> str:
    """Return *grounds* as they are stored: "decision:<id> reception:<id>", sorted."""
    return " ".join(sorted(f"{ground.kind}:{ground.id}" for ground in grounds))


def _say(
    session: Session, tube: Tube, stored: Outcome | None, wanted: Wanted, now: datetime
) -> None:
    pairing = session.get_one(Pairing, wanted.pairing)
    outcome = Outcome(
        tube=tube,
        person_id=wanted.person,
        status=wanted.status.value,
        reason=wanted.reason,
        pairing_id=wanted.pairing,
        result_id=wanted.result,
        place=pairing.place,
        sampled_at=pairing.paired_at,
        grounds=written(wanted.grounds),
    )
    _publish(session, outcome, stored, now)


def _take_back(session: Session, stored: Outcome, why: TakenBack, now: datetime) -> None:
    """Take an outcome back: its ground is gone."""
    if (stored.status, stored.reason) == (Status.WITHDRAWN, why):
        return
    withdrawn = Outcome(
        tube=stored.tube,
        person_id=stored.person_id,
        status=Status.WITHDRAWN.value,
        reason=why.value,
        pairing_id=stored.pairing_id,
        result_id=stored.result_id,
        place=stored.place,
        sampled_at=stored.sampled_at,
        grounds=stored.grounds,
    )
    _publish(session, withdrawn, stored, now)


def _publish(session: Session, outcome: Outcome, before: Outcome | None, now: datetime) -> None:
    """Write a version with all that follows from it."""
    outcome.id, outcome.at = uuid4(), now
    outcome.version = before.version + 1 if before else 1
    outcome.supersedes = before.id if before else None
    session.add(outcome)
    session.flush()
    audit.record(
        session,
        "outcome.written",
        outcome.id,
        by=SETTLER,
        now=now,
        detail=f"{outcome.tube} v{outcome.version}",  # who reads the trail reads no findings
    )
    callbacks.follow(session, outcome, now=now)
    _tell(session, outcome, before, now)


def _tell(session: Session, outcome: Outcome, before: Outcome | None, now: datetime) -> None:
    result = session.get(Result, outcome.result_id) if outcome.result_id else None
    message = notice.Notice(
        tube=outcome.tube.text,
        status=outcome.status,
        reason=outcome.reason,
        version=outcome.version,
        sampled_at=outcome.sampled_at,
        resulted_at=result.released_at if result else None,
        place=outcome.place,
        supersedes=key_of(before) if before else None,
    )
    delivery.enqueue(
        session,
        target=notice.TARGET,
        key=key_of(outcome),
        subject=str(outcome.person_id),
        version=outcome.version,
        payload=notice.write(message),
        now=now,
    )


def key_of(outcome: Outcome) -> str:
    """Return the key under which every receiver knows this version, for ever."""
    return f"{outcome.tube}/{outcome.person_id}/v{outcome.version}"


def release(
    session: Session, result_ids: Iterable[UUID], *, by: str, now: datetime
) -> list[Result]:
    """Let verified results out, all or none: each tube paired without a doubt, and received.

    Raises ResultHeld with the tube and what is missing; OwnWork for who entered it.
    """
    ids = list(dict.fromkeys(result_ids))
    tubes = [_result(session, result_id).tube for result_id in ids]
    take_turn(session, tubes)
    for tube, facts in facts_of_all(session, tubes).items():
        gate.check(tube, facts)
    return [lab.mark_released(session, result_id, by=by, now=now) for result_id in ids]


def _result(session: Session, result_id: UUID) -> Result:
    result = session.get(Result, result_id)
    if result is None:
        raise NotFound("Không có kết quả này.", "There is no such result.")
    return result
