"""What a station tells of a tube that was made void meanwhile."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from contract.tubes import TubeId
from server.db import Database
from server.intake.applier import apply_pending
from server.intake.models import WireEvent
from server.sampling import lot_parts, lots, queries
from server.sampling.lot_tiles import Run

TUBE = TubeId.mint(26, 2)


def test_a_pairing_of_a_void_tube_waits_with_its_reason_until_the_void_is_lifted(
    sender: Any, database: Database, now: datetime
) -> None:
    with database.write() as session:
        lot = lots.register_lot(session, series=26, count=5, place="p", station=None, by="u",
                                now=now)  # fmt: skip
        void = lot_parts.void_tubes(session, lot.id, Run(1, 3), reason="mất túi", by="u", now=now)
    sender.send(sender.pairing(TUBE), sender.pairing(TubeId.mint(26, 4)))
    assert apply_pending(database, now) == 1
    with database.read() as session:
        problems = set(session.scalars(select(WireEvent.problem)))
        assert problems == {"tube-void", None}
        assert queries.pairings_of(session, TUBE) == []
    with database.write() as session:
        lot_parts.lift_void(session, void.id, by="u", now=now)
    assert apply_pending(database, now) == 1
    with database.read() as session:
        assert len(queries.pairings_of(session, TUBE)) == 1
