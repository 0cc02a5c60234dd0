"""The journal keeps what it confirmed, in order, and says where it was changed."""

import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from contract.events import (
    NO_EVENT,
    Event,
    PairingVoided,
    TubePaired,
    decode,
    digest,
    encode,
)
from contract.tubes import TubeId
from device.drafts import Drafts, Moment
from device.facts import Paired, Person, Voided
from device.journal import Journal, JournalTrouble, check_file
from device.journal_file import files_of, open_for_writing

Pairs = Callable[..., TubePaired]


def fill(folder: Path, paired: Pairs, count: int) -> None:
    with closing(Journal(folder, "ban-1")) as journal:
        for number in range(count):
            journal.append(paired(number))


def bodies(folder: Path) -> list[bytes]:
    return [row.body for path in files_of(folder) for row in check_file(path).good]


def test_events_are_chained_from_one_without_gaps(tmp_path: Path, paired: Pairs) -> None:
    fill(tmp_path, paired, 3)
    events = [decode(body) for body in bodies(tmp_path)]
    assert [event.seq for event in events] == [1, 2, 3]
    hashes = [digest(body) for body in bodies(tmp_path)]
    assert [event.prev for event in events] == [NO_EVENT, *hashes[:2]]
    assert len({event.id for event in events}) == 3
    assert {event.station for event in events} == {"ban-1"}


def test_what_is_returned_is_what_was_written(tmp_path: Path, paired: Pairs) -> None:
    with closing(Journal(tmp_path, "ban-1")) as journal:
        [event] = journal.append(paired(1))
    assert bodies(tmp_path) == [encode(event)]


def test_a_journal_goes_on_where_it_ended(tmp_path: Path, paired: Pairs) -> None:
    fill(tmp_path, paired, 2)
    with closing(Journal(tmp_path, "ban-1")) as journal:
        [event] = journal.append(paired(7))
        assert (event.seq, journal.total, journal.alarms) == (3, 3, [])
        assert journal.ledger.use_of(TubeId.mint(26, 0).text)
        assert journal.ledger.use_of(TubeId.mint(26, 9).text) is None
    assert check_file(files_of(tmp_path)[0]).sound


def test_several_events_are_written_as_one_act(
    tmp_path: Path, paired: Pairs, refused: Event
) -> None:
    with closing(Journal(tmp_path, "ban-1")) as journal:
        first, second = journal.append(paired(1), refused)
        assert second.prev == digest(encode(first))


def test_writes_wait_for_the_disk_and_files_are_private(tmp_path: Path, paired: Pairs) -> None:
    fill(tmp_path / "journal", paired, 1)
    [path] = files_of(tmp_path / "journal")
    with closing(open_for_writing(path)) as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        for name in (path, path.with_name(path.name + "-wal")):
            assert stat.S_IMODE(name.stat().st_mode) == 0o600


