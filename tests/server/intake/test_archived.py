"""A closed month goes out of the database and comes back; what is sent again stays known."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import func, select

from contract import events
from contract.tubes import TubeId
from server.archives import archiving, returning
from server.archives.openness import still_open
from server.archives.shelves import EVENTS
from server.audit.models import AuditEntry
from server.db import Database
from server.figures import recount
from server.intake.applier import apply_pending
from server.intake.models import Quarantine, WireEvent
from server.sampling.models import Pairing
from tests.server.intake.closed_month import CODES, LATER, MONTH, TUBES, finish, make, rows, tell

pytestmark = pytest.mark.engines


def actions(database: Database) -> list[str]:
    with database.read() as session:
        told = select(AuditEntry.action).where(AuditEntry.action.startswith("archive."))
        return list(session.scalars(told.order_by(AuditEntry.id)))


def test_what_goes_is_in_the_file_and_comes_back_the_same(
    month: list[bytes], database: Database, tmp_path: Path
) -> None:
    before, skeleton = rows(database), rows(database, "payload")
    made = make(database, tmp_path)
    assert (made.row_count, rows(database, "payload")) == (4, skeleton)
    with database.read() as session:
        assert set(session.scalars(select(WireEvent.payload))) == {b""}
    assert b"Nguy" not in (tmp_path / made.name).read_bytes()
    told = list(returning.look(database, tmp_path, made, "thanh tra", LATER))
    assert sorted(row["payload"] for row in told) == sorted(month)
    assert recount.differences(database) == []
    assert returning.restore(database, tmp_path, made, "kiện", LATER) == 4
    assert returning.restore(database, tmp_path, made, "kiện", LATER) == 0
    assert rows(database) == before
    assert make(database, tmp_path).name == made.name, "from the file that is there"
    assert rows(database, "payload") == skeleton
    wanted = ["made", "emptied", "read", "restored", "restored", "emptied"]
    assert actions(database) == [f"archive.{each}" for each in wanted]


@examples(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(portions=st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), max_size=4))
def test_an_archived_event_that_comes_again_is_known_and_never_applied_twice(
    month: list[bytes], sender: Any, database: Database, tmp_path: Path,
    portions: Sequence[Sequence[int]],
) -> None:  # fmt: skip
    archiving.make(database, tmp_path, MONTH, EVENTS, LATER)
    before = rows(database)
    for portion in portions:
        answer = sender.send(*(month[each] for each in portion))
        assert answer.status_code == 200
        assert answer.get_json()["known"] == len(portion)
    assert apply_pending(database, LATER) == 0
    assert rows(database) == before
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Pairing)) == 3
        paired = AuditEntry.action == "tube.paired"
        assert session.scalar(select(func.count()).where(paired)) == 3
    assert recount.differences(database) == []


def test_other_bytes_under_an_archived_number_are_still_found_out(
    month: list[bytes], sender: Any, database: Database, tmp_path: Path
) -> None:
    make(database, tmp_path)
    before = rows(database)
    known = events.decode(month[1])
    sender.seq, sender.prev = 1, known.prev
    sender.send(sender.pairing(TUBES[0], CODES[1]))
    assert rows(database) == before
    with database.read() as session:
        assert session.scalars(select(Quarantine.reason)).all() == ["changed-replay"]


def test_a_month_with_anything_open_stays(
    month: list[bytes], sender: Any, database: Database, tmp_path: Path, now: datetime
) -> None:
    fourth = TubeId.mint(26, 4)
    sender.send(sender.pairing(fourth))
    assert refused(database, tmp_path) == {"events that were not applied": 1}
    apply_pending(database, now)
    assert refused(database, tmp_path) == {"pairing_without_reception": 1}
    with database.write() as session:
        finish(session, fourth, now + timedelta(days=2))
    assert refused(database, tmp_path) == {"outcome_without_delivery": 1}
    tell(database, LATER)
    assert make(database, tmp_path).row_count == 5
    with pytest.raises(archiving.StillOpen, match="not over"):
        archiving.make(database, tmp_path, MONTH, EVENTS, MONTH.end - timedelta(seconds=1))


def refused(database: Database, folder: Path) -> dict[str, int]:
    with pytest.raises(archiving.StillOpen):
        make(database, folder)
    with database.read() as session:
        return still_open(session, MONTH)
