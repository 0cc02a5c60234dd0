"""F21: a journal and a server's database that have grown for years start as if they were new.

GHEPMAU_FAULTS_ROWS=1000000 plays the whole size; `docs/faults.md` says what was seen.
"""

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import msgspec
import pytest

from contract import signing
from contract.events import Event, TubePaired, encode_batch
from contract.tubes import TubeId
from device.backlog import Backlog, Batch
from device.chain import Row
from device.clock import SystemClock
from device.drafts import Drafts
from device.facts import Paired, Person
from device.journal import LONG, Journal
from device.journal_file import files_of, open_for_reading, rows_after
from device.ledger import Ledger
from faults import runs
from faults.province import Server, found, free_port, station_at
from faults.table import STATION
from server.db import open_database
from server.intake.upload import read_upload
from server.intake.writer import Writer

ROWS = int(os.environ.get("GHEPMAU_FAULTS_ROWS", "100000"))
LONGEST_START = 5.0  # seconds, F21's bar


def draft() -> TubePaired:
    pair = Paired(
        TubeId.mint(26, 0), Person("0" * 16, "citizen-card", "s" * 270), "person-first", 2500
    )
    event = Drafts(STATION, "vn-2021:24.222.07").of(pair, SystemClock().moment(), Ledger())
    assert isinstance(event, TubePaired)
    return event


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station's folder with a journal of ROWS pairings, written by the journal itself."""
    folder, first = tmp_path_factory.mktemp("years"), draft()
    for start in range(0, ROWS, LONG):
        drafts: list[Event] = [
            msgspec.structs.replace(first, tube=TubeId.mint(26, n).text, tag=f"{n:016x}")
            for n in range(start, start + LONG)
        ]
        with closing(Journal(folder / "journal", STATION)) as journal:
            journal.append(*drafts)
    return folder


def test_a_journal_of_years_opens_in_seconds_and_knows_every_tube(years: Path) -> None:
    Journal(years / "journal", STATION).close()
    began = perf_counter()
    with closing(Journal(years / "journal", STATION)) as journal:
        took = perf_counter() - began
        assert (journal.total, journal.alarms) == (ROWS, [])
        for number in range(0, ROWS, ROWS // 50):
            use = journal.ledger.use_of(TubeId.mint(26, number).text)
            assert use is not None
            assert use.tags == {f"{number:016x}"}
        assert journal.ledger.use_of(TubeId.mint(26, ROWS).text) is None
        memory = sum(len(part.records) for part in journal.ledger.older.parts) // 2**20
    files = len(files_of(years / "journal"))
    print(f"{ROWS} rows in {files} files: {took:.2f} s, {memory} MB of old tubes")
    assert took < LONGEST_START


def test_what_waits_is_found_at_once_behind_years_of_what_was_sent(years: Path) -> None:
    with closing(Journal(years / "journal", STATION)) as journal:
        journal.append(draft())
    backlog = Backlog(years)
    files = files_of(years / "journal")
    for path in files[:-1]:
        backlog.done(Batch(path.name[5:21], [Row(LONG, "", b"")]))
    backlog.next(500)
    began = perf_counter()
    batch = backlog.next(500)
    took = perf_counter() - began
    assert batch is not None
    assert len(batch.rows) == 1
    print(f"the next batch behind {len(files)} files: {took * 1000:.1f} ms")
    assert took < 0.1


def test_a_server_of_years_starts_and_takes_uploads_as_a_new_one(
    years: Path, tmp_path: Path
) -> None:
    home = station_at(tmp_path / "station")
    fresh = Server(tmp_path / "new", free_port())
    found(tmp_path / "new", signing.public_text(home.secrets.key))
    new = seconds_to_start(fresh)
    fresh.kill()
    found(tmp_path / "server", signing.public_text(home.secrets.key))
    stored = fill(tmp_path / "server", years / "journal")
    server = Server(tmp_path / "server", free_port())
    started = seconds_to_start(server)
    try:
        assert runs.run(home.journal, "--pairs", "100").code == 0
        up = home.uplink(f"http://127.0.0.1:{server.port}", most=500)
        began = perf_counter()
        up.turn()
        took = perf_counter() - began
        assert up.backlog.sent.sent > 100
    finally:
        server.kill()
    size = (tmp_path / "server" / "ghepmau.sqlite").stat().st_size // 2**20
    starts = f"start {started:.1f} s (a new one {new:.1f} s)"
    print(f"server with {stored} events, {size} MB: {starts}, upload {took:.2f} s")
    assert started < new * 2 + LONGEST_START / 2  # the machine may be as slow as it likes
    assert took < 2


def seconds_to_start(server: Server) -> float:
    began = perf_counter()
    server.start()
    return perf_counter() - began


def fill(data: Path, journal: Path) -> int:
    """Store half of the journal's events as the intake does; mark them as applied."""
    database, now, stored = (
        open_database(f"sqlite:///{data / 'ghepmau.sqlite'}"),
        datetime.now(UTC),
        0,
    )
    writer = Writer(database)
    files = files_of(journal)
    for path in files[: max(1, len(files) // 2)]:
        with closing(open_for_reading(path)) as db:
            while rows := list(rows_after(db, stored % LONG, 1000)):
                body = encode_batch(STATION, [row.body for row in rows])
                stored += writer.store(read_upload(STATION, body, now)).new
                if stored % LONG == 0:
                    break
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE wire_event SET state = 'applied'")
    database.engine.dispose()
    return stored
