"""When a tube came to the laboratory: what was said before a station tells it changes nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contract.boxes import BoxId
from contract.duty_events import TubeArrived
from contract.tubes import TubeId
from server.db import Database
from server.intake.applier import apply_pending
from server.intake.models import WireEvent
from server.lab import services as lab
from server.lab.queries import reception_of, reception_steps_of
from server.lab.receptions import undo_rejection
from server.lab.words import Rejection

BOX, TUBE = BoxId.mint(12).text, TubeId.mint(26, 1)


@pytest.mark.parametrize(
    ("how", "box", "problem"),
    [
        ("received", BOX, None),
        ("received", BoxId.mint(13).text, "already-received"),
        ("rejected", BOX, "tube-rejected"),
        ("undone", BOX, "tube-rejected"),
    ],
)
def test_the_time_of_arrival_stays_whatever_was_said_on_the_page_meanwhile(
    sender: Any, database: Database, with_lots: None, now: datetime, how: str, box: str,
    problem: str | None,
) -> None:  # fmt: skip
    """The bench was off-line: who was given a tube of that number since was given another one."""
    sender.send(sender.write(TubeArrived, tube=TUBE.text, box=box, count=1))
    late, by = now + timedelta(hours=10), {"by": "user:lan", "now": now + timedelta(hours=10)}
    with database.write() as session:
        lab.receive_tube(session, TUBE, box=BOX, **by)
        if how != "received":
            lab.reject_tube(session, TUBE, Rejection.EMPTY, **by)
    apply_pending(database, late)
    with database.read() as session:
        assert session.scalars(select(WireEvent.problem)).all() == [problem]
    if how == "undone":
        with database.write() as session:
            undo_rejection(session, TUBE, note="nhầm ống", **by)
    with database.read() as session:
        reception = reception_of(session, TUBE)
        assert reception
        assert (reception.box, reception.accepted) == (BOX, how != "rejected")
        assert how == "rejected" or reception.at == now
        assert [step.at for step in reception_steps_of(session, TUBE)][:2] == [now, late]


def test_a_tube_that_is_heard_of_late_and_rejected_and_not_came_when_it_came(
    sender: Any, database: Database, with_lots: None, now: datetime
) -> None:
    sender.send(sender.write(TubeArrived, tube=TUBE.text, box=BOX, count=1))
    by = {"by": "user:lan", "now": now + timedelta(hours=10)}
    apply_pending(database, by["now"])
    with database.write() as session:
        lab.reject_tube(session, TUBE, Rejection.EMPTY, **by)
        undo_rejection(session, TUBE, note="nhầm ống", **by)
        reception = reception_of(session, TUBE)
        assert reception
        assert (reception.accepted, reception.at) == (True, now)
