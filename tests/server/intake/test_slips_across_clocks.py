"""Who stood beside whom at a table is told by its journal, whatever its clock says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contract.events import NO_EVENT, encode_batch
from contract.tubes import TubeId
from server.db import Database
from server.intake.applier import apply_pending
from server.intake.models import StationBoot
from server.lab import services as lab
from server.lab.words import Call
from server.outcomes.gate import ResultHeld
from server.outcomes.services import release
from server.sampling import matter_decisions
from server.sampling.decision_models import SlipMember
from server.sampling.models import Pairing

pytestmark = pytest.mark.engines

OLD, MINUTE = datetime(1970, 1, 1, tzinfo=UTC), timedelta(minutes=1)
LAN, MINH = "user:lan", "user:minh"
Write = Callable[..., bytes]


def code(number: int) -> bytes:
    name = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number]
    return f"0241910001{number:02}||Nguyễn Thị {name}nh|02031991|Nữ|X|01012022".encode()


@pytest.fixture
def table(sender: Any, with_lots: None, now: datetime) -> Write:
    """Write the pairing of a tube, by a clock that was set or *boot*, *minutes* into it."""

    def write(number: int, minutes: int, boot: str = "") -> bytes:
        at = (OLD if boot else now) + minutes * MINUTE
        written: bytes = sender.pairing(
            TubeId.mint(26, number), code(number), at=at, trusted=not boot,
            boot=boot or "boot-good", mono=minutes * 60 * 10**9,
        )  # fmt: skip
        return written

    return write


def bring(sender: Any, database: Database, now: datetime, *written: bytes) -> None:
    body = encode_batch(sender.name, list(written), boot="boot-good", mono=900 * 10**9)
    assert sender.post(body).status_code == 200
    apply_pending(database, now + timedelta(hours=1))


def deny(database: Database, number: int, now: datetime) -> list[int]:
    """Let the person of a tube deny it; return which tubes are held with it."""
    with database.write() as session:
        asked = select(Pairing.id).where(Pairing.tube == TubeId.mint(26, number))
        which, at = session.scalars(asked).one(), now + timedelta(hours=2)
        matter_decisions.deny_pairing(session, which, reason="không phải", by="user:hoa", now=at)
        return sorted(each.tube.serial for each in session.scalars(select(SlipMember)))


def reboot_between(table: Write) -> list[bytes]:
    """Tubes 1 to 6 in a row; the clock was set between the third and the fourth."""
    return [table(n, 2 * n, "boot-a" if n <= 3 else "") for n in range(1, 7)]


def test_the_neighbours_across_a_clock_that_was_set_are_held(
    sender: Any, table: Write, database: Database, now: datetime
) -> None:
    bring(sender, database, now, *reboot_between(table))
    assert deny(database, 4, now) == [3, 5]


def test_so_are_those_of_one_from_before_it_was_set(
    sender: Any, table: Write, database: Database, now: datetime
) -> None:
    bring(sender, database, now, *reboot_between(table))
    assert deny(database, 3, now) == [2, 4]


def test_they_stay_held_once_the_time_is_known(
    sender: Any, table: Write, database: Database, now: datetime
) -> None:
    bring(sender, database, now, *reboot_between(table))
    deny(database, 4, now)
    at, tube = now + timedelta(hours=3), TubeId.mint(26, 3)
    with database.write() as session:
        session.add(StationBoot(station=sender.name, boot="boot-a", zero_at=now, how="upload"))
    apply_pending(database, at)
    with database.write() as session:
        lab.receive_tube(session, tube, box="H1", by=LAN, now=at)
        found = lab.enter_result(session, tube, lab.Finding(Call.POSITIVE), by=LAN, now=at)
        lab.verify_result(session, found.id, by=MINH, now=at)
        with pytest.raises(ResultHeld):
            release(session, [found.id], by=MINH, now=at)


def test_what_another_boot_wrote_at_the_same_odd_time_is_no_neighbour(
    sender: Any, table: Write, database: Database, now: datetime
) -> None:
    bring(
        sender, database, now, table(2, 1, "boot-a"), table(21, 1), table(22, 2),
        table(3, 2, "boot-b"), table(4, 3, "boot-b"),
    )  # fmt: skip
    assert deny(database, 3, now) == [4]


def test_what_good_clocks_say_was_hours_apart_is_no_neighbour(
    sender: Any, table: Write, database: Database, now: datetime
) -> None:
    bring(sender, database, now, table(1, 1), table(2, 9 * 60), table(3, 9 * 60 + 2))
    assert deny(database, 2, now) == [3]


def test_what_nobody_can_date_may_have_been_beside_either(
    sender: Any, table: Write, database: Database, now: datetime
) -> None:
    bring(sender, database, now, table(1, 1), table(2, 60, "boot-a"), table(3, 9 * 60))
    assert deny(database, 1, now) == [2]
    assert deny(database, 3, now) == [2, 2]


def test_a_new_journal_of_the_station_goes_on_with_the_run(
    sender: Any, table: Write, database: Database, now: datetime
) -> None:
    bring(sender, database, now, *[table(n, 2 * n) for n in (1, 2, 3)])
    sender.epoch, sender.seq, sender.prev = "f" * 16, 0, NO_EVENT
    bring(sender, database, now, *[table(n, 2 * n) for n in (4, 5, 6)])
    assert deny(database, 4, now) == [3, 5]
