"""What people do about a history: decide, deny, let free, release what waits.

Some of it they do before all has come (`decide_something`), perhaps wrongly; when all is there they
look through everything, and decide again where they were wrong.
"""

from dataclasses import replace
from datetime import datetime
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.lab import disputes
from server.lab import queries as lab
from server.lab.models import ResultDispute
from server.outcomes.services import release
from server.sampling import matter_decisions, matters, queries, shifts, slip_decisions, slips
from server.sampling.conflicts import decide_conflict
from server.sampling.decisions import About, latest
from server.sampling.matter_decisions import Verdict
from server.sampling.models import PairingVoid, TubeConflict
from tests.server.intake.histories import History, Pair, expected, last_of
from tests.server.intake.telling import MINH, Told

HOA = "user:hoa"
ROUNDS = 4  # each may free what the next one can release


def decide_something(told: Told, lot: Random) -> None:
    """Do one thing that people can do now; what is not there yet is refused."""
    act = lot.randrange(5)
    if act == 0:
        told.in_session(decide_wildly, lot)
    elif act == 1:
        told.in_session(let_free)
    elif act == 2 and told.results:
        told.in_session(release_one, lot.choice(told.waiting()))
    elif act == 3:
        told.in_session(decide_disputes, told)
    else:
        for pair in told.history.pairs:
            if pair.denied and _same_if_denied_early(told.history):
                told.in_session(deny, told.pairings[pair.n])


def _same_if_denied_early(history: History) -> bool:
    """Return whether it makes no difference when people deny: the others' claims stand anyway."""
    early = [replace(pair, voided=pair.voided or pair.denied) for pair in history.pairs]
    return expected(replace(history, pairs=early)) == expected(history)


def decide_wildly(session: Session, now: datetime, lot: Random) -> None:
    """Uphold any of the claims that are there, or none."""
    for conflict in queries.open_conflicts(session):
        live = sorted(each.id for each in queries.live_pairings(session, conflict.tube))
        claims = {each.pairing_id for each in conflict.claims}
        keep = lot.choice([None, *(each for each in live if each in claims)])
        decide_conflict(session, conflict.id, keep=keep, reason="vội", by=HOA, now=now)


def look_through(told: Told) -> None:
    told.in_session(decide_again, told)
    told.in_session(decide_conflicts, told)
    for pair in told.history.pairs:
        if pair.denied:
            told.in_session(deny, told.pairings[pair.n])
    for _ in range(ROUNDS):
        told.in_session(let_free)
        for each in told.waiting():
            told.in_session(release_one, each)
        told.in_session(decide_disputes, told)


def decide_again(session: Session, now: datetime, told: Told) -> None:
    """Let every decision that was made follow the whole history."""
    for which in (0, 1):
        for conflict in queries.conflicts_of(session, told.tube(which)):
            last = latest(session, About.CONFLICT, conflict.id)
            if last is not None:
                keep = _right(session, told, which, conflict)
                decide_conflict(session, conflict.id, keep=keep, reason="đã hỏi lại", by=HOA,
                                now=now, instead_of=last.id)  # fmt: skip


def decide_conflicts(session: Session, now: datetime, told: Told) -> None:
    """Uphold the claim of the first pairing that still holds, or none, as the history says."""
    for conflict in queries.open_conflicts(session):
        which = next(each for each in (0, 1) if told.tube(each) == conflict.tube)
        keep = _right(session, told, which, conflict)
        decide_conflict(session, conflict.id, keep=keep, reason="đã hỏi", by=HOA, now=now)


def _right(session: Session, told: Told, which: int, conflict: TubeConflict) -> UUID | None:
    """Return a claim of this conflict on the side that the history upholds, or None."""
    life = told.history.lives[which]

    def side(pair: Pair) -> int:
        return pair.station if life.pool else pair.person

    live = [each for each in told.history.pairs if each.tube == which and not each.voided]
    sides = [side(each) for each in live]
    if not live or (len(set(sides)) > 1 and life.claim == "none"):
        return None
    claims = {each.pairing_id for each in conflict.claims}
    void = set(session.scalars(select(PairingVoid.pairing_id)))
    mine = [told.pairings[each.n] for each in live if side(each) == sides[0]]
    return next((each for each in mine if each in claims and each not in void), None)


def deny(session: Session, now: datetime, pairing: UUID) -> None:
    matter_decisions.deny_pairing(session, pairing, reason="không phải tôi", by=HOA, now=now)


def let_free(session: Session, now: datetime) -> None:
    """Say of everything that is held that it holds: nobody else proved wrong, nothing slipped."""
    for suspicion in shifts.open_suspicions(session):
        slip_decisions.decide_suspicion(
            session, suspicion.event_id, slipped=False, reason="đã hỏi", by=HOA, now=now
        )
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
