"""Nothing is taken away for good by a clock that the trail speaks against."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.audit.models import AuditEntry
from server.cli import main
from server.config import Settings
from server.db import Database
from server.intake.models import Quarantine
from server.upkeep import clock_sense
from server.upkeep.opening import Trouble
from tests.server.statements import asked

pytestmark = pytest.mark.engines

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def noted(session: Session, *at: datetime, action: str = "user.logged-in", of: str = "lan") -> None:
    for each in at:
        audit.record(session, action, of, by="user:lan", now=each)


def days(begin: datetime, number: int, step: int = 1) -> list[datetime]:
    return [begin + DAY * each for each in range(0, number, step)]


def speaks_against(session: Session, now: datetime) -> str:
    found = clock_sense.doubt(session, now)
    return str(found) if found else ""


def test_nothing_speaks_against_a_clock_that_goes_on(session: Session, now: datetime) -> None:
    assert not speaks_against(session, now), "a server's first day"
    noted(session, *days(now, 200, 7))
    assert not speaks_against(session, now + 200 * DAY)
    noted(session, now + 196 * DAY + 5 * MINUTE)
    assert not speaks_against(session, now + 196 * DAY), "another server's clock, a little ahead"


@pytest.mark.parametrize("back", [11 * MINUTE, DAY, 9000 * DAY])
def test_a_clock_behind_the_trail_is_not_believed(
    session: Session, now: datetime, back: timedelta
) -> None:
    noted(session, now - DAY, now)
    assert "timedatectl" in speaks_against(session, now - back)


@pytest.mark.parametrize("ahead", [41 * DAY, 365 * DAY, 3650 * DAY])
def test_a_clock_that_jumped_ahead_is_not_believed_whatever_was_done_since(
    session: Session, now: datetime, ahead: timedelta
) -> None:
    noted(session, *days(now - 50 * DAY, 50))
    assert "--even-so" in speaks_against(session, now + ahead)
    noted(session, *days(now + ahead, 5))
    assert "--even-so" in speaks_against(session, now + ahead + 5 * DAY)
    noted(session, now + MINUTE)  # the clock was set right
    assert not speaks_against(session, now + 2 * MINUTE)


def test_a_long_trail_is_halved_and_not_read(database: Database, now: datetime) -> None:
    with database.write() as session:
        noted(session, *days(now - 700 * DAY, 200))
        noted(session, *days(now - 300 * DAY, 300))
    with asked(database) as found, database.read() as session:
        assert speaks_against(session, now)
    assert len(found) < 60
    with database.write() as session:
        noted(session, now, action="retention.run", of="persons")
    with database.read() as session:
        assert not speaks_against(session, now), "it was run since"


def test_an_operator_who_looked_is_believed_once_for_all(database: Database, now: datetime) -> None:
    with database.write() as session:
        noted(session, now - 90 * DAY)  # the season's end; the server was off since
    with pytest.raises(Trouble):
        clock_sense.check(database, now, even_so=False)
    clock_sense.check(database, now, even_so=True)
    clock_sense.check(database, now + DAY, even_so=False)
    with database.read() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
        assert actions.all() == ["user.logged-in", "clock.vouched-for"]


@pytest.mark.parametrize("command", [["retention", "run"], ["archive", "due"],
                                     ["archive", "make", "--month", "2026-01"]])  # fmt: skip
def test_commands_that_take_away_for_good_refuse(
    database: Database, settings: Settings, tmp_path: Any, command: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    now = datetime.now(UTC)
    with database.write() as session:
        noted(session, now - 400 * DAY)
        session.add(
            Quarantine(id=uuid4(), at=now - 399 * DAY, station="x",
                       reason="r", detail="", body=b"Nguyen", size=6, digest="d" * 64, times=1,
                       remote="")
        )  # fmt: skip
    config = tmp_path / "server.toml"
    config.write_text(f'data = "{settings.data}"\ndatabase = "{settings.database}"\n')
    assert main([*command, "--config", str(config)]) == 2
    said = capsys.readouterr().err
    assert "Chưa xóa gì" in said
    assert "Nothing was taken away" in said
    with database.read() as session:
        assert len(session.scalars(select(Quarantine)).all()) == 1
    assert main([*command, "--even-so", "--config", str(config)]) == 0
    with database.read() as session:
        left = 0 if command[0] == "retention" else 1
        assert len(session.scalars(select(Quarantine)).all()) == left
