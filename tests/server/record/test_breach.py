"""Whose data an account, a token or a station could see: every look is in the report."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from server.audit.services import record
from server.cli import main
from server.config import Settings
from server.db import Database
from server.sampling.models import Pairing
from server.upkeep import breach
from server.upkeep.breach_cli import lines


@pytest.fixture
def looked(tested: Any, database: Database, now: datetime) -> Database:
    with database.write() as session:
        for hours, action, subject in (
            (0, "person.read", tested.person),
            (1, "slip.printed", tested.person),
            (2, "list.taken-out", uuid4()),
            (3, "result.released", uuid4()),
            (30, "person.read", tested.person),
        ):
            at = now + timedelta(hours=hours)
            record(session, action, subject, by="user:hoa", now=at, detail="12 people")
        record(session, "person.read", tested.person, by="user:lan", now=now)
    return database


def test_the_report_has_everybody_and_everything_within_the_time(
    looked: Database, tested: Any, now: datetime
) -> None:
    with looked.read() as session:
        made = breach.report(session, "user:hoa", now, now + timedelta(hours=10))
        whole = breach.report(session, "user:hoa", now, now + timedelta(hours=100))
        none = breach.report(session, "user:minh", now + timedelta(days=1), now + timedelta(days=2))
        station = breach.report(session, "station:ban-1", now, now + timedelta(hours=1))
    reached = made.persons[tested.person]
    assert (reached.times, reached.last) == (2, now + timedelta(hours=1))
    assert {"name", "address", "test"} <= reached.fields
    assert whole.persons[tested.person].times == 3
    assert list(made.lists) == ["list.taken-out"]
    assert made.changes == {"result.released": 1}
    assert not none.persons
    assert list(station.persons) == [tested.person]
    told = "\n".join(lines("user:hoa", now, now + timedelta(hours=10), made))
    assert "one by one: 1" in told
    assert "12 people" in told
    assert "72 hours" in told


def test_every_action_that_shows_a_person_says_what_it_shows() -> None:
    root = Path(__file__).parents[3] / "server"
    words = "|".join(("read", "exported", "taken-out", "resolved", "printed", "opened"))
    found = {
        action
        for path in root.rglob("*.py")
        for action in re.findall(rf'"([a-z-]+\.[a-z-]*(?:{words}))"', path.read_text("utf-8"))
    }
    nobody = {"callback.reopened", "conflict.opened", "dispute.opened", "lot.printed",
              "matter.opened", "wsgi.multithread"}  # fmt: skip
    assert found - set(breach.FIELDS) <= nobody, found - set(breach.FIELDS) - nobody


def test_the_command_writes_who_was_reached_and_leaves_a_trace(
    looked: Database, settings: Settings, now: datetime, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "server.toml").write_text(
        f'data = "{settings.data}"\ndatabase = "{settings.database}"\n'
    )
    config = str(tmp_path / "server.toml")
    words = ["breach", "user:hoa", "--config", config, "--since", now.isoformat(), "--names"]
    words += ["--persons", str(tmp_path / "who.csv")]
    assert main(words) == 0
    assert "kinds of data" in capsys.readouterr().out
    assert "Nguyễn Thị Mẫu" in (tmp_path / "who.csv").read_text("utf-8-sig")
    assert (tmp_path / "who.csv").stat().st_mode & 0o077 == 0
    words[1] = "lan"
    assert main(words) == 2


def test_whom_a_station_paired_by_a_clock_that_was_not_set_is_in_its_report(
    tested: Any, database: Database, now: datetime
) -> None:
    with database.write() as session:
        pairing = session.get_one(Pairing, tested.pairing)
        pairing.paired_at, pairing.trusted = datetime(1970, 1, 1, tzinfo=UTC), False
    day = timedelta(days=1)
    with database.read() as session:
        then = breach.report(session, "station:ban-1", now - day, now - timedelta(hours=1))
        later = breach.report(session, "station:ban-1", now + day, now + 2 * day)
    assert then.persons[tested.person].first == now  # it may have been then; we heard of it now
    assert not later.persons  # we had heard of it before that
