"""Pairings whose time is still to come: our clock went back since, or a station's ran ahead.

What is said of a tube now is said after what is on record of it, whatever the clocks say: such a
time is relied on no more, and what is noted now is the latest that it can be.  Whoever was late by
what was noted before stays late.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.db import UtcDateTime, among, listed
from server.lab import taken_back
from server.lab.models import Reception
from server.lab.receptions import standing_steps
from server.sampling.models import Pairing
from server.times import CLOCKS_DIFFER

_AHEAD = select(Pairing).where(
    among(Pairing.tube, "tubes"),
    Pairing.trusted,
    Pairing.paired_at > bindparam("late", type_=UtcDateTime()),
)


def doubt_times(
    session: Session, tubes: Iterable[Tube], *, by: str, now: datetime,
    arrived: datetime | None = None,
) -> None:  # fmt: skip
    """Rely no more on times of pairings that are later than what is now noted of their tubes.

    Call it before that is noted.  *arrived* is when the tube came by a station's clock.
    """
    which = {"tubes": listed(tube.text for tube in tubes), "late": now + CLOCKS_DIFFER}
    for pairing in session.scalars(_AHEAD, which).all():
        if _is_late(session, pairing) or not _was_before(pairing, arrived, now):
            continue
        said, pairing.trusted = pairing.paired_at, False
        pairing.claimed_at = pairing.claimed_at or said
        pairing.paired_at = min(pairing.received_at, now)
        audit.record(
            session, "tube.time-doubted", pairing.tube, by=by, now=now,
            detail=f"{pairing.id}: {said.isoformat()}",
        )  # fmt: skip


def _is_late(session: Session, pairing: Pairing) -> bool:
    """Return whether the laboratory had noted something of the tube before it was paired.

    A mistaken arrival, and what went with it, was another tube's.
    """
    noted = [step.at for step in standing_steps(session, pairing.tube)]
    noted += session.scalars(select(Reception.at).where(Reception.tube == pairing.tube))
    found = taken_back.first_result_at(session, pairing.tube)
    noted += [found] if found else []
    return bool(noted) and pairing.paired_at > min(noted) + CLOCKS_DIFFER


def _was_before(pairing: Pairing, arrived: datetime | None, now: datetime) -> bool:
    """Return whether the tube was paired before it came: what came just now did so after all that
    is on record, and what a station says of an earlier time, or a later one, goes by its clock."""
    if arrived is None or abs(arrived - now) <= CLOCKS_DIFFER:
        return True
    return pairing.paired_at <= arrived + CLOCKS_DIFFER
