"""A database is copied before it gets a new shape, and goes back where nothing is lost by that."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text
from werkzeug.serving import make_server

from server import schema, vault
from server.cli import main
from server.config import Settings
from server.db import Database
from server.preparing import Opened
from server.upkeep import upgrading

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
STATION = (
    "INSERT INTO station (id, label, place, duty, state, created_at)"
    " VALUES (:id, 'B', 'vn-2021:24', 'sampling', 'created', '2026-11-23 00:00:00')"
)


def before_last() -> str:
    script = ScriptDirectory(str(schema.MIGRATIONS)).get_revision(schema.newest_revision() or "")
    return str(script.down_revision)


def add_station(settings: Settings, name: str) -> None:
    run(settings, STATION, id=name)


def run(settings: Settings, statement: str, **values: str) -> None:
    with closing(Opened(settings)) as opened, opened.database.engine.begin() as connection:
        connection.execute(text(statement), values)


def standing(settings: Settings) -> tuple[str | None, set[str]]:
    with closing(Opened(settings)) as opened:
        with opened.database.read() as session:
            stations = set(session.scalars(text("SELECT id FROM station")))
        return schema.revision_of(opened.database), stations


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A server one migration behind, with a station."""
    settings = Settings(data=str(tmp_path))
    monkeypatch.setenv("GHEPMAU_DATA", str(tmp_path))
    vault.install(vault.Vault.create(settings.vault_path))
    with closing(Opened(settings)) as opened:
        schema.upgrade(opened.database, to=before_last())
    run(settings, "INSERT INTO delivery_arrived VALUES ('ministry', 2)")
    add_station(settings, "ban-1")
    return settings


def test_an_upgrade_is_copied_first_and_taken_back_unless_something_was_written_since(
    old: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    in_the_way = Path(old.data) / "backups"
    in_the_way.write_text("no folder")
    assert main(["init"]) == 2  # no copy, no upgrade
    assert "Nothing was changed" in capsys.readouterr().err
    assert standing(old) == (before_last(), {"ban-1"})
    in_the_way.unlink()
    assert main(["upgrade"]) == 0
    copy = capsys.readouterr().out.splitlines()[0]
    assert standing(old) == (schema.newest_revision(), {"ban-1"})
    add_station(old, "ban-2")
    assert main(["go-back", copy]) == 2
    assert "station +1" in capsys.readouterr().err
    assert standing(old) == (schema.newest_revision(), {"ban-1", "ban-2"})
    run(old, "DELETE FROM station WHERE id = 'ban-2'")
    run(old, "UPDATE delivery_arrived SET count = 3")
    assert main(["go-back", copy]) == 2
    assert "delivery_arrived.count +1" in capsys.readouterr().err
    run(old, "UPDATE delivery_arrived SET count = 2")
    assert main(["go-back", copy]) == 0
    assert standing(old) == (before_last(), {"ban-1"})
    capsys.readouterr()
    assert main(["init"]) == 0  # as what starts the server: it copies as well
    assert "the copy from before it" in capsys.readouterr().out
    assert standing(old) == (schema.newest_revision(), {"ban-1"})


def test_a_disk_that_fills_after_the_copy_neither_hides_it_nor_calls_the_upgrade_failed(
    old: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[Path] = []

    def copied(path: Path) -> None:
        assert standing(old)[0] == before_last()  # told before anything changes
        path.with_suffix(".after-upgrade").mkdir()  # no file can be written there
        told.append(path)

    assert main(["stands"]) == 0
    with closing(Opened(old)) as opened:
        upgrading.bring(opened.database, Path(old.backup_folder), now=NOON, copied=copied)
    assert main(["stands"]) == 0
    assert capsys.readouterr().out.split() == [before_last(), schema.newest_revision()]
    assert main(["go-back", str(told[0])]) == 2
    assert "is not known" in capsys.readouterr().err


@pytest.mark.engines
@pytest.mark.parametrize("command", ["init", "upgrade", "work"])
def test_a_database_of_a_newer_release_is_left_alone_and_told(
    command: str, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("GHEPMAU_DATA", settings.data)
    monkeypatch.setenv("GHEPMAU_DATABASE", settings.database)
    stand_at(database, "9999_later")
    assert main([command]) == 2
    told = capsys.readouterr().err
    assert "9999_later" in told
    assert "Traceback" not in told


def stand_at(database: Database, revision: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32))")
        )
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:one)"), {"one": revision})


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield server.port
    server.shutdown()
    serving.join()


def test_a_server_is_ready_once_its_database_is_of_its_version(
    port: int, database: Database, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("GHEPMAU_PORT", str(port))
    stand_at(database, "0001")
    assert main(["ready", "--seconds", "0"]) == 2
    assert "not of this version" in capsys.readouterr().err
    stand_at(database, schema.newest_revision() or "")
    assert main(["ready", "--seconds", "0"]) == 0
