"""After a restore, and after `go-back --even-so`, a new lot has numbers that no label can have."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import select, text

from server import schema
from server.cli import main
from server.config import Settings
from server.db import Database, open_database
from server.preparing import Opened
from server.sampling import lots
from server.sampling.models import Lot
from server.sampling.number_models import Restored
from server.sampling.numbering import GivenOut
from server.upkeep import backups, copies, passed_over
from tests.server.upkeep.test_backups import elsewhere
from tests.server.upkeep.test_upgrading import stand_at

BEFORE = "0078_covered"


@pytest.fixture
def ours(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A server of today's shape that commands find."""
    monkeypatch.setenv("GHEPMAU_DATA", settings.data)
    monkeypatch.setenv("GHEPMAU_DATABASE", settings.database)
    stand_at(database, schema.newest_revision() or "")
    database.engine.dispose()
    return settings


def register(settings: Settings, now: datetime, count: int = 100) -> Lot:
    with closing(Opened(settings)) as opened, opened.database.write() as session:
        return lots.register_lot(
            session, series=26, count=count, place="vn-2021:24", station=None, by="user:a", now=now
        )


def empty(settings: Settings, tmp_path: Path) -> None:
    with closing(Opened(settings)) as opened:
        elsewhere(opened.database, tmp_path)
    for end in ("", "-wal", "-shm"):
        (Path(settings.data) / f"ghepmau.sqlite{end}").unlink(missing_ok=True)


