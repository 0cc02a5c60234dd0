"""Keep `desk_item` what the facts say, and end what people made of an item when it changes.

An owner keeps a tube as long as it stays on the desk.  What was explained is opened again as soon
as anything about it changes: the explanation was of other facts.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.db import among, listed
from server.outcomes.desk_models import DeskCase, DeskEvent, DeskItem
from server.outcomes.facts import text_of
from server.outcomes.standing import Desk, Standing
from server.rows import insert_rows
from server.sampling import queries

SYSTEM = "system:outcomes"
_AMONG = among(DeskItem.tube, "tubes")
_LEAVE = delete(DeskItem).where(_AMONG).execution_options(synchronize_session=False)
_STORED = select(
    text_of(DeskItem.tube), DeskItem.desk, DeskItem.since, DeskItem.detail, DeskItem.place,
    DeskItem.station, DeskItem.box,
).where(_AMONG)  # fmt: skip


_CASES = select(DeskCase).where(among(DeskCase.subject, "tubes"))


def place(session: Session, stands: Mapping[Tube, Standing | None], *, now: datetime) -> int:
    """Write where tubes stand now; return how many stood elsewhere."""
    stands = _by_lot(session, stands)
    wanted = {tube.text: standing for tube, standing in stands.items()}
    stored = {
        text: Standing(Desk(desk), *rest)
        for text, desk, *rest in session.execute(_STORED, {"tubes": listed(wanted)})
    }
    changed = [text for text, standing in wanted.items() if stored.get(text) != standing]
    before = {text: stored[text] for text in changed if text in stored}
    if before:
        session.execute(_LEAVE, {"tubes": listed(before)})
        _end_cases(session, before, wanted, now)
    by_text = {tube.text: tube for tube in stands}
    rows = [
        _row(by_text[text], standing) for text in changed if (standing := wanted[text]) is not None
    ]
    insert_rows(session, DeskItem, rows)
    return len(changed)


def _by_lot(
    session: Session, stands: Mapping[Tube, Standing | None]
) -> Mapping[Tube, Standing | None]:
    """Let what was given to nobody stand at the place of its lot: somebody there sees it."""
    lost = [tube for tube, standing in stands.items() if standing and not standing.place]
    if not lost:
        return stands
    lots = queries.lots_of(session, lost)
    found = {
        tube: replace(standing, place=lots[tube].place)
        for tube in lost
        if tube in lots and (standing := stands[tube])
    }
    return {**stands, **found}


def _row(tube: Tube, standing: Standing) -> dict[str, object]:
    return {
        "tube": tube,
        "desk": standing.desk.value,
        "since": standing.since,
        "detail": standing.detail,
        "place": standing.place,
        "station": standing.station,
        "box": standing.box,
    }


def _end_cases(
    session: Session,
    before: Mapping[str, Standing],
    after: Mapping[str, Standing | None],
    now: datetime,
) -> None:
    for case in session.scalars(_CASES, {"tubes": listed(before)}):
        stood, stands = before[case.subject], after[case.subject]
        if case.desk != stood.desk:
            continue
        same_desk = stands is not None and stands.desk == case.desk
        if same_desk and case.closed_at is None:
            continue
        if stands is not None and case.closed_at is not None:
            session.add(_reopened(stands.desk, case.subject, now))
        session.delete(case)
    session.flush()


def _reopened(desk: Desk, subject: str, now: datetime) -> DeskEvent:
    return DeskEvent(
        id=uuid4(), desk=desk.value, subject=subject, action="reopened", by=SYSTEM, at=now
    )
