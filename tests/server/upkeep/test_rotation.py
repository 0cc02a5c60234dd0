"""Keys change while people work: everything opens and is found, before, meanwhile and after."""

import itertools
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from contract.identities import Key, System
from server import schema
from server import vault as vaults
from server.audit import chain, keys
from server.audit.chain import Said
from server.audit.models import AuditEntry
from server.config import Settings
from server.db import Database
from server.people import queries
from server.people.models import Identity, Person
from server.sampling.decision_models import Decision
from server.upkeep import columns, key_file, keys_cli, rotation
from server.vault import KeyFile, Vault

GUARD = {
    "sqlite": [
        "CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision "
        "BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END"
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION test_is_final() RETURNS trigger AS $$ BEGIN "
        "RAISE EXCEPTION 'decisions are never changed'; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER decision_no_change BEFORE UPDATE ON decision "
        "FOR EACH STATEMENT EXECUTE FUNCTION test_is_final()",
    ],
}
NAMES = ("Nguyễn Thị Mẫu", "Trần Văn Bình", "Lê An")


def add(session: Session, name: str, number: str, now: datetime) -> Person:
    key = Key(System.CITIZEN, number)
    person = Person(
        id=uuid4(), name=name, name_blind=queries.name_blind(name), birth_year=1991, sex="F",
        block_blind=queries.block_blind(name, 1991), place="vn-2021:24", created_at=now,
    )  # fmt: skip
    link = Identity(
        id=uuid4(), person=person, system=str(key.system), value=number,
        value_blind=queries.value_blind(key), claimed=False, kind="citizen-card",
        evidence="page", linked_at=now, linked_by="user:lan",
    )  # fmt: skip
    session.add_all([person, link])
    return person


@pytest.fixture
def people(database: Database, now: datetime) -> Database:
    """Three people, and a decision that a trigger guards."""
    with database.write() as session:
        for number, name in enumerate(NAMES):
            add(session, name, f"02409100000{number}", now)
        session.add(
            Decision(
                id=uuid4(), matter="pairing", subject_id=uuid4(), tube=None, verdict="kept",
                kept_id=None, reason="mẹ của Lê An", by="user:hoa", at=now, supersedes=None,
            )
        )  # fmt: skip
    with database.write() as session:
        for statement in GUARD[session.get_bind().dialect.name]:
            session.execute(text(statement))
    return database


def found(database: Database) -> list[str | None]:
    """Who is found by each number and each name."""
    with database.read() as session:
        keys = [Key(System.CITIZEN, f"02409100000{number}") for number in range(len(NAMES))]
        links = queries.links_of(session, keys)
        by_number = [links[key].person.name if key in links else None for key in keys]
        by_name = [each.name for name in NAMES for each in queries.persons_named(session, name)]
        return [*by_number, *by_name]


def rotate(database: Database, path: Path) -> None:
    """What the command does, without its time to bring the file to other machines."""
    keys_cli.rotate(database, path, 0)


def steps(path: Path) -> list[KeyFile]:
    """The key file as it is at each step of a rotation."""
    first = Vault.load(path).keys
    added = key_file.with_new_keys(first)
    switched = key_file.switched(added)
    return [first, added, switched, key_file.without_old(switched)]


def test_whoever_is_written_at_any_step_is_found_at_every_later_one_but_the_last(
    people: Database, settings: Settings, now: datetime
) -> None:
    path = settings.vault_path
    for step, file in enumerate(steps(path)[:3]):
        key_file.put(path, file)
        with people.write() as session:
            add(session, f"Người {step}", f"03409100000{step}", now)
        assert found(people) == [*NAMES, *NAMES]
        with people.read() as session:
            for earlier in range(step + 1):
                assert queries.persons_named(session, f"nguoi {earlier}")
                assert queries.person_with(session, f"03409100000{earlier}")


