"""Write the outcomes of plain tubes: what `settling` writes of any other, with fewer steps.

A plain tube has no outcome, no case and no call to follow, and stands on no desk any more.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import repeat
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.db import among, listed
from server.declarations import notice
from server.delivery.firsts import Firsts
from server.lab import untested
from server.outcomes.desk_models import DeskItem
from server.outcomes.models import Outcome
from server.outcomes.plain import Plain, dashed, plain_tubes
from server.outcomes.telling import tell_first
from server.rows import insert_stored, new_ids
from server.stored_times import read_time, stored_time

COLUMNS = (
    "id", "tube", "person_id", "version", "status", "reason", "pairing_id", "result_id", "place",
    "sampled_at", "grounds", "at", "since_ordinals",
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
    if asked := [each.tube for each in found if each.to_test]:
        untested.review(session, asked)
    return {each.tube for each in found}


def _write(session: Session, found: Sequence[Plain], now: datetime) -> None:
    """Write outcomes and what is told of them, column by column: a row's own objects cost most."""
    tubes, pairings, persons, paired, places, receptions, results, calls, out, *_ = zip(
        *found, strict=True
    )
    grounds = [f"reception:{dashed(each)}" for each in receptions]
    rows = zip(
        new_ids(now, len(found)), tubes, persons, repeat(1), calls, repeat(""), pairings, results,
        places, paired, grounds, repeat(stored_time(session, now)), (True,) * len(found),
    )  # fmt: skip
    insert_stored(session, Outcome, COLUMNS, list(rows))
    whose = list(map(dashed, persons))
    payloads = map(notice.write_first, tubes, calls, map(_said, paired), map(_said, out), places)
    # A key is that of a first version: see `versions.key_of`.
    keys = [f"{tube}/{who}/v1" for tube, who in zip(tubes, whose, strict=True)]
    tell_first(session, tubes, Firsts(keys, whose, places, list(payloads), calls), now=now)


def _said(stored: Any) -> Any:
    """Return a stored time as a message says it: what SQLite keeps is that nearly."""
    if not isinstance(stored, str):
        return read_time(stored)
    return f"{stored[:10]}T{stored[11:].removesuffix('.000000')}Z"
