"""What a station tells of a tube that was made void meanwhile."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contract.tubes import TubeId, TubeKind
from server.db import Database
from server.intake.applier import apply_pending
from server.intake.models import WireEvent
from server.sampling import lot_parts, lots, queries
from server.sampling.lot_models import LotPart
from server.sampling.lot_tiles import Run
from tests.server.statements import asked

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


def test_tubes_that_nobody_may_be_given_stop_nobody_and_cost_no_second_try(
    sender: Any, database: Database, now: datetime
) -> None:
    """A bag of void tubes in use makes hundreds: they are told beforehand, as one by one."""
    with database.write() as session:
        for series in (26, 90):
            lot = lots.register_lot(session, series=series, count=50, place="p", station=None,
                                    by="u", now=now)  # fmt: skip
            lot_parts.void_tubes(session, lot.id, Run(1, 20), reason="mất túi", by="u", now=now)
    pool, control = TubeId.mint(90, 30), TubeId.mint(99, 1)
    assert control.kind is TubeKind.CONTROL
    sent = [
        *(sender.pairing(TubeId.mint(26, at), code(at)) for at in range(1, 15)),
        sender.pairing(control), sender.pairing(pool, order="person-first"),
        sender.pairing(TubeId.mint(31, 1)), sender.pairing(TubeId.mint(26, 40)),
    ]  # fmt: skip
    sender.send(*sent)
    with asked(database) as statements:
        assert apply_pending(database, now) == 1
    assert not [each for each, _ in statements if each.startswith("SAVEPOINT")]
    with database.read() as session:
        rows = session.execute(select(WireEvent.problem).order_by(WireEvent.seq)).scalars()
        told = [*["tube-void"] * 14, "control-tube", "pool-order", "tube-of-no-lot", None]
        assert list(rows) == told


def code(person: int) -> bytes:
    return f"024091{person:06d}||Nguyễn Văn Mẫu|02031991|Nam|Hồng Thái, Việt Yên|01012022".encode()


def test_a_pairing_that_was_recorded_stays_so_where_its_tube_is_void_by_now(
    sender: Any, database: Database, now: datetime
) -> None:
    with database.write() as session:
        lot = lots.register_lot(session, series=26, count=5, place="p", station=None, by="u",
                                now=now)  # fmt: skip
    sender.send(sender.pairing(TUBE))
    assert apply_pending(database, now) == 1
    with database.write() as session:
        lot_parts.void_tubes(session, lot.id, Run(3, 5), reason="mất túi", by="u", now=now)
        session.execute(update(WireEvent).values(state="pending"))
        session.execute(update(LotPart).where(LotPart.first == 1).values(void_id=void(session)))
    assert apply_pending(database, now) == 1


def void(session: Session) -> UUID:
    return session.scalars(select(LotPart.void_id).where(LotPart.void_id.is_not(None))).one()
