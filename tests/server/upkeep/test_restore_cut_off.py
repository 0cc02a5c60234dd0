"""Whatever ends a restore: no database is in its place that does not know that it was set back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from server import schema
from server.cli import main
from server.config import Settings
from server.db import Database, open_database
from server.preparing import Opened
from server.sampling.number_models import Restored
from server.upkeep import backups, copies, postgres_copy, restoring
from tests.server.upkeep.test_afterwards import act, kept_aside
from tests.server.upkeep.test_set_back import BEFORE, empty, register
from tests.server.upkeep.test_set_back import ours as ours
from tests.server.upkeep.test_upgrading import stand_at


class CutOff(Exception):
    """Stands for whatever ends a process."""


@contextmanager
def cut_off_before(words: str) -> Iterator[None]:
    """End whatever is about to say *words* to a database."""

    def look(*asked: object) -> None:
        if words in str(asked[2]):
            raise CutOff

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", look)


@pytest.fixture
def copy(settings: Settings, vault: object, monkeypatch: pytest.MonkeyPatch, now: datetime) -> Path:
    """A backup of an older shape, and a server whose database is gone."""
    monkeypatch.setenv("GHEPMAU_DATA", settings.data)
    monkeypatch.setenv("GHEPMAU_DATABASE", settings.database)
    older = open_database(settings.database_url)
    schema.upgrade(older, to=BEFORE)
    made = backups.make(older, settings.backup_folder, now=now)
    older.engine.dispose()
    empty(settings, Path(settings.data))
    return made


def marks(settings: Settings) -> int:
    with closing(Opened(settings)) as opened, opened.database.read() as session:
        return session.scalar(select(func.count()).select_from(Restored)) or 0


def is_empty(settings: Settings) -> bool:
    """Return whether there is nothing in the place of the database."""
    if not settings.database:
        return not (Path(settings.data) / "ghepmau.sqlite").exists()
    opened = open_database(settings.database)
    try:
        return schema.revision_of(opened) is None
    finally:
        opened.engine.dispose()


@pytest.mark.blank
@pytest.mark.engines
@pytest.mark.parametrize("at", ["CREATE TABLE lot_gap", "INSERT INTO lot_gap", "UPDATE login_"])
def test_a_restore_that_ends_before_its_mark_leaves_nothing_and_may_be_run_again(
    settings: Settings, copy: Path, at: str
) -> None:
    with cut_off_before(at), pytest.raises(CutOff):
        main(["restore", str(copy)])
    assert is_empty(settings)
    assert main(["restore", str(copy)]) == 0
    assert marks(settings) == 1
    with closing(Opened(settings)) as opened:
        assert schema.differences(opened.database) == []


@pytest.mark.engines
def test_one_that_ends_while_the_trail_is_looked_at_is_marked_and_the_steps_are_told(
    ours: Settings, tmp_path: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    register(ours, now)
    assert main(["backup"]) == 0
    lost = register(ours, now)
    empty(ours, tmp_path)
    capsys.readouterr()
    with cut_off_before("INSERT INTO audit_seal"), pytest.raises(CutOff):
        main(["restore", str(copies.names_in(ours.backup_folder)[0])])
    assert "ghepmau-station send-all" in capsys.readouterr().out
    assert marks(ours) == 1
    assert (register(ours, now).first or 0) > (lost.last or 0) + 90_000


def damage_the_newest_time(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        triggers = "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_entry'"
        for (name,) in db.execute(triggers).fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute(
            "UPDATE audit_entry SET at = '20?6-11-2' WHERE id = (SELECT max(id) FROM audit_entry)"
        )
        db.commit()


def test_a_time_that_cannot_be_read_in_the_database_that_is_replaced_hides_nothing_else(
    ours: Settings, tmp_path: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    register(ours, now)
    assert main(["backup"]) == 0
    lost = register(ours, now)
    act(ours, "station.revoked", "ban-6", now)
    act(ours, "station.revoked", "ban-7", now)
    aside = kept_aside(ours, tmp_path)
    damage_the_newest_time(aside)
    empty(ours, tmp_path)
    capsys.readouterr()
    copy = str(copies.names_in(ours.backup_folder)[0])
    assert main(["--lang", "en", "restore", copy, "--replaced", str(aside)]) == 0
    told = capsys.readouterr().out
    assert "????-??-?? ??:??  Station revoked: ban-7" in told
    assert "Station revoked: ban-6" in told
    assert f"Lot {lost.id}" in told
    assert marks(ours) == 1


def test_a_trail_that_came_back_damaged_is_told_and_what_has_to_be_done_too(
    ours: Settings, tmp_path: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    act(ours, "station.revoked", "ban-7", now)
    with closing(Opened(ours)) as opened:
        damage_the_newest_time(Path(ours.data) / "ghepmau.sqlite")
        backups.make(opened.database, ours.backup_folder, now=now)
    empty(ours, tmp_path)
    capsys.readouterr()
    assert main(["restore", str(copies.names_in(ours.backup_folder)[0])]) == 0
    told = capsys.readouterr().out
    assert "audit trail cannot be read" in told
    assert "ghepmau-station send-all" in told
    assert marks(ours) == 1


def test_what_an_earlier_one_left_half_done_is_not_written_into_the_next(
    ours: Settings, tmp_path: Path, now: datetime
) -> None:
    """SQLite writes a `-wal` that it finds into whatever file stands beside it."""
    with closing(Opened(ours)) as opened:
        backups.make(opened.database, ours.backup_folder, now=now)
    empty(ours, tmp_path)
    half_done = Path(ours.data) / "ghepmau.sqlite.restoring"
    one = open_database(f"sqlite:///{half_done}")
    schema.upgrade(one)
    with one.engine.connect() as held:  # as a killed process leaves it: not folded into the file
        held.exec_driver_sql("CREATE TABLE left_behind (x INTEGER)")
        held.commit()
        wal = half_done.with_name(half_done.name + "-wal").read_bytes()
    one.engine.dispose()
    half_done.with_name(half_done.name + "-wal").write_bytes(wal)
    assert main(["restore", str(copies.names_in(ours.backup_folder)[0])]) == 0
    with closing(Opened(ours)) as opened:
        assert schema.differences(opened.database) == []


def test_a_database_that_appears_meanwhile_is_not_written_over(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    stand_at(database, schema.newest_revision() or "")
    copy = backups.make(database, tmp_path / "copies", now=now)
    target = tmp_path / "other" / "ghepmau.sqlite"

    def appears(*_: object) -> None:
        target.write_bytes(b"somebody's")

    with pytest.raises(postgres_copy.NotEmpty):
        restoring.restore(open_database(f"sqlite:///{target}"), copy, before=appears)
    assert target.read_bytes() == b"somebody's"
