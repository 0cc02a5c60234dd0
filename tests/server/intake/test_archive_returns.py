"""Every shelf comes back; check-ins are on none; what a killed run left in the folder goes."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from contract import sealing
from contract.duty_events import CheckedIn
from server.archives import aging, archiving, renewing, returning
from server.archives.models import Archive
from server.archives.shelves import BY_NAME, EVENTS, Shelf
from server.config import Settings
from server.db import Database
from server.declarations.models import CheckIn
from server.intake.applier import apply_pending
from server.intake.models import WireEvent
from tests.server.intake.closed_month import CODES, LATER, MONTH, bring, make
from tests.server.intake.conftest import id_of

pytestmark = pytest.mark.engines


def content(database: Database, shelf: Shelf) -> list[tuple[Any, ...]]:
    keys = list(shelf.table.primary_key.columns)
    asked = select(*keys, *(shelf.table.columns[name] for name in shelf.goes)).order_by(*keys)
    with database.read() as session:
        return [tuple(row) for row in session.execute(asked)]


@pytest.mark.parametrize("name", BY_NAME)
def test_every_shelf_comes_back_as_it_was(
    name: str, month: list[bytes], database: Database, tmp_path: Path, now: datetime
) -> None:
    bring(database, now)
    shelf = BY_NAME[name]
    before = content(database, shelf)
    made = archiving.make(database, tmp_path, MONTH, shelf, LATER)
    assert made is not None
    emptied = content(database, shelf)
    assert not {row[-1] for row in emptied} & {row[-1] for row in before if row[-1]}
    assert returning.restore(database, tmp_path, made, "kiện", LATER) == made.row_count
    assert content(database, shelf) == before
    again = archiving.make(database, tmp_path, MONTH, shelf, LATER)
    assert again is not None
    assert (again.name, content(database, shelf)) == (made.name, emptied)


@pytest.fixture
def came(month: list[bytes], sender: Any, database: Database, now: datetime) -> bytes:
    """A check-in of that month, as the station sent it."""
    sealed = sealing.seal(sender.vault.sealing.public_key(), CODES[0])
    said = {"person": sealed, "person_kind": "citizen-card", "tag": "0" * 16, "symptoms": "no"}
    written: bytes = sender.write(CheckedIn, **said)
    sender.send(written)
    assert apply_pending(database, now) == 1
    return written


def test_the_event_of_a_check_in_is_on_no_shelf(
    came: bytes, database: Database, tmp_path: Path
) -> None:
    made = make(database, tmp_path)
    assert made.row_count == 4
    told = returning.look(database, tmp_path, made, "xem", LATER)
    assert came not in [row["payload"] for row in told]
    with database.read() as session:
        assert session.get_one(WireEvent, id_of(came)).payload == came


def test_a_file_that_has_it_all_the_same_says_nothing_once_the_check_in_is_gone(
    came: bytes, database: Database
) -> None:
    with database.read() as session:
        asked = session.execute(select(*EVENTS.table.columns))
        rows = [[str(event), *more] for event, *more in asked]  # ids as a file has them
        assert returning.without_erased(session, EVENTS, rows) == rows
    with database.write() as session:
        session.execute(delete(CheckIn))
    with database.read() as session:
        left = returning.without_erased(session, EVENTS, rows)
    assert len(left) == len(rows) - 1
    assert str(id_of(came)) not in [row[0] for row in left]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*-archive")}


def test_what_a_killed_run_left_goes_and_what_the_register_does_not_know_stays(
    month: list[bytes], database: Database, settings: Settings
) -> None:
    folder = settings.archive_folder
    made = make(database, folder)
    first, whole = folder / made.name, (folder / made.name).read_bytes()
    unknown = folder / "2026-11-events-2.1.ghepmau-archive"
    unknown.write_bytes(b"of another database")
    renewing.renew(database, folder, made, LATER)
    first.write_bytes(whole)  # as if it was killed before the old edition went
    second = folder / made.name
    second.rename(folder / "away")
    aging.keep_clocks(database, settings, doing=True)
    assert names(folder) == {first.name, unknown.name}, "it may be the only copy"
    (folder / "away").rename(second)
    aging.keep_clocks(database, settings, doing=False)
    assert names(folder) == {first.name, second.name, unknown.name}
    aging.keep_clocks(database, settings, doing=True)
    assert names(folder) == {second.name, unknown.name}
    with database.write() as session:  # and killed before the file whose time is over went
        session.get_one(Archive, ("2026-11", "events", 1)).gone_at = LATER + timedelta(days=500)
    aging.keep_clocks(database, settings, doing=True)
    assert names(folder) == {unknown.name}