@pytest.mark.engines
def test_a_lot_after_a_restore_has_no_number_of_one_that_was_printed_after_the_backup(
    ours: Settings, tmp_path: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    before = register(ours, now)
    assert main(["backup"]) == 0
    lost = register(ours, now)
    assert (lost.first, lost.last) == (101, 200)
    empty(ours, tmp_path)
    capsys.readouterr()
    assert main(["restore", str(copies.names_in(ours.backup_folder)[0])]) == 0
    assert "register them again on the page Lots" in capsys.readouterr().out
    new = register(ours, now)
    assert (new.first or 0) > (lost.last or 0) + 90_000
    assert before.id < lost.id < new.id
    assert int(new.id[-4:]) > 1_000
    assert (register(ours, now).first or 0) == (new.last or 0) + 1


@pytest.mark.engines
def test_a_backup_that_is_restored_twice_gives_no_number_twice_that_was_printed_in_between(
    ours: Settings, tmp_path: Path, now: datetime
) -> None:
    assert main(["backup"]) == 0
    copy = str(copies.names_in(ours.backup_folder)[0])
    empty(ours, tmp_path)
    assert main(["restore", copy]) == 0
    printed = register(ours, now, 20_000)
    empty(ours, tmp_path)
    (Path(ours.data) / passed_over.NAME).unlink()  # another machine: its note is beside the backup
    assert main(["restore", copy]) == 0
    new = register(ours, now)
    assert (new.first or 0) > (printed.last or 0)
    assert new.id > printed.id


def test_the_database_that_is_replaced_says_how_far_it_gave_out_numbers_where_no_note_does(
    ours: Settings, tmp_path: Path, now: datetime
) -> None:
    assert main(["backup"]) == 0
    copy = copies.names_in(ours.backup_folder)[0]
    empty(ours, tmp_path)
    assert main(["restore", str(copy)]) == 0
    printed = register(ours, now, 20_000)
    aside = tmp_path / "aside.sqlite"
    copyfile(Path(ours.data) / "ghepmau.sqlite", aside)
    empty(ours, tmp_path)
    for folder in (Path(ours.data), copy.parent):
        (folder / passed_over.NAME).unlink()
    assert main(["restore", str(copy), "--replaced", str(aside)]) == 0
    new = register(ours, now)
    assert (new.first or 0) > (printed.last or 0)
    assert new.id > printed.id


def test_a_note_of_the_numbers_that_is_damaged_stops_a_restore_before_anything_changes(
    ours: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup"]) == 0
    copy = str(copies.names_in(ours.backup_folder)[0])
    empty(ours, tmp_path)
    note = Path(ours.data) / passed_over.NAME
    note.write_bytes(b'{"at":')
    assert main(["restore", copy]) == 2
    assert str(note) in capsys.readouterr().err
    assert not (Path(ours.data) / "ghepmau.sqlite").exists()
    note.unlink()
    assert main(["restore", copy]) == 0


def test_a_note_keeps_what_an_earlier_one_had_further(tmp_path: Path, now: datetime) -> None:
    passed_over.keep([tmp_path], GivenOut(now, {1: 500, 2: 7}, {2026: 9}))
    passed_over.keep([tmp_path / "new", tmp_path], GivenOut(now, {1: 400, 3: 8}, {2027: 1}))
    assert (
        passed_over.read([tmp_path, tmp_path / "new", tmp_path / "none"])
        == [GivenOut(now, {1: 500, 2: 7, 3: 8}, {2026: 9, 2027: 1})] * 2
    )


@pytest.mark.engines
def test_a_database_that_was_set_back_by_other_means_passes_over_numbers_once_it_is_said(
    ours: Settings, now: datetime
) -> None:
    register(ours, now)
    assert main(["restored"]) == 0
    assert (register(ours, now).first or 0) > 100_100


def test_going_back_with_a_loss_passes_over_what_was_given_out_since(
    ours: Settings, now: datetime
) -> None:
    register(ours, now)
    with closing(Opened(ours)) as opened:
        copy = backups.make(opened.database, ours.backup_folder, now=now)
    lost = register(ours, now)
    assert main(["go-back", str(copy), "--even-so"]) == 0
    new = register(ours, now)
    assert (new.first or 0) > (lost.last or 0) + 90_000
    with closing(Opened(ours)) as opened, opened.database.read() as session:
        assert len(session.scalars(select(Restored)).all()) == 1


def test_going_back_to_a_release_that_knows_no_marks_says_which_numbers_are_given_out(
    ours: Settings, tmp_path: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    older = open_database(f"sqlite:///{tmp_path / 'older.sqlite'}")
    schema.upgrade(older, to=BEFORE)
    copy = backups.make(older, tmp_path / "copies", now=now)
    older.engine.dispose()
    register(ours, now)
    assert main(["go-back", str(copy), "--even-so"]) == 0
    assert "series 26 is given out to 100" in capsys.readouterr().out
    (noted,) = passed_over.read([Path(ours.data)])
    assert noted.series == {26: 100}, "`restored` passes over them, once the new release is back"


@pytest.mark.blank
@pytest.mark.engines
def test_lots_and_what_refers_to_them_come_through_the_migration(
    settings: Settings, vault: object, now: datetime
) -> None:
    older = open_database(settings.database_url)
    schema.upgrade(older, to=BEFORE)
    add = (
        "INSERT INTO lot (id, kind, series, first, last, follows, size, place, created_at,"
        " created_by) VALUES (:id, 'sampling', 26, :first, :last, :follows, 100, 'p',"
        " '2026-11-23 00:00:00', 'u')"
    )
    with older.engine.begin() as connection:
        for at, follows in ((1, None), (101, 100)):
            row = {"id": f"L-2026-{at:04d}", "first": at, "last": at + 99, "follows": follows}
            connection.execute(text(add), row)
            connection.execute(
                text("INSERT INTO lot_part (lot_id, first, last, size, team)"
                     " VALUES (:id, 1, 100, 100, '')"), row,
            )  # fmt: skip
    schema.upgrade(older)
    assert schema.differences(older) == []
    with older.write() as session:
        kept = session.scalars(select(Lot).order_by(Lot.first)).all()
        assert [(each.follows, each.gap) for each in kept] == [(None, None), (100, None)]
        new = lots.register_lot(
            session, series=26, count=5, place="p", station=None, by="u", now=now
        )
        assert (new.first, new.follows) == (201, 200)
    older.engine.dispose()
