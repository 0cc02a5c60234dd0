"""Where laboratories differ about a tube: held until a person chooses one of the results.

`review` follows every change of what is final; a dispute that ends by itself (a retest, a recall)
is closed by the system.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.errors import NotFound
from server.lab import queries, refusals, sight
from server.lab.final import Final, final
from server.lab.models import Result, ResultDispute
from server.sampling import changes

SYSTEM = "system:lab"


def review(session: Session, tube: Tube, *, now: datetime) -> None:
    """Open a dispute where the current results of *tube* differ, close one where they do not."""
    session.flush()
    differing = _final(session, tube).differing
    known = open_dispute(session, tube)
    if differing and known is None:
        known = ResultDispute(id=uuid4(), tube=tube, opened_at=now)
        session.add(known)
        audit.record(session, "dispute.opened", known.id, by=SYSTEM, now=now, detail=str(tube))
    if known is not None and differing:
        known.over = " ".join(sorted(str(each.id) for each in differing))
    elif known is not None:
        known.closed_at, known.closed_by = now, SYSTEM


def decide_dispute(
    session: Session,
    dispute_id: UUID,
    *,
    keep: UUID,
    reason: str,
    over: str,
    by: str,
    now: datetime,
) -> ResultDispute:
    """Choose the result that speaks.  *over* is what the screen showed: more would not be seen.

    Raises OwnWork for who entered one of them.
    """
    found = session.get(ResultDispute, dispute_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("Không có tranh chấp này.", "There is no such dispute.")
    if found.closed_at is not None or found.over != over or str(keep) not in over.split():
        raise refusals.stale_screen(found.tube)
    results = [session.get_one(Result, UUID(each)) for each in over.split()]
    if by in {each.entered_by for each in results}:
        raise refusals.own_work(found.tube)
    found.closed_at, found.closed_by, found.kept, found.reason = now, by, keep, reason
    audit.record(session, "dispute.decided", found.id, by=by, now=now, detail=str(found.tube))
    changes.changed(session, found.tube, now=now)
    return found


def open_dispute(session: Session, tube: Tube) -> ResultDispute | None:
    return session.scalar(
        select(ResultDispute).where(ResultDispute.tube == tube, ResultDispute.closed_at.is_(None))
    )


def open_disputes(
    session: Session, within: Within = ANYWHERE
) -> list[tuple[ResultDispute, list[Result]]]:
    """Return every dispute that waits, oldest first, with the results that differ."""
    seen = sight.tubes(within, ResultDispute.tube)
    waiting = select(ResultDispute).where(ResultDispute.closed_at.is_(None), seen)
    found = session.scalars(waiting.order_by(ResultDispute.opened_at)).all()
    return [
        (each, [session.get_one(Result, UUID(result)) for result in each.over.split()])
        for each in found
    ]


def _final(session: Session, tube: Tube) -> Final:
    said = queries.said_of(session, [tube])
    return final(said[tube], queries.decisions_of(session, [tube])[tube])
