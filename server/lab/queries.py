"""What the laboratory knows of tubes.  Reads only; no names."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from contract.tubes import Tube
from server.lab.lifecycle import State, state_of
from server.lab.models import Reception, ReceptionStep, Result

LATEST = 30


def reception_of(session: Session, tube: Tube) -> Reception | None:
    return session.scalar(select(Reception).where(Reception.tube == tube))


def reception_steps_of(session: Session, tube: Tube) -> list[ReceptionStep]:
    """Return what was said of *tube* at the reception, oldest first."""
    found = select(ReceptionStep).where(ReceptionStep.tube == tube)
    return list(session.scalars(found.order_by(ReceptionStep.at, ReceptionStep.id)))


def results_of(session: Session, tube: Tube) -> list[Result]:
    """Return every result of *tube*, corrected or not, in the order they were entered."""
    found = select(Result).where(Result.tube == tube).order_by(Result.entered_at, Result.id)
    return list(session.scalars(found))


def first_result_at(session: Session, tube: Tube) -> datetime | None:
    """Return when the first result of *tube* was entered, if one was."""
    return session.scalar(select(func.min(Result.entered_at)).where(Result.tube == tube))


def correction_of(session: Session, result_id: UUID) -> Result | None:
    """Return the result that corrects *result_id*, if one does."""
    return session.scalar(select(Result).where(Result.corrects == result_id))


def state(session: Session, result: Result) -> State:
    return state_of(
        verified=result.verified_at is not None,
        released=result.released_at is not None,
        corrected=correction_of(session, result.id) is not None,
    )


def latest_receptions(session: Session, *, since: datetime) -> list[Reception]:
    """Return the receptions since then, newest first, at most as many as a page shows."""
    found = select(Reception).where(Reception.at >= since).order_by(Reception.at.desc())
    return list(session.scalars(found.limit(LATEST)))


def box_counts(session: Session, *, since: datetime) -> list[tuple[str, int, int]]:
    """Return (box, accepted, rejected) for the boxes that were opened since then."""
    accepted = func.count().filter(Reception.accepted.is_(True))
    found = (
        select(Reception.box, accepted, func.count())
        .where(Reception.at >= since)
        .group_by(Reception.box)
        .order_by(func.max(Reception.at).desc())
    )
    return [(box, good, total - good) for box, good, total in session.execute(found)]


def latest_results(session: Session, *, limit: int = LATEST) -> list[Result]:
    found = select(Result).order_by(Result.entered_at.desc(), Result.id).limit(limit)
    return list(session.scalars(found))


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


def to_verify(session: Session) -> list[Result]:
    """Return what waits for a second person, oldest first."""
    return _standing(session, verified=False)


def to_release(session: Session) -> list[Result]:
    """Return what is verified and not released, oldest first."""
    return _standing(session, verified=True)


def _standing(session: Session, *, verified: bool) -> list[Result]:
    later = aliased(Result)
    found = (
        select(Result)
        .where(Result.verified_at.is_not(None) if verified else Result.verified_at.is_(None))
        .where(Result.released_at.is_(None))
        .where(~exists().where(later.corrects == Result.id))
        .order_by(Result.entered_at, Result.id)
    )
    return list(session.scalars(found))


def without_result(session: Session) -> list[Reception]:
    """Return the accepted tubes that nobody gave a result for, oldest first."""
    found = (
        select(Reception)
        .where(Reception.accepted.is_(True))
        .where(~exists().where(Result.tube == Reception.tube))
        .order_by(Reception.at)
    )
    return list(session.scalars(found))