@pytest.mark.parametrize("statement", ["UPDATE event SET body = x''", "DELETE FROM event"])
def test_a_journal_is_append_only(tmp_path: Path, paired: Pairs, statement: str) -> None:
    fill(tmp_path, paired, 1)
    with (
        closing(open_for_writing(files_of(tmp_path)[0])) as db,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        db.execute(statement)


def test_the_ledger_knows_the_open_pool_and_voids(
    tmp_path: Path, drafts: Drafts, morning: Moment
) -> None:
    pool, people = TubeId.mint(90, 1), [Person(letter * 16, "card", "s") for letter in "ab"]
    with closing(Journal(tmp_path, "ban-1")) as journal:
        for person in people:
            draft = drafts.of(Paired(pool, person, "pool", 1), morning, journal.ledger)
            journal.append(*filter(None, [draft]))
        void = drafts.of(Voided(pool.text, people[1].tag, "undo"), morning, journal.ledger)
        assert isinstance(void, PairingVoided)
        journal.append(void)
    with closing(Journal(tmp_path, "ban-1")) as journal:
        assert journal.ledger.open_pool == (pool.text, (people[0].tag,))
        assert journal.ledger.tubes_today(people[1].tag) == 0
        assert journal.ledger.last is None


def test_a_kill_at_any_moment_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    program = Path(__file__).with_name("endless_pairing.py")
    confirmed: list[str] = []
    for count in (1, 7, 20):
        with subprocess.Popen(
            [sys.executable, program, tmp_path / "journal"], stdout=subprocess.PIPE, text=True
        ) as writer:
            lines = iter(writer.stdout or [])
            confirmed += [next(lines).strip() for _ in range(count)]
            writer.kill()
            confirmed += [line.strip() for line in lines if line.endswith("\n")]
    events = [decode(body) for body in bodies(tmp_path / "journal")]
    assert {str(event.id) for event in events} >= set(confirmed)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len(files_of(tmp_path / "journal")) == 1


@contextmanager
def full_disk(path: Path) -> Iterator[None]:
    """No file may grow beyond the size of *path*, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_work_goes_on_when_space_returns(
    tmp_path: Path, paired: Pairs
) -> None:
    with closing(Journal(tmp_path, "ban-1")) as journal:
        journal.append(paired(1))
        wal = next(tmp_path.glob("*-wal"))
        with full_disk(wal):
            for _ in range(2):
                with pytest.raises(JournalTrouble):
                    journal.append(paired(2))
        assert journal.ledger.use_of(TubeId.mint(26, 2).text) is None
        [event] = journal.append(paired(2))
        assert event.seq == 2
    assert check_file(files_of(tmp_path)[0]).sound


def flip(path: Path, seed: int) -> None:
    random = Random(seed)
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)


@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_bit_never_changes_what_is_told(tmp_path: Path, paired: Pairs, seed: int) -> None:
    fill(tmp_path, paired, 60)
    written = set(bodies(tmp_path))
    [path] = files_of(tmp_path)
    flip(path, seed)
    with closing(Journal(tmp_path, "ban-1")) as journal:
        journal.append(paired(99))
    left = bodies(tmp_path)[:-1]
    assert set(left) <= written
    if len(left) < len(written):
        assert journal.alarms
        assert len(files_of(tmp_path)) == 2
        assert list(tmp_path.glob("*.damaged-1"))


@pytest.mark.parametrize("seed", range(10))
def test_a_log_that_lost_its_tail_is_noticed(tmp_path: Path, paired: Pairs, seed: int) -> None:
    crashed = tmp_path / "crashed"
    with closing(Journal(tmp_path / "live", "ban-1")) as journal:
        for number in range(20):
            journal.append(paired(number))
        shutil.copytree(tmp_path / "live", crashed)
    flip(next(crashed.glob("*-wal")), seed)
    with closing(Journal(crashed, "ban-1")) as journal:
        [event] = journal.append(paired(99))
        lost = journal.total < 21
        assert bool(journal.alarms) == lost
        assert (event.seq == 1) == lost
    assert len(files_of(crashed)) == (2 if lost else 1)


def test_a_file_that_ends_before_what_the_server_has_begins_a_new_epoch(
    tmp_path: Path, paired: Pairs
) -> None:
    fill(tmp_path, paired, 2)
    (tmp_path / "high-water").unlink()
    epoch = files_of(tmp_path)[0].name[5:21]
    with closing(Journal(tmp_path, "ban-1", {epoch: 3})) as journal:
        assert journal.epoch != epoch
        assert journal.ledger.use_of(TubeId.mint(26, 1).text)


def test_what_a_crash_interrupted_while_putting_a_file_aside_is_finished(
    tmp_path: Path, paired: Pairs
) -> None:
    fill(tmp_path, paired, 2)
    [path] = files_of(tmp_path)
    shutil.copy(path, path.with_name(path.name + ".new"))
    with closing(Journal(tmp_path, "ban-1")) as journal:
        assert (journal.total, journal.alarms) == (2, [])
    assert files_of(tmp_path) == [path]
    assert path.with_name(path.name + ".damaged-1").exists()
    assert len(bodies(tmp_path)) == 2


def test_an_edited_row_is_found(tmp_path: Path, paired: Pairs) -> None:
    fill(tmp_path, paired, 3)
    [path] = files_of(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP TRIGGER event_is_never_changed")
        [body] = db.execute("SELECT body FROM event WHERE seq = 2").fetchone()
        forged = body.replace(b"2500", b"2501")
        db.execute("UPDATE event SET body = ?, hash = ? WHERE seq = 2", (forged, digest(forged)))
    assert check_file(path).wrong == [
        "dòng · row 3: không nối tiếp dòng trước · it does not follow the row before"
    ]