def test_two_steps_next_to_each_other_find_what_the_other_writes(
    people: Database, settings: Settings, now: datetime
) -> None:
    """One process knows a new file a moment before another does."""
    path = settings.vault_path
    serial = itertools.count()
    for one, other in itertools.pairwise(steps(path)[:3]):
        for writes, reads in ((one, other), (other, one)):
            number = f"0440910000{next(serial):02d}"
            vaults.install(Vault(writes))
            with people.write() as session:
                add(session, "Phạm Thị Hoa", number, now)
            vaults.install(Vault(reads))
            with people.read() as session:
                assert queries.person_with(session, number)


def test_a_rotation_leaves_nothing_under_the_old_keys_and_everything_as_it_was(
    people: Database, settings: Settings
) -> None:
    before = Vault.load(settings.vault_path)
    said = Said(datetime.fromisoformat("2026-11-23T08:00:00+07:00"), "a", "b", "c", None)
    marked = chain.mark(keys.marking(), b"12345678", said)
    rotate(people, settings.vault_path)
    after = Vault.load(settings.vault_path)
    assert list(after.keys.data) == [after.keys.current] != [before.keys.current]
    assert (after.keys.step, after.keys.other_blind) == ("", "")
    assert found(people) == [*NAMES, *NAMES]
    with people.read() as session:
        assert rotation.left(session) == {}
        assert session.scalar(select(Decision.reason)) == "mẹ của Lê An"
        stored = set(session.scalars(select(Person.name_blind)))
        assert stored == {after.blind("person.name", queries.name_key(name)) for name in NAMES}
        assert session.scalar(select(AuditEntry.action)) == "keys.rotated"
    assert after.derive("slip.key", "1") == before.derive("slip.key", "1")
    assert chain.is_marked(keys.marking(), marked, said)
    with pytest.raises(DBAPIError, match="decisions are never changed"), people.write() as session:
        session.execute(text("UPDATE decision SET verdict = 'other'"))
    kept = settings.vault_path.with_name("vault.json.retired")
    assert before.keys.data[before.keys.current] in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


class PowerCut(Exception):
    pass


def test_a_rotation_that_was_killed_is_gone_on_with(people: Database, settings: Settings) -> None:
    path = settings.vault_path
    for file in steps(path)[1:3]:
        key_file.put(path, file)
    for tables in (1, 5, 30):
        left = itertools.count(1)

        def cut(_: str, left: Iterator[int] = left, last: int = tables) -> None:
            if next(left) == last:
                raise PowerCut

        with pytest.raises(PowerCut):
            rotation.work_through(people, cut)
        vaults.install(Vault.load(path))
        assert found(people) == [*NAMES, *NAMES]
    rotate(people, path)
    assert found(people) == [*NAMES, *NAMES]
    assert Vault.load(path).keys.step == ""


def test_one_rotation_runs_at_a_time(settings: Settings, vault: object) -> None:
    path = settings.vault_path
    with key_file.locked(path), pytest.raises(key_file.OtherRotation), key_file.locked(path):
        pass


def test_a_running_process_sees_a_new_key_file(settings: Settings, vault: Vault) -> None:
    path, first = settings.vault_path, vault.keys
    other = path.with_name("other")
    other.write_bytes(msgspec.json.encode(key_file.with_new_keys(first)))
    other.chmod(0o600)
    other.rename(path)
    assert _soon(lambda: len(vaults.current().keys.data) == 2)
    path.write_bytes(b"{")
    os.utime(path, ns=(1, 1))
    Event().wait(1.1)
    assert len(vaults.current().keys.data) == 2


def _soon(holds: Callable[[], bool]) -> bool:
    return any(holds() or Event().wait(0.2) for _ in range(50))


def test_every_search_key_can_be_made_anew_or_lasts() -> None:
    made = {f"{each.table}.{each.column}" for each in columns.SEARCHES} | columns.LASTING
    there = {
        f"{table.name}.{column.name}"
        for table in schema.tables.sorted_tables
        for column in table.columns
        if column.name.endswith("_blind")
    }
    assert made == there
