"""What must hold after a laboratory's day, asked of its database in plain questions."""

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from benchmarks import open_work
from server.db import Database
from server.lab import disputes, queries, wells
from server.lab.boxes import queries as boxes
from server.lab.imports import queries as imports
from server.lab.models import Reception, Result
from server.lab.run_models import Run
from server.outcomes.desks import NOBODY, Desk, Wish, load_of, waiting_on
from server.outcomes.models import Outcome
from server.sampling.decision_models import SlipGroup
from server.sampling.models import Pairing

# What stays for people after the day: calls, tubes nobody was given, a tube that never came.
OWNED = (Desk.CALLBACKS_OPEN, Desk.RESULT_WITHOUT_PAIRING, Desk.PAIRING_WITHOUT_RECEPTION)
STAYS = frozenset({*OWNED, Desk.OUTCOME_WITHOUT_DELIVERY})  # the outbox has nobody to send to here


def faults(database: Database) -> list[str]:
    """Return every promise that was broken, in words; none is what we want."""
    with database.read() as session:
        return [*_unsafe(session), *_left(session), *open_work.faults(session)]


def _unsafe(session: Session) -> list[str]:
    given = exists().where(Pairing.tube == Outcome.tube, Pairing.person_id == Outcome.person_id)
    came = exists().where(Reception.tube == Result.tube, Reception.accepted.is_(True))
    paired = exists().where(Pairing.tube == Result.tube)
    out = Result.released_at.is_not(None)
    alone = (Result.released_by == Result.entered_by) | (Result.verified_by == Result.entered_by)
    unsafe_run = exists().where(
        Run.id == Result.run_id, (Run.controls != "passed") | Run.verified_at.is_(None)
    )
    stands = exists().where(
        Run.id == Result.run_id, Run.withdrawn_at.is_not(None), Result.withdrawn_at.is_(None)
    )
    asked = {
        "outcomes of people never paired": select(func.count(Outcome.id)).where(~given),
        "releases of tubes not received": _results(and_(out, ~came)),
        "releases of tubes not paired": _results(and_(out, ~paired)),
        "releases by who entered": _results(and_(out, alone)),
        "releases of runs whose controls nobody verified": _results(and_(out, unsafe_run)),
        "results of withdrawn runs that stand": _results(stands),
    }
    found = {what: session.scalar(question) for what, question in asked.items()}
    return [f"{count} {what}" for what, count in found.items() if count]


def _results(which: ColumnElement[bool]) -> Select[int]:
    return select(func.count(Result.id)).where(which)


def _left(session: Session) -> list[str]:
    left = {desk.value: load_of(session, desk).count for desk in Desk if desk not in STAYS}
    left |= {
        "boxes with a difference": len(boxes.open_differences(session)),
        "runs to confirm": len(wells.unconfirmed(session)),
        "controls to verify": len(wells.unverified(session, by="")),
        "disputes": len(disputes.open_disputes(session)),
        "imports": imports.waiting(session)[0],
        "orders to test again": len(queries.open_orders(session)),
        "slips": session.scalars(
            select(func.count(SlipGroup.id)).where(SlipGroup.decided_at.is_(None))
        ).one(),
    }
    left |= {
        f"{desk} that nobody owns": len(waiting_on(session, desk, Wish(owner=NOBODY)))
        for desk in OWNED
    }
    return [f"{count} left: {what}" for what, count in left.items() if count]


def counts(database: Database) -> dict[str, int]:
    """Return what the day came to."""
    with database.read() as session:
        asked = {
            "results": select(func.count(Result.id)),
            "released": select(func.count(Result.id)).where(Result.released_at.is_not(None)),
            "withdrawn": select(func.count(Result.id)).where(Result.withdrawn_at.is_not(None)),
            "runs": select(func.count(Run.id)),
            "outcomes": select(func.count(Outcome.id)),
        }
        found = {name: session.scalar(question) or 0 for name, question in asked.items()}
        found |= {desk.value: load_of(session, desk).count for desk in sorted(STAYS)}
    return found
