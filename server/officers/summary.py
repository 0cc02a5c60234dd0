"""The day in numbers, for programs and for the overview.  Reads only.

Every number counts rows of one table, so that each can be held against what others counted.
"""

from datetime import datetime
from functools import partial

import msgspec
from sqlalchemy import column, func, select, table
from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.delivery import queries as delivery
from server.lab.models import Reception, Result
from server.outcomes import queries as outcomes
from server.outcomes.desk_loads import loads
from server.outcomes.desks import live
from server.outcomes.models import Callback
from server.sampling import sight
from server.sampling.models import Pairing, PairingVoid
from server.sampling.queries import tallies

POOL = "pool"
# The intake's tables, by name: its package stands beside this one, and neither imports the other.
_EVENTS = table("wire_event", column("state"))
_ALERTS = table("chain_alert", column("closed_at"))
_QUARANTINE = table("quarantine", column("id"))


class Intake(msgspec.Struct, frozen=True):
    """Events as stations sent them, by what became of them."""

    events: int
    applied: int
    refused: int
    waiting: int
    alerts_open: int
    quarantined: int


class Summary(msgspec.Struct, frozen=True):
    """Counts of everything.

    `pairings` counts voided ones too, `people` those with a pairing that holds, `pools` tubes.
    `resulted`, `verified` and `released` count results, corrections among them.
    """

    people: int
    pairings: int
    voided: int
    pools: int
    received: int
    rejected: int
    resulted: int
    verified: int
    released: int
    corrected: int
    outcomes_by_status: dict[str, int]
    delivered: int
    callbacks_open: int
    unmatched: dict[str, int]
    refused_by_reason: dict[str, int]
    let_go_by_reason: dict[str, int]
    intake: Intake
    now: datetime


def summary(session: Session, now: datetime, within: Within = ANYWHERE) -> Summary:
    """Count everything in that scope as it stands.  The intake is counted for the whole server."""
    count, given = partial(_count, session), within.rows(Pairing.place)
    received, resulted, voided = (
        sight.tubes(within, each) for each in (Reception.tube, Result.tube, PairingVoid.tube)
    )
    called = Callback.done_at.is_(None), within.rows(Callback.place)
    return Summary(
        people=count(select(func.count(Pairing.person_id.distinct())).where(live(), given)),
        pairings=count(select(func.count(Pairing.id)).where(given)),
        voided=count(select(func.count(PairingVoid.pairing_id.distinct())).where(voided)),
        pools=count(
            select(func.count(Pairing.tube.distinct())).where(Pairing.order == POOL, given)
        ),
        received=count(select(func.count()).where(Reception.accepted.is_(True), received)),
        rejected=count(select(func.count()).where(Reception.accepted.is_(False), received)),
        resulted=count(select(func.count(Result.id)).where(resulted)),
        verified=count(select(func.count(Result.verified_at)).where(resulted)),
        released=count(select(func.count(Result.released_at)).where(resulted)),
        corrected=count(select(func.count(Result.corrects)).where(resulted)),
        outcomes_by_status=outcomes.current_counts(session, within),
        delivered=delivery.arrived(session, within),
        callbacks_open=count(select(func.count()).where(*called)),
        unmatched={desk.value: load.count for desk, load in loads(session, within=within).items()},
        refused_by_reason=_tallied(session, "refused", within),
        let_go_by_reason=_tallied(session, "let-go", within),
        intake=_intake(session),
        now=now,
    )


def _count(session: Session, statement: object) -> int:
    return session.scalar(statement) or 0  # type: ignore[call-overload]


def _tallied(session: Session, kind: str, within: Within) -> dict[str, int]:
    counts: dict[str, int] = {}
    for tally in tallies(session, within):
        if tally.kind == kind:
            counts[tally.reason] = counts.get(tally.reason, 0) + tally.count
    return counts


def _intake(session: Session) -> Intake:
    found = select(_EVENTS.c.state, func.count()).group_by(_EVENTS.c.state)
    states: dict[str, int] = {row[0]: row[1] for row in session.execute(found)}
    return Intake(
        events=sum(states.values()),
        applied=states.get("applied", 0),
        refused=states.get("refused", 0),
        waiting=states.get("waiting", 0) + states.get("pending", 0),
        alerts_open=_count(
            session,
            select(func.count()).select_from(_ALERTS).where(_ALERTS.c.closed_at.is_(None)),
        ),
        quarantined=_count(session, select(func.count()).select_from(_QUARANTINE)),
    )
