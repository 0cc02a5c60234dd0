"""Write the outcomes of plain tubes: what `settling` writes of any other, with fewer steps.

A plain tube has no outcome, no case and no call to follow, and stands on no desk any more.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.db import among, listed
from server.declarations import notice
from server.delivery.channels import Message
from server.delivery.routes import Label
from server.outcomes.desk_models import DeskItem
from server.outcomes.models import Outcome
from server.outcomes.plain import Plain, plain_tubes
from server.outcomes.telling import tell
from server.rows import insert_stored, new_ids, read_time, stored_time

COLUMNS = (
    "id", "tube", "person_id", "version", "status", "reason", "pairing_id", "result_id", "place",
    "sampled_at", "grounds", "at",
)  # fmt: skip
_LEAVE = (
    delete(DeskItem)
    .where(among(DeskItem.tube, "tubes"))
    .execution_options(synchronize_session=False)
)


def say(session: Session, tubes: Sequence[Tube], now: datetime) -> set[str]:
    """Settle those of *tubes* that are plain; return their texts."""
    found = plain_tubes(session, tubes)
    if found:
        _write(session, found, now)
    waited = [each.tube for each in found if each.on_desk]
    if waited:
        session.execute(_LEAVE, {"tubes": listed(waited)})
    return {each.tube for each in found}


def _write(session: Session, found: Sequence[Plain], now: datetime) -> None:
    at = stored_time(session, now)
    drawn = new_ids(now, len(found))
    rows = [_row(each, new, at) for each, new in zip(found, drawn, strict=True)]
    insert_stored(session, Outcome, COLUMNS, rows)
    tell(session, [(_message(each), Label(each.call, each.place)) for each in found], now=now)


def _row(each: Plain, new: str, at: Any) -> tuple[Any, ...]:
    return (
        new, each.tube, each.person, 1, each.call, "", each.pairing, each.result, each.place,
        each.paired_at, each.grounds, at,
    )  # fmt: skip


def _message(each: Plain) -> Message:
    told = notice.Written(
        tube=each.tube,
        status=each.call,
        reason="",
        version=1,
        sampled_at=_said(each.paired_at),
        resulted_at=_said(each.released_at),
        place=each.place,
        supersedes=None,
    )
    whose = each.whose  # the key is that of a first version: see `versions.key_of`
    key = f"{each.tube}/{whose}/v1"
    return Message(notice.TARGET, key, whose, 1, notice.write(told), None, each.place)


def _said(stored: Any) -> Any:
    """Return a stored time as a message says it: what SQLite keeps is that nearly."""
    if not isinstance(stored, str):
        return read_time(stored)
    return f"{stored[:10]}T{stored[11:].removesuffix('.000000')}Z"
