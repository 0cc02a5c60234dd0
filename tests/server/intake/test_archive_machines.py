"""Several machines serve one database: archives are made on the one that has the folder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from server.archives import aging, standing, turns
from server.archives.models import Archive
from server.cli import main
from server.config import Settings
from server.db import Database
from server.upkeep.judging import Level

pytestmark = pytest.mark.engines


@pytest.fixture
def other(settings: Settings, tmp_path: Path) -> Settings:
    """Those of a second machine: the same database, a folder of its own."""
    return replace(settings, archives=str(tmp_path / "other"))


@pytest.fixture
def archived(database: Database, settings: Settings) -> Archive:
    """A month's file that is in the first machine's folder and in the register."""
    now = datetime.now(UTC)
    made = Archive(
        month="2026-05", shelf="events", number=1, edition=1, row_count=3, size=5, digest="x" * 64,
        made_at=now, checked_at=now, emptied_at=now, gone_at=None,
    )  # fmt: skip
    settings.archive_folder.mkdir(parents=True)
    (settings.archive_folder / made.name).write_bytes(b"12345")
    with database.write() as session:
        session.add(made)
    return made


def run(settings: Settings, folder: Path, *command: str) -> int:
    config = folder / "server.toml"
    config.write_text(
        f'data = "{settings.data}"\ndatabase = "{settings.database}"\n'
        f'archives = "{settings.archives}"\n'
    )
    return main(["archive", *command, "--config", str(config)])


def test_a_machine_whose_folder_has_none_of_the_files_archives_nothing_unless_it_is_told_to(
    database: Database, archived: Archive, other: Settings, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for command in (["due"], ["make", "--month", "2026-06"]):
        assert run(other, tmp_path, *command) == 2
        assert "turn the timer off here" in capsys.readouterr().err
        assert run(other, tmp_path, *command, "--here") == 0
    assert run(other, tmp_path, "list") == 0, "whoever only looks is not kept off"


def test_the_machine_that_has_the_folder_goes_on(
    database: Database, archived: Archive, settings: Settings, tmp_path: Path
) -> None:
    assert run(settings, tmp_path, "due") == 0


def test_check_on_another_machine_says_where_to_look(
    database: Database, archived: Archive, settings: Settings, other: Settings
) -> None:
    now = datetime.now(UTC)
    with database.read() as session:
        _, here = standing.judged(session, settings, now, deep=False)
        _, there = standing.judged(session, other, now, deep=False)
    assert here.level is Level.WELL
    assert there.level is Level.BAD
    assert "`check` there" in there.sentence


def test_two_machines_are_never_at_it_at_once(
    database: Database, settings: Settings, other: Settings
) -> None:
    """SQLite serves one machine, whose folder is held as ever."""
    with turns.alone(database, settings.archive_folder):
        if database.engine.dialect.name == "sqlite":
            return
        with pytest.raises(turns.ElsewhereNow), turns.alone(database, other.archive_folder):
            pass
        other.archive_folder.mkdir(exist_ok=True)
        with pytest.raises(turns.ElsewhereNow):
            aging.keep_clocks(database, other, doing=True)
    with turns.alone(database, other.archive_folder):
        pass  # the turn is over with its holder
