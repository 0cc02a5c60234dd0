"""A restore says what has to be done again, and opens no door that was shut since the backup."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copyfile
from uuid import uuid4

import pytest
from sqlalchemy import select

from server.accounts.door_models import AccountLink
from server.accounts.models import EnrolmentCode, LoginSession, Station, User
from server.audit import words
from server.audit.services import record
from server.cli import main
from server.config import Settings
from server.preparing import Opened
from server.upkeep import copies
from server.upkeep.lost import AGAIN
from tests.server.upkeep.test_set_back import empty, register
from tests.server.upkeep.test_set_back import ours as ours

ERASED = "6f1c0c9e-0000-4000-8000-000000000001"


def act(settings: Settings, action: str, subject: str, now: datetime) -> None:
    with closing(Opened(settings)) as opened, opened.database.write() as session:
        record(session, action, subject, by="user:mai", now=now)


def kept_aside(settings: Settings, tmp_path: Path) -> Path:
    """Put SQLite's database aside, as whoever restores does; nobody has it open."""
    aside = tmp_path / "aside.sqlite"
    copyfile(Path(settings.data) / "ghepmau.sqlite", aside)
    return aside


def test_what_was_taken_away_since_the_backup_is_listed_from_the_database_that_is_replaced(
    ours: Settings, tmp_path: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    act(ours, "station.revoked", "ban-0", now)
    register(ours, now)
    assert main(["backup"]) == 0
    act(ours, "station.revoked", "ban-7", now)
    act(ours, "person.erased", ERASED, now)
    act(ours, "user.recovery-code-used", "user:mai", now)
    act(ours, "person.read", "x", now)
    lot = register(ours, now)
    assert main(["audit", "anchor"]) == 0
    aside = kept_aside(ours, tmp_path)
    empty(ours, tmp_path)
    capsys.readouterr()
    copy = str(copies.names_in(ours.backup_folder)[0])
    assert main(["--lang", "en", "restore", copy, "--replaced", str(aside)]) == 0
    told = capsys.readouterr().out
    lines = told.splitlines()
    erased, revoked = (
        next(at for at, line in enumerate(lines) if line.endswith(f"{what} (user:mai)"))
        for what in (f"Person erased: {ERASED}", "Station revoked: ban-7")
    )
    assert erased < revoked, "who must not be found any more comes first"
    assert "ban-0" not in told
    assert "Recovery code used: user:mai (user:mai)" in told, "it opens a door again"
    assert f"Lot {lot.id}: 2600 0001 01" in told
    assert "Person's record read 1" in told
    assert "acts are gone" in told
    assert "ghepmau-station send-all" in lines[-2]


@pytest.mark.parametrize("url", ["ghepmau:s3cret@db/x", "ghepmau@db/x?password=s3cret"])
def test_a_password_on_the_command_line_is_refused_and_nothing_is_restored(
    ours: Settings, tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup"]) == 0
    copy = str(copies.names_in(ours.backup_folder)[0])
    empty(ours, tmp_path)
    assert main(["restore", copy, "--replaced", f"postgresql+psycopg://{url}"]) == 2
    said = capsys.readouterr().err
    assert "PGPASSFILE" in said
    assert "s3cret" not in said
    assert not Path(ours.data, "ghepmau.sqlite").exists()


def test_where_nothing_can_be_read_of_it_the_steps_are_told_all_the_same(
    ours: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup"]) == 0
    copy = str(copies.names_in(ours.backup_folder)[0])
    assert main(["restore", copy, "--replaced", str(tmp_path / "none")]) == 2, "nothing was done"
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(b"no database" * 999)
    empty(ours, tmp_path)
    capsys.readouterr()
    assert main(["restore", copy, "--replaced", str(damaged)]) == 0
    told = capsys.readouterr().out
    assert "cannot be read" in told
    for vi, en in (
        ("Yêu cầu dữ liệu", "Data requests"),
        ("Đối tác", "Partners"),
        ("Lô ống", "Lots"),
    ):
        assert vi in told
        assert en in told


@pytest.mark.engines
def test_no_log_in_link_or_code_of_the_backup_opens_a_door(ours: Settings, now: datetime) -> None:
    later = now + timedelta(days=1)
    with closing(Opened(ours)) as opened, opened.database.write() as session:
        user = User(id=uuid4(), login="mai", name="Mai", role="registrar", password_hash="x",
                    place="vn-2021:24", active=True, created_at=now, awake_at=now)  # fmt: skip
        station = Station(id="ban-1", label="B", place="p", duty="sampling", state="created",
                          created_at=now)  # fmt: skip
        session.add_all([user, station])
        session.flush()
        session.add(LoginSession(token_hash="a", user_id=user.id, address_key="k", created_at=now,
                                 seen_at=now))  # fmt: skip
        session.add(AccountLink(token_hash="b", user_id=user.id, created_at=now, created_by="u",
                                expires_at=later))  # fmt: skip
        session.add(EnrolmentCode(code_hash="c", station="ban-1", created_at=now,
                                  expires_at=later))  # fmt: skip
    assert main(["restored"]) == 0
    with closing(Opened(ours)) as opened, opened.database.read() as session:
        assert session.scalars(select(LoginSession.ended_at)).one() is not None
        for one_time in (AccountLink, EnrolmentCode):
            assert session.scalars(select(one_time.used_at)).one() is not None


def test_everything_that_is_told_has_words() -> None:
    assert not [action for action in AGAIN if words.of(action) == (action, action)]
