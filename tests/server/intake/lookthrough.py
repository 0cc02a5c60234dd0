"""What people do when all of a history has come: decide, deny, let free, release what waits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.lab import disputes
from server.lab import queries as lab
from server.lab.models import ResultDispute
from server.outcomes.services import release
from server.sampling import matter_decisions, matters, queries, slip_decisions, slips
from server.sampling.conflicts import decide_conflict
from server.sampling.matter_decisions import Verdict
from tests.server.intake.histories import last_of
from tests.server.intake.telling import MINH, Told

HOA = "user:hoa"
ROUNDS = 4  # each may free what the next one can release


def look_through(told: Told) -> None:
    told.in_session(decide_conflicts, told)
    for pair in told.history.pairs:
        if pair.denied:
            told.in_session(deny, told.pairings[pair.n])
    for _ in range(ROUNDS):
        told.in_session(let_free)
        for each in told.waiting():
            told.in_session(release_one, each)
        told.in_session(decide_disputes, told)


def decide_conflicts(session: Session, now: datetime, told: Told) -> None:
    """Uphold the claim of the first pairing that still holds, or none, as the history says."""
    numbers = {each: n for n, each in told.pairings.items()}
    for conflict in queries.open_conflicts(session):
        live = {each.id for each in queries.live_pairings(session, conflict.tube)}
        life = next(
            life for which, life in enumerate(told.history.lives)
            if told.tube(which) == conflict.tube
        )  # fmt: skip
        keep = min(live, key=lambda each: numbers[each]) if life.claim == "first" else None
        decide_conflict(session, conflict.id, keep=keep, reason="đã hỏi", by=HOA, now=now)


def deny(session: Session, now: datetime, pairing: UUID) -> None:
    matter_decisions.deny_pairing(session, pairing, reason="không phải tôi", by=HOA, now=now)


def let_free(session: Session, now: datetime) -> None:
    """Say of everything that is held that it holds: nobody else proved wrong."""
    for group in slips.open_groups(session):
        slip_decisions.decide_group(
            session, group.id, wrong=(), reason="đã hỏi cả bàn", by=HOA, now=now
        )
    for matter in matters.open_matters(session):
        twice = matter.kind == matters.Kind.PERSON_TWICE
        verdict = Verdict.BOTH if twice else Verdict.VOID_STANDS
        matter_decisions.decide_matter(
            session, matter.id, verdict=verdict, reason="đã hỏi", by=HOA, now=now
        )


def release_one(session: Session, now: datetime, result: UUID) -> None:
    if any(each.id == result for each in lab.to_release(session)):
        release(session, [result], by=MINH, now=now)


def decide_disputes(session: Session, now: datetime, told: Told) -> None:
    open_ones = select(ResultDispute).where(ResultDispute.closed_at.is_(None))
    for dispute in session.scalars(open_ones).all():
        for which, life in enumerate(told.history.lives):
            if told.tube(which) != dispute.tube or not life.chosen:
                continue
            head = last_of(life.chosen, life.chains[life.chosen])
            if head is not None:
                keep = told.results[f"{which}:{head[1]}"]
                disputes.decide_dispute(
                    session, dispute.id, keep=keep, reason="đã đo lại", over=dispute.over,
                    by=HOA, now=now,
                )  # fmt: skip
