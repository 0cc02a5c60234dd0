"""The order of a station's journal, for those below who ask for it (`server.sampling.journal`)."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.intake.models import WireEvent
from server.sampling.journal import Asker, Written

PAIRED = "tube-paired"
FAR = 2000  # events of the journal on each side: so many are looked at, whatever they are


def places(session: Session, pairings: Collection[UUID]) -> dict[UUID, Written]:
    asked = select(WireEvent.event_id, WireEvent.epoch, WireEvent.seq)
    rows = session.execute(asked.where(WireEvent.event_id.in_(pairings)))
    return {row.event_id: Written(row.epoch, row.seq) for row in rows}


def around(session: Session, pairing: UUID, most: int) -> list[UUID]:
    """Return it from two walks along the journal's index."""
    one = session.get(WireEvent, pairing)
    if one is None:
        return []
    seq = WireEvent.seq
    near = select(WireEvent.event_id).where(
        WireEvent.station == one.station, WireEvent.epoch == one.epoch, WireEvent.kind == PAIRED
    )
    before = near.where(seq < one.seq, seq >= one.seq - FAR).order_by(seq.desc()).limit(most)
    after = near.where(seq > one.seq, seq <= one.seq + FAR).order_by(seq).limit(most)
    return [*reversed(session.scalars(before).all()), pairing, *session.scalars(after)]


ORDER = Asker(places, around)
