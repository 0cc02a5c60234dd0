"""The first results of many tubes at once: what `results.enter_result` does of each, in few steps.

Nearly all tubes of a file are so: known, neither void nor rejected, no control, and without any
result.  Nothing can refuse those.  Whichever is anything else goes the usual way, one by one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.db import among, listed
from server.lab import in_hand, on_record
from server.lab.imports.known import known_of
from server.lab.models import Result
from server.lab.results import Finding
from server.lab.run_models import Run
from server.lab.taken_back import taken_back
from server.lab.words import Kind
from server.rows import insert_rows, ordered_id
from server.sampling import changes

_TESTED = select(Result.tube).where(among(Result.tube, "tubes"))


class First(NamedTuple):
    """What was found in a tube that nothing was found in before."""

    tube: Tube
    finding: Finding
    well: str


def untested(session: Session, tubes: Iterable[Tube]) -> set[Tube]:
    """Return those of *tubes* that take results and have none, of no laboratory.

    Where an arrival was taken back, not everything is of the tube: that is asked one by one.
    """
    wanted = set(tubes)
    if not wanted:
        return wanted
    known = known_of(session, wanted)
    tested = set(session.scalars(_TESTED, {"tubes": listed(tube.text for tube in wanted)}))
    asked = wanted - tested - taken_back(session, wanted)
    return {tube for tube in asked if known.why_not(tube) is None}


def enter(
    session: Session, given: Sequence[First], *, by: str, lab: str, run: Run | None, now: datetime,
    since: datetime,
) -> None:  # fmt: skip
    """Enter results of tubes that `untested` gave in this transaction; known *since* then."""
    if not given:
        return
    on_record.doubt_times(session, (each.tube for each in given), by=by, now=now)
    session.flush()
    had = in_hand.since(session, [each.tube for each in given], run, since, now)
    rows = [_row(each, by, lab, run, now) | {"in_hand_at": had[each.tube]} for each in given]
    insert_rows(session, Result, rows)
    entries = [(by, row["id"], f"{row['tube']} {Kind.FIRST}") for row in rows]
    audit.record_each(session, "result.entered", entries, now=now)
    changes.all_changed(session, [each.tube for each in given], now=now)


def _row(each: First, by: str, lab: str, run: Run | None, now: datetime) -> dict[str, object]:
    finding = each.finding
    return {
        "id": ordered_id(now), "tube": each.tube, "lab": lab, "kind": Kind.FIRST.value,
        "call": finding.call.value,
        "suggested": finding.suggested.value if finding.suggested else "",
        "readings": finding.readings, "method": finding.method,
        "run_id": run.id if run else None, "run_controls": run.controls if run else None,
        "well": each.well if run else "", "note": finding.note, "entered_by": by,
        "entered_at": now,
    }  # fmt: skip
