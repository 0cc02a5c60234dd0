"""A copy while people work comes back whole elsewhere, names nobody, opens with its key alone."""

import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server import schema
from server import vault as vaults
from server.audit import sealing
from server.audit.services import record
from server.audit.verifying import verify
from server.config import Settings
from server.db import Database, open_database
from server.people.models import Person
from server.upkeep import backups, copies, postgres_copy, restoring, strongbox
from server.upkeep.strongbox import NotReadable
from server.vault import Vault

pytestmark = pytest.mark.blank
NAME = "Nguyễn Thị Mẫu"


@pytest.fixture
def migrated(settings: Settings, vault: object, now: datetime) -> Iterator[Database]:
    """A database with its triggers, one person and a sealed trail."""
    opened = open_database(settings.database_url)
    schema.upgrade(opened)
    with opened.write() as session:
        add_person(session, now)
        record(session, "person.met", "x", by="user:lan", now=now)
    sealing.seal_all(opened, lambda: now)
    yield opened
    opened.engine.dispose()


def add_person(session: Session, now: datetime) -> None:
    person = Person(id=uuid4(), name=NAME, birth_year=1991, place="vn-2021:24", created_at=now)
    session.add(person)


def elsewhere(database: Database, tmp_path: Path) -> Database:
    """An empty database of the same kind: for PostgreSQL, this one emptied."""
    if database.engine.dialect.name == "sqlite":
        return open_database(f"sqlite:///{tmp_path / 'elsewhere' / 'ghepmau.sqlite'}")
    with database.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    return database


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as stored."""
    with database.engine.connect() as connection:
        everything = {
            table.name: connection.execute(select(text("*")).select_from(table)).all()
            for table in schema.tables.sorted_tables
        }
        return {name: sorted(map(tuple, found), key=repr) for name, found in everything.items()}


@pytest.mark.engines
def test_a_copy_comes_back_the_same_elsewhere_and_names_nobody(
    migrated: Database, tmp_path: Path, now: datetime
) -> None:
    before = rows(migrated)
    made = backups.make(migrated, tmp_path / "backups", now=now)
    assert copies.names_in(tmp_path / "backups") == [made]
    assert made.stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [made.name]
    content = made.read_bytes()
    assert not [word for word in (NAME, "person.met", "user:lan") if word.encode() in content]
    assert backups.check(made).revision == schema.newest_revision()
    other = elsewhere(migrated, tmp_path)
    restoring.restore(other, made)
    assert rows(other) == before
    assert schema.differences(other) == []
    with other.read() as session:
        assert session.scalar(select(Person.name)) == NAME
        assert verify(session).sound
    with pytest.raises(postgres_copy.NotEmpty):
        restoring.restore(other, made)
    with pytest.raises(DBAPIError, match="never changed"), other.write() as session:
        session.execute(text("DELETE FROM audit_entry"))


@pytest.mark.parametrize("apart", [0, 1], ids=["in one second", "one after the other"])
def test_copies_that_are_made_at_once_are_both_whole(
    migrated: Database, tmp_path: Path, now: datetime, apart: int
) -> None:
    times = [now + timedelta(seconds=apart * number) for number in range(4)]
    with ThreadPoolExecutor(len(times)) as pool:
        made = list(pool.map(lambda at: backups.make(migrated, tmp_path / "b", now=at), times))
    assert set((tmp_path / "b").iterdir()) == set(made), "nothing else is left there"
    for each in set(made):
        assert backups.check(each).revision == schema.newest_revision()


def test_a_damaged_database_is_not_packed_and_nothing_stays(
    migrated: Database, tmp_path: Path, now: datetime
) -> None:
    if migrated.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL is read through its own checks")
    with migrated.engine.connect() as connection:
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'person'"
        page = connection.execute(text(root)).scalar_one()
        size = connection.execute(text("PRAGMA page_size")).scalar_one()
    migrated.engine.dispose()
    with Path(str(migrated.engine.url.database)).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xee" * 64)
    with pytest.raises(NotReadable, match="database is damaged"):
        backups.make(migrated, tmp_path / "b", now=now)
    assert list((tmp_path / "b").iterdir()) == []


def test_what_a_power_cut_left_of_a_copy_goes_with_the_next_but_not_one_under_way(
    migrated: Database, tmp_path: Path, now: datetime
) -> None:
    for name in (".copy-left", ".copy-running"):
        (tmp_path / "b" / name).mkdir(parents=True)
        (tmp_path / "b" / name / "copy.sqlite").touch()
    (tmp_path / "b" / ".copy.sqlite").touch()
    for name in (".copy-left", ".copy.sqlite"):
        os.utime(tmp_path / "b" / name, (0, 0))
    made = backups.make(migrated, tmp_path / "b", now=now)
    assert {path.name for path in (tmp_path / "b").iterdir()} == {".copy-running", made.name}


def test_a_copy_that_was_cut_off_changed_or_made_with_other_keys_does_not_open(
    migrated: Database, tmp_path: Path, now: datetime
) -> None:
    made = backups.make(migrated, tmp_path, now=now)
    whole = made.read_bytes()
    for place in (len(whole) - 1, len(whole) // 2, 40, 10):
        made.write_bytes(whole[:place])
        with pytest.raises(NotReadable):
            backups.check(made)
        made.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(NotReadable):
            backups.check(made)
    made.write_bytes(whole)
    vaults.install(Vault.create(tmp_path / "other.json"))
    with pytest.raises(NotReadable, match="other keys"):
        backups.check(made)


@pytest.fixture(scope="module")
def any_vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    return Vault.create(tmp_path_factory.mktemp("keys") / "vault.json")


@settings_of(max_examples=30)
@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=5), st.data())
def test_frames_come_back_in_order_and_none_can_be_left_out(
    any_vault: Vault, frames: list[bytes], data: st.DataObject
) -> None:
    vaults.install(any_vault)
    file = io.BytesIO()
    box = strongbox.Writer(file, made_at="x", engine="sqlite", revision="1")
    for frame in frames:
        box.frame(frame)
    box.close()
    whole = file.getvalue()
    assert list(_read(whole)) == frames
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(NotReadable):
        list(_read(whole[:cut]))


def _read(content: bytes) -> Iterator[bytes]:
    return strongbox.Reader(io.BufferedReader(io.BytesIO(content))).frames()
