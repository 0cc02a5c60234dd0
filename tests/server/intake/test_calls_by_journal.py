"""Of two samples of one station its journal tells which was later, whatever its clock said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contract.events import encode_batch
from contract.tubes import TubeId
from server.db import Database
from server.intake.applier import apply_pending
from server.lab import services as lab
from server.lab.words import Call, Rejection
from server.outcomes.models import Callback
from server.outcomes.services import release

pytestmark = pytest.mark.engines
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLD = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
LAN, MINH = "user:lan", "user:minh"


@pytest.mark.parametrize("later", ["the negative", "the leaking"])
def test_a_call_ends_with_what_the_station_wrote_down_later_and_with_nothing_else(
    sender: Any, with_lots: Any, database: Database, now: datetime, later: str
) -> None:
    first, second = TubeId.mint(26, 1), TubeId.mint(26, 40)
    for boot, tube, at in (("boot-a", first, OLD + 3 * DAY), ("boot-b", second, OLD)):
        send(sender, tube, at=at, trusted=False, boot=boot)
    apply_pending(database, now)
    leaking, good = (first, second) if later == "the negative" else (second, first)
    ended = ended_once_found(database, leaking, good, now + DAY)
    assert ended == (["resampled"] if later == "the negative" else [None])


@pytest.mark.parametrize("second", ["never set", "set right"])
def test_a_call_is_ended_by_no_sample_of_before_whose_clock_ran_ahead(
    sender: Any, with_lots: Any, database: Database, now: datetime, second: str
) -> None:
    good, leaking = TubeId.mint(26, 1), TubeId.mint(26, 40)
    send(sender, good, at=now + DAY, trusted=True, boot="boot-a")
    known = second == "set right"
    send(sender, leaking, at=now if known else OLD, trusted=known, boot="boot-b")
    apply_pending(database, now)
    assert ended_once_found(database, leaking, good, now + 2 * DAY) == [None]


def send(sender: Any, tube: TubeId, **clock: Any) -> None:
    event = sender.pairing(tube, mono=60 * 10**9, **clock)
    batch = encode_batch(sender.name, [event], boot="boot-z", mono=5 * 10**9)
    assert sender.post(batch).status_code == 200


def ended_once_found(
    database: Database, leaking: TubeId, good: TubeId, at: datetime
) -> list[str | None]:
    """Reject one, tell of the other that it is negative; return how the calls ended."""
    with database.write() as session:
        lab.reject_tube(session, leaking, Rejection.LEAKING, by=LAN, now=at)
        lab.receive_tube(session, good, box="H1", by=LAN, now=at)
        found = lab.enter_result(session, good, lab.Finding(Call.NEGATIVE), by=LAN, now=at)
        lab.verify_result(session, found.id, by=MINH, now=at)
        release(session, [found.id], by=MINH, now=at)
    with database.read() as session:
        return list(session.scalars(select(Callback.ended)))
