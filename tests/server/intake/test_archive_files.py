"""Archive files: killed, damaged, erased, expired, under new keys, and by the command."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select, update

from server import vault as vaults
from server.archives import archiving, files, renewing, returning
from server.archives.models import Archive
from server.archives.shelves import EVENTS, Damaged
from server.cli import main
from server.config import Settings
from server.db import Database
from server.intake.models import WireEvent
from server.record.requests import erase
from server.sampling.models import Pairing
from server.upkeep import key_file
from server.upkeep.strongbox import NotReadable
from server.vault import Vault
from tests.server.intake.closed_month import LATER, MONTH, TUBES, make, rows
from tests.server.intake.conftest import id_of

pytestmark = pytest.mark.engines


def test_killed_between_any_two_steps_the_same_command_goes_on(
    month: list[bytes], database: Database, tmp_path: Path
) -> None:
    before, other = rows(database), "2026-11-events-1.1.ghepmau-archive"
    (tmp_path / other).write_bytes(b"half of a file that no register knows")
    begun = archiving.write(database, tmp_path, MONTH, EVENTS, 1, LATER)
    assert rows(database) == before
    with database.write() as session:  # killed after the first piece
        session.execute(update(WireEvent).where(WireEvent.seq == 1).values(payload=b""))
    made = make(database, tmp_path)
    assert (made.number, made.digest) == (1, begun.digest)
    assert returning.restore(database, tmp_path, made, "kiện", LATER) == 4
    assert rows(database) == before


def test_what_is_not_as_it_was_written_is_not_believed(
    month: list[bytes], database: Database, tmp_path: Path
) -> None:
    made = archiving.write(database, tmp_path, MONTH, EVENTS, 1, LATER)
    before, path = rows(database), tmp_path / made.name
    good = path.read_bytes()
    path.write_bytes(good[:-40] + bytes([good[-40] ^ 1]) + good[-39:])
    with pytest.raises(archiving.NotThisFile):
        make(database, tmp_path)
    assert rows(database) == before
    with pytest.raises(NotReadable):
        files.check(path)
    path.write_bytes(good)
    with database.write() as session:
        session.execute(update(WireEvent).where(WireEvent.seq == 2).values(payload=b"rot"))
    with pytest.raises(Damaged):
        archiving.write(database, tmp_path, MONTH, EVENTS, 2, LATER)


def test_who_was_erased_is_in_no_archive_and_does_not_come_back(
    month: list[bytes], database: Database, tmp_path: Path
) -> None:
    made = make(database, tmp_path)
    with database.write() as session:
        person = session.scalars(select(Pairing.person_id).where(Pairing.tube == TUBES[0])).one()
        erase(session, [person], by="user:hoa", now=LATER)
    told = returning.look(database, tmp_path, made, "xem", LATER)
    assert month[1] not in [row["payload"] for row in told]
    assert renewing.forget(database, tmp_path, made, LATER + timedelta(hours=1))
    [renewed] = standing(database)
    assert (renewed.edition, renewed.row_count) == (2, 3)
    assert [path.name for path in tmp_path.glob("*-archive")] == [renewed.name]
    assert returning.restore(database, tmp_path, renewed, "kiện", LATER) == 3
    assert not renewing.forget(database, tmp_path, renewed, LATER + timedelta(days=1))


def standing(database: Database) -> list[Archive]:
    with database.read() as session:
        return renewing.registered(session)


def test_a_file_goes_when_its_time_is_over(
    month: list[bytes], database: Database, tmp_path: Path, settings: Settings
) -> None:
    made = make(database, tmp_path)
    over = MONTH.end + timedelta(days=settings.keep_event_days)
    assert not renewing.due(made, settings, over - timedelta(days=1))
    assert renewing.due(made, settings, over)
    renewing.remove(database, tmp_path, made, over)
    assert standing(database) == []
    assert not (tmp_path / made.name).exists()


def test_new_keys_open_what_was_archived_under_old_ones(
    month: list[bytes], database: Database, tmp_path: Path, vault: Vault
) -> None:
    made = make(database, tmp_path)
    vaults.install(Vault(key_file.switched(key_file.with_new_keys(vault.keys))))
    behind, away = renewing.of_old_keys(database, tmp_path)
    assert [each.name for each in behind] == [made.name]
    assert away == []
    renewing.renew(database, tmp_path, made, LATER)
    vaults.install(Vault(key_file.without_old(vaults.current().keys)))
    [renewed] = standing(database)
    assert files.check(tmp_path / renewed.name) == 4
    assert renewing.of_old_keys(database, tmp_path) == ([], [])


def test_the_command_lists_checks_reads_and_brings_back(
    month: list[bytes], database: Database, settings: Settings, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    made, before = make(database, settings.archive_folder), rows(database)
    config = tmp_path / "server.toml"
    config.write_text(f'data = "{settings.data}"\ndatabase = "{settings.database}"\n')

    def archive(*words: str) -> int:
        return main(["archive", *words, "--config", str(config)])

    assert [archive("list"), archive("check"), archive("plan", "--month", "2026-11")] == [0, 0, 0]
    said = capsys.readouterr().out
    assert "4 rows" in said
    assert f"{made.name} is whole" in said
    assert archive("read", "--month", "2026-11") == 2, "a reason must be given"
    assert (
        archive("read", "--month", "2026-11", "--reason", "hỏi", "--event", str(id_of(month[1])))
        == 0
    )
    [row] = capsys.readouterr().out.splitlines()
    assert msgspec.json.decode(row)["payload"] == month[1].decode()
    assert archive("make", "--month", "2099-01") == 2, "it is not over"
    assert archive("restore", "--month", "2026-11", "--reason", "kiện") == 0
    assert rows(database) != before
    (settings.archive_folder / made.name).unlink()
    assert archive("check") == 2
