"""What of a month still waits for somebody or something: while there is any, it is not closed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.archives.months import Month
from server.archives.shelves import FINISHED
from server.db import among, listed
from server.intake.models import ChainAlert, WireEvent, not_applied
from server.lab.imports.models import ImportFile
from server.outcomes.desk_models import DeskCase
from server.outcomes.desk_sources import rows_on
from server.outcomes.facts import text_of
from server.outcomes.standing import Desk
from server.sampling.models import Pairing

AT_ONCE = 1000


def still_open(session: Session, month: Month) -> dict[str, int]:
    """Return how much of *month* is open, by what it is; nothing of a closed month."""
    found = {
        "events that were not applied": _count(
            session,
            select(func.count()).where(
                not_applied(), WireEvent.state.in_(("pending", "waiting")),
                month.holds(WireEvent.received_at),
            ),
        ),
        "gaps and forks of chains": _count(
            session,
            select(func.count()).where(
                ChainAlert.closed_at.is_(None), month.holds(ChainAlert.at)
            ),
        ),
        "machines' files that are not done": _count(
            session,
            select(func.count()).where(
                ImportFile.state.not_in(FINISHED), month.holds(ImportFile.received_at)
            ),
        ),
        **{desk.value: _on_desk(session, desk, month) for desk in Desk},
    }  # fmt: skip
    return {what: count for what, count in found.items() if count}


def _count(session: Session, asked: Any) -> int:
    return session.scalar(asked) or 0


def _on_desk(session: Session, desk: Desk, month: Month) -> int:
    """Count what stands on a desk since that month, or is of a tube that was paired in it.

    What a person explained is closed.
    """
    rows = rows_on(desk)
    explained = select(DeskCase.subject).where(
        DeskCase.desk == desk.value, DeskCase.closed_at.is_not(None)
    )
    asked = select(rows.c.subject, rows.c.since).where(rows.c.subject.not_in(explained))
    count, later = 0, list[str]()
    for subject, since in session.execute(asked):
        if month.begin <= since < month.end:
            count += 1
        elif since >= month.end:
            later.append(_tube_of(desk, subject))
    return count + sum(_paired_in(session, later, month))


def _tube_of(desk: Desk, subject: str) -> str:
    """Return the tube; a message's key is 'tube/person/vN'."""
    return subject.rsplit("/", 2)[0] if desk is Desk.OUTCOME_WITHOUT_DELIVERY else subject


def _paired_in(session: Session, tubes: list[str], month: Month) -> Iterator[int]:
    asked = select(func.count(func.distinct(text_of(Pairing.tube)))).where(
        among(Pairing.tube, "tubes"), month.holds(Pairing.received_at)
    )
    for start in range(0, len(tubes), AT_ONCE):
        some = {"tubes": listed(tubes[start : start + AT_ONCE])}
        yield session.scalar(asked, some) or 0
