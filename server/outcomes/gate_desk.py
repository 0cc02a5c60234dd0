"""What stands at the gate of release, and what holds it there.  Reads only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import Session, aliased

from server.accounts.within import ANYWHERE, Within
from server.lab import queries as lab
from server.lab.models import Result
from server.lab.run_models import Run
from server.lab.standing import Standing, by_others, standings
from server.lab.words import Kind
from server.outcomes import gate
from server.outcomes.desk_models import DeskItem
from server.outcomes.facts import facts_of_all
from server.outcomes.merge import Facts, Problem, live_pairings
from server.outcomes.standing import ELSEWHERE, HELD, Desk

SHOWN = 200  # rows of each table of the page
AT_ONCE, ROUNDS = 400, 10  # results looked at for it, and how often
LOOKED = 1000  # results looked at for the home page
_NEAR = [
    desk.value for desk in (Desk.RESULT_WITHOUT_RELEASE, Desk.SEVERAL_RESULTS, Desk.POOL_MISCOUNTED)
]
Which = tuple[ColumnElement[bool], ...]


class OfRun(StrEnum):
    """What a result's run lacks; what its tube lacks is a Problem."""

    UNVERIFIED = "controls-unverified"


HOLDS: dict[str, tuple[str, str]] = {
    **{problem.value: said for problem, said in gate.HOLDS.items()},
    OfRun.UNVERIFIED.value: (
        "chứng của lượt chạy chưa có người thứ hai duyệt",
        "nobody has verified the controls of its run yet",
    ),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A verified result, what holds it (None: it may go), and how many people it tells.

    `run` is the one that it rests on, also through what it amends.
    """

    result: Result
    standing: Standing
    held: Problem | OfRun | None
    people: int
    run: Run | None


@dataclass(frozen=True, slots=True)
class Gate:
    """What the page of release shows somebody: *ready* for them, *mine* for others, and *held*.

    `more` counts what seems ready behind those shown; the next page begins `after` a result.
    """

    ready: list[Candidate]
    mine: list[Candidate]
    held: list[Candidate]
    more: int
    after: UUID | None


def gate_for(
    session: Session,
    by: str,
    within: Within = ANYWHERE,
    *,
    shown: int = SHOWN,
    looked: int = AT_ONCE,
    after: UUID | None = None,
) -> Gate:
    """Return a page of the gate: the oldest of everything, or what is ready *after* a result.

    What is held and what one entered is not looked at for what is ready, however much it is.
    """
    near, others = _near(), by_others(by)
    start = session.get(Result, after) if after else None
    seen, last = _look(session, within, (near, others), start, shown=shown, looked=looked)
    own = _candidates(session, lab.to_release(session, within, near, ~others, most=shown))
    seen = seen + own + _candidates(session, lab.to_release(session, within, ~near, most=shown))
    seen.sort(key=lambda each: _order(each.result))
    free = [each for each in seen if each.held is None]
    ready = [each for each in free if each.result.entered_by != by]
    mine = [each for each in free if each.result.entered_by == by]
    held = [each for each in seen if each.held is not None]
    if last and len(ready) > shown:
        last = min(last, ready[shown - 1].result, key=_order)
    more = unseen(session, by, within, after=last) if last else 0
    return Gate(ready[:shown], mine[:shown], held[:shown], more, last.id if last and more else None)


def _look(
    session: Session,
    within: Within,
    which: Which,
    last: Result | None,
    *,
    shown: int,
    looked: int,
) -> tuple[list[Candidate], Result | None]:
    """Look at so many at once until a page of free ones is found, or for long enough; return them,
    and the last that was looked at."""
    found: list[Candidate] = []
    for _ in range(ROUNDS):
        results = lab.to_release(session, within, *which, *_behind(last), most=looked)
        found += _candidates(session, results)
        last = results[-1] if results else last
        if len(results) < looked or sum(each.held is None for each in found) > shown:
            break
    return found, last


def waiting_for(
    session: Session, by: str, within: Within = ANYWHERE, *, looked: int = LOOKED
) -> list[Candidate]:
    """Return what *by* may release among the oldest that are looked at."""
    results = lab.to_release(session, within, _near(), by_others(by), most=looked)
    return [each for each in _candidates(session, results) if each.held is None]


def unseen(
    session: Session,
    by: str,
    within: Within = ANYWHERE,
    *,
    looked: int = 0,
    after: Result | None = None,
) -> int:
    """Return how many others' results seem ready, behind those *looked* at or *after* one."""
    which = _near(), by_others(by), *_behind(after)
    count, _ = lab.count_waiting(session, within, *which, verified=True)
    return max(0, count - looked)


def _behind(last: Result | None) -> Which:
    """Ask for what stands behind *last* in the order of the page."""
    if last is None:
        return ()
    same = and_(Result.entered_at == last.entered_at, Result.id > last.id)
    return (or_(Result.entered_at > last.entered_at, same),)


def _order(result: Result) -> tuple[datetime, UUID]:
    return result.entered_at, result.id


def _near() -> ColumnElement[bool]:
    """Say of results that they lack nothing but their release, as far as the database can say.

    The desks know of their tube: what stands elsewhere (unpaired, not received, contested), or
    has a hold, can be very much.  So can the results of runs whose controls nobody verified.
    """
    held = and_(
        DeskItem.desk == Desk.RESULT_WITHOUT_RELEASE.value, DeskItem.detail.in_([HELD, ELSEWHERE])
    )
    stands = exists().where(DeskItem.tube == Result.tube, DeskItem.desk.in_(_NEAR), ~held)
    before, run = aliased(Result), aliased(Run)
    of_run = exists().where(run.id == Result.run_id, run.verified_at.is_(None))
    amends = exists().where(
        Result.kind == Kind.AMENDMENT.value, before.id == Result.corrects,
        run.id == before.run_id, run.verified_at.is_(None),
    )  # fmt: skip
    return and_(stands, ~of_run, ~amends)


def candidates(session: Session, within: Within = ANYWHERE) -> list[Candidate]:
    """Return every verified result that was not released, oldest first."""
    return _candidates(session, lab.to_release(session, within))


def _candidates(session: Session, results: list[Result]) -> list[Candidate]:
    facts = facts_of_all(session, [result.tube for result in results])
    return [
        _candidate(session, each, facts[each.result.tube]) for each in standings(session, results)
    ]


def _candidate(session: Session, standing: Standing, facts: Facts) -> Candidate:
    people = {pairing.person for pairing in live_pairings(facts)}
    run = standing.run or lab.run_behind(session, standing.result)
    held: Problem | OfRun | None = gate.hold(facts, standing.result.id)
    if held is None and run is not None and run.verified_at is None:
        held = OfRun.UNVERIFIED
    return Candidate(standing.result, standing, held, len(people), run)
