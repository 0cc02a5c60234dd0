"""The spare place: used only where it is another medium, durable, and brought home afterwards."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from contract.events import NO_EVENT, TubePaired
from device.backlog import Backlog
from device.journal import Journal, JournalTrouble
from device.journal_file import files_of
from device.spare import Spare, bring_home, make_known

Pairs = Callable[..., TubePaired]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def spare(tmp_path: Path, folder: Path) -> Spare:
    at = tmp_path / "stick"
    at.mkdir()
    found = Spare(at, "ban-1", lambda path: not (path / "pulled").exists())
    make_known(folder, found)
    return found


def full(journal: Journal) -> None:
    """Let the card be full: SQLite may add no further page to the file."""
    db = journal._db  # noqa: SLF001 - the disk stands behind it
    assert db is not None
    db.execute("PRAGMA max_page_count = 1")


def fill(journal: Journal, paired: Pairs, first: int) -> int:
    """Pair until the card is full or the journal has gone aside; return the next number."""
    number = first
    while not journal.on_spare and number < first + 200:
        journal.append(paired(number))
        number += 1
    return number


def pair_on(journal: Journal, paired: Pairs, first: int) -> None:
    for number in range(first, first + 200):
        journal.append(paired(number))


def test_a_full_card_sends_the_journal_to_the_spare_place_and_nothing_is_lost(
    folder: Path, spare: Spare, paired: Pairs
) -> None:
    with closing(Journal(folder, "ban-1", spare=spare.ready)) as journal:
        journal.append(paired(0))
        full(journal)
        count = fill(journal, paired, 1)
        assert journal.on_spare
        [event] = journal.append(paired(count))
        assert "spare place" in journal.alarms[-1]
        assert journal.total == count + 1
        assert journal.ledger.use_of(paired(0).tube) is not None
    first, second = files_of(folder)
    assert (first.parent, second.parent) == (folder, folder / "spare")
    assert (event.epoch, second.name[:4]) == (second.name[5:21], "0002")
    batches = sent(folder)
    assert len(batches) == count + 1
    assert len(set(batches)) == count + 1


def sent(folder: Path) -> list[str]:
    """Return what uplink would send, in order."""
    backlog, hashes = Backlog(folder.parent), list[str]()
    while batch := backlog.next(50):
        hashes += [row.hash for row in batch.rows]
        backlog.done(batch)
    return hashes


def test_what_was_written_there_comes_home_and_the_order_stays(
    folder: Path, spare: Spare, paired: Pairs
) -> None:
    with closing(Journal(folder, "ban-1", spare=spare.ready)) as journal:
        full(journal)
        count = fill(journal, paired, 0)
    before = sent(folder)
    (folder.parent / "uplink.json").unlink(missing_ok=True)
    assert [path.name[:4] for path in bring_home(folder)] == ["0002"]
    assert list(spare.folder.iterdir()) == []
    assert sent(folder) == before
    with closing(Journal(folder, "ban-1", spare=spare.ready)) as journal:
        assert (journal.on_spare, journal.total) == (False, count)
        assert all(journal.ledger.use_of(paired(n).tube) for n in range(count))
        journal.append(paired(500))
    assert bring_home(folder) == []


def test_an_old_copy_on_the_stick_never_replaces_what_went_on_at_home(
    folder: Path, spare: Spare, paired: Pairs
) -> None:
    with closing(Journal(folder, "ban-1", spare=spare.ready)) as journal:
        full(journal)
        count = fill(journal, paired, 0)
    [second] = spare.folder.glob("*.sqlite")
    copy = second.read_bytes()
    assert len(bring_home(folder)) == 1
    with closing(Journal(folder, "ban-1")) as journal:
        journal.append(paired(900))
    second.write_bytes(copy)  # as if the stick had lost its removal in a power cut
    assert len(bring_home(folder)) == 1
    assert not second.exists()
    with closing(Journal(folder, "ban-1")) as journal:
        assert journal.total == count + 1
        assert journal.ledger.use_of(paired(900).tube) is not None


def test_without_a_stick_nothing_is_paired_and_the_card_itself_is_never_spare(
    folder: Path, spare: Spare, paired: Pairs
) -> None:
    (spare.at / "pulled").touch()
    with closing(Journal(folder, "ban-1", spare=spare.ready)) as journal:
        full(journal)
        with pytest.raises(JournalTrouble):
            fill(journal, paired, 0)
        assert not spare.folder.exists()
        (spare.at / "pulled").unlink()
    assert not Spare(folder.parent, "ban-1").ready()  # no mount point


def test_a_stick_that_is_pulled_meanwhile_is_trouble_and_the_card_is_tried_again(
    folder: Path, spare: Spare, paired: Pairs
) -> None:
    with closing(Journal(folder, "ban-1", spare=spare.ready)) as journal:
        full(journal)
        number = fill(journal, paired, 0)
        full(journal)
        (spare.at / "pulled").touch()
        with pytest.raises(JournalTrouble):
            pair_on(journal, paired, number)
        total = journal.total
        [event] = journal.append(paired(900))  # the card has room again
        assert (journal.on_spare, event.seq, event.prev) == (False, 1, NO_EVENT)
        assert journal.total == total + 1
    assert [path.name[:4] for path in files_of(folder)] == ["0001", "0002", "0003"]


def test_a_spare_file_that_cannot_come_home_is_read_where_it_is(
    folder: Path, spare: Spare, paired: Pairs
) -> None:
    with closing(Journal(folder, "ban-1", spare=spare.ready)) as journal:
        full(journal)
        count = fill(journal, paired, 0)
    (folder / (files_of(folder)[-1].name + ".part")).mkdir()  # in the way
    assert bring_home(folder) == []
    with closing(Journal(folder, "ban-1", spare=spare.ready)) as journal:
        assert journal.total == count
        [event] = journal.append(paired(900))
        assert event.seq == 1
    assert [path.name[:4] for path in files_of(folder)] == ["0001", "0002", "0003"]
