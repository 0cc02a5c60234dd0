"""What the laboratory knows of tubes.  Reads only; no names."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from contract.tubes import Tube
from server.accounts.within import ANYWHERE, Within
from server.errors import NotFound
from server.lab.final import Decided, Said
from server.lab.lifecycle import State, state_of
from server.lab.models import OrderedTest, Reception, ReceptionStep, Result, ResultDispute
from server.lab.run_models import Run
from server.lab.words import Call, Kind

Which = ColumnElement[bool]
LATEST = 30


def reception_of(session: Session, tube: Tube, *, anew: bool = False) -> Reception | None:
    """Return what is known of *tube* at the laboratory; *anew*: also where it was read before."""
    found = select(Reception).where(Reception.tube == tube)
    return session.scalar(found.execution_options(populate_existing=anew))


def reception_steps_of(session: Session, tube: Tube) -> list[ReceptionStep]:
    """Return what was said of *tube* at the reception, oldest first."""
    found = select(ReceptionStep).where(ReceptionStep.tube == tube)
    return list(session.scalars(found.order_by(ReceptionStep.at, ReceptionStep.id)))


def results_of(session: Session, tube: Tube, *, anew: bool = False) -> list[Result]:
    """Return every result of *tube*, corrected or not, in the order they were entered."""
    found = select(Result).where(Result.tube == tube).order_by(Result.entered_at, Result.id)
    return list(session.scalars(found.execution_options(populate_existing=anew)))


def result(session: Session, result_id: UUID) -> Result:
    found = session.get(Result, result_id)
    if found is None:
        raise NotFound("Không có kết quả này.", "There is no such result.")
    return found


def correction_of(session: Session, result_id: UUID) -> Result | None:
    """Return the result that corrects *result_id*, if one does."""
    return session.scalar(select(Result).where(Result.corrects == result_id))


def amendments_after(session: Session, result_id: UUID) -> list[Result]:
    """Return the amendments of a result, each of the one before: they rest on the same run."""
    found: list[Result] = []
    after = correction_of(session, result_id)
    while after is not None and after.kind == Kind.AMENDMENT:
        found.append(after)
        after = correction_of(session, after.id)
    return found


def run_behind(session: Session, result: Result) -> Run | None:
    """Return the run that a result rests on, itself or through what it amends."""
    while result.run_id is None and result.corrects and result.kind == Kind.AMENDMENT:
        result = session.get_one(Result, result.corrects)
    return session.get(Run, result.run_id) if result.run_id else None


def state(session: Session, result: Result) -> State:
    return state_of(
        verified=result.verified_at is not None,
        released=result.released_at is not None,
        corrected=correction_of(session, result.id) is not None,
        withdrawn=result.withdrawn_at is not None,
        ordered=order_after(session, result.id) is not None,
    )


def head(results: Iterable[Result], lab: str) -> Result | None:
    """Return the last link of the chain of *lab* among all *results* of one tube."""
    results = list(results)
    superseded = {result.corrects for result in results}
    last = (each for each in results if each.lab == lab and each.id not in superseded)
    return next(last, None)


def heads(results: Iterable[Result]) -> list[Result]:
    """Return, of all *results* of one tube, those that stand: not withdrawn, nothing after them."""
    every = list(results)
    superseded = {each.corrects for each in every}
    return [each for each in every if each.withdrawn_at is None and each.id not in superseded]


def order_after(session: Session, result_id: UUID) -> OrderedTest | None:
    """Return the order to test again what *result_id* is about, met or not, if it stands."""
    found = select(OrderedTest).where(OrderedTest.result_id == result_id)
    return session.scalar(found.where(OrderedTest.cancelled_at.is_(None)))


def cancelled_orders(session: Session, tube: Tube) -> list[OrderedTest]:
    """Return the orders to test *tube* again that somebody took back, oldest first."""
    found = select(OrderedTest).where(
        OrderedTest.tube == tube, OrderedTest.cancelled_at.is_not(None)
    )
    return list(session.scalars(found.order_by(OrderedTest.at, OrderedTest.id)))


def open_orders(session: Session) -> list[OrderedTest]:
    """Return the retests and reruns that nobody gave a result for, oldest first."""
    open_ones = OrderedTest.cancelled_at.is_(None), OrderedTest.met_at.is_(None)
    found = select(OrderedTest).where(*open_ones).order_by(OrderedTest.at, OrderedTest.id)
    return list(session.scalars(found))


def said_of(session: Session, tubes: Sequence[Tube]) -> dict[Tube, list[Said]]:
    """Return what laboratories said of each of *tubes*, in the words of `final`."""
    said: dict[Tube, list[Said]] = {tube: [] for tube in tubes}
    found = select(
        Result.tube, Result.id, Result.call, func.coalesce(Result.released_at, Result.entered_at),
        Result.released_at.is_not(None), Result.corrects, Result.withdrawn_at.is_not(None),
    ).where(Result.tube.in_(tubes))  # fmt: skip
    for tube, which, call, at, released, corrects, withdrawn in session.execute(found):
        said[tube].append(Said(which, Call(call), at, bool(released), corrects, bool(withdrawn)))
    return said


def decisions_of(session: Session, tubes: Sequence[Tube]) -> dict[Tube, list[Decided]]:
    """Return what persons chose where laboratories differed."""
    decisions: dict[Tube, list[Decided]] = {tube: [] for tube in tubes}
    chosen = select(ResultDispute).where(ResultDispute.kept.is_not(None))
    for each in session.scalars(chosen.where(ResultDispute.tube.in_(tubes))):
        if each.kept is not None and each.closed_at is not None:
            over = frozenset(UUID(text) for text in each.over.split())
            decisions[each.tube].append(Decided(each.kept, over, each.closed_at))
    return decisions


def latest_receptions(
    session: Session, *, since: datetime, within: Within = ANYWHERE
) -> list[Reception]:
    """Return the receptions since then, newest first, at most as many as a page shows."""
    found = select(Reception).where(Reception.at >= since, within.rows(Reception.lab))
    return list(session.scalars(found.order_by(Reception.at.desc()).limit(LATEST)))


def box_counts(
    session: Session, *, since: datetime, within: Within = ANYWHERE
) -> list[tuple[str, int, int]]:
    """Return (box, accepted, rejected) of boxes opened since then: found by time, not by box."""
    accepted = func.count().filter(Reception.accepted.is_(True))
    name = Reception.box.concat(literal_column("''")).label("name")
    found = (
        select(name, accepted, func.count())
        .where(Reception.at >= since, within.rows(Reception.lab))
        .group_by(Reception.box.concat(literal_column("''")))
        .order_by(func.max(Reception.at).desc())
    )
    return [(box, good, total - good) for box, good, total in session.execute(found)]


def corrected(session: Session, results: Iterable[Result]) -> frozenset[UUID]:
    """Return the ids among *results* that another result corrects."""
    ids = [result.id for result in results]
    found = session.scalars(select(Result.corrects).where(Result.corrects.in_(ids)))
    return frozenset(each for each in found if each)


def replaced_by(session: Session, results: Iterable[Result]) -> dict[UUID, Result]:
    """Return, for each correction among *results*, the result that it corrects."""
    links = {result.corrects: result.id for result in results if result.corrects}
    wrong = session.scalars(select(Result).where(Result.id.in_(links)))
    return {links[each.id]: each for each in wrong}


def to_verify(
    session: Session, within: Within = ANYWHERE, *which: Which, most: int | None = None
) -> list[Result]:
    """Return what waits for a second person, oldest first: *which* of it, so many at the utmost."""
    found = select(Result).where(*waiting(within, *which, verified=False))
    return list(session.scalars(found.order_by(Result.entered_at, Result.id).limit(most)))


def to_release(
    session: Session, within: Within = ANYWHERE, *which: Which, most: int | None = None
) -> list[Result]:
    """Return what is verified and not released, oldest first."""
    found = select(Result).where(*waiting(within, *which, verified=True))
    return list(session.scalars(found.order_by(Result.entered_at, Result.id).limit(most)))


def count_waiting(
    session: Session, within: Within, *which: Which, verified: bool
) -> tuple[int, datetime | None]:
    """Return how many results wait to be verified, or to be released, and since when."""
    since = func.min(Result.verified_at if verified else Result.entered_at)
    found = select(func.count(), since).where(*waiting(within, *which, verified=verified))
    count, oldest = session.execute(found).one()
    return count, oldest


def waiting(within: Within, *which: Which, verified: bool) -> tuple[Which, ...]:
    """Ask for the results that wait to be verified, or are *verified* and wait to be released."""
    return (
        Result.verified_at.is_not(None) if verified else Result.verified_at.is_(None),
        Result.released_at.is_(None),  # few; nearly all are not withdrawn: no index of that leads
        Result.withdrawn_by.is_(None),
        ~exists().where(aliased(Result).corrects == Result.id),
        ~_ordered(),
        within.rows(Result.lab),
        *which,
    )


def tested(of: Any) -> ColumnElement[bool]:
    """Say of a tube's column that a result of it stands, which nobody ordered to be repeated."""
    later = aliased(Result)
    return exists().where(
        Result.tube == of,
        Result.withdrawn_by.is_(None),
        ~exists().where(later.corrects == Result.id),
        ~_ordered(),
    )


def _ordered() -> ColumnElement[bool]:
    return exists().where(OrderedTest.result_id == Result.id, OrderedTest.cancelled_at.is_(None))


def to_test(within: Within = ANYWHERE) -> tuple[ColumnElement[bool], ...]:
    """Ask for the receptions of accepted tubes that are to be tested, or tested again."""
    return Reception.to_test.is_(True), within.rows(Reception.lab)


def without_result(session: Session, within: Within = ANYWHERE) -> list[Reception]:
    """Return the accepted tubes that are to be tested, or tested again, oldest first."""
    return list(session.scalars(select(Reception).where(*to_test(within)).order_by(Reception.at)))
