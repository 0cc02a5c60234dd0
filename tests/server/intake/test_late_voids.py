"""A check-in that was undone stays undone, whichever of the two is heard of first."""

from datetime import datetime
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from contract import sealing
from contract.duty_events import CheckedIn, CheckInVoided
from server.db import Database
from server.declarations.models import CheckIn
from server.intake.applier import apply_pending
from server.intake.models import WireEvent
from tests.server.intake.conftest import CODE, id_of

pytestmark = pytest.mark.engines


def came(sender: Any) -> bytes:
    sealed = sealing.seal(sender.vault.sealing.public_key(), CODE)
    said = {"person": sealed, "person_kind": "citizen-card", "tag": "0" * 16, "symptoms": "no"}
    return sender.write(CheckedIn, **said)  # type: ignore[no-any-return]


def undone(sender: Any, check_in: bytes) -> bytes:
    return sender.write(CheckInVoided, check_in=id_of(check_in), reason="undo")  # type: ignore[no-any-return]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_in_whatever_order_they_come_it_is_undone(
    sender: Any, database: Database, now: datetime, order: tuple[int, ...]
) -> None:
    wrong = came(sender)
    written = [wrong, undone(sender, wrong), came(sender)]
    for each in order:
        sender.send(written[each])
        apply_pending(database, now)
    with database.read() as session:
        voided = {each.id: each.voided_at for each in session.scalars(select(CheckIn))}
        assert voided == {id_of(wrong): now, id_of(written[2]): None}
        assert set(session.scalars(select(WireEvent.state))) == {"applied"}


def test_what_undoes_something_that_never_came_is_refused_and_holds_nothing_up(
    sender: Any, database: Database, now: datetime
) -> None:
    lost = came(sender)
    sender.send(undone(sender, lost))
    sender.send(came(sender))
    assert apply_pending(database, now) == 1
    with database.read() as session:
        states = session.execute(select(WireEvent.state, WireEvent.problem).order_by(WireEvent.seq))
        assert states.all() == [("refused", "check-in-unknown"), ("applied", None)]
