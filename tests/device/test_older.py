"""A long journal is cut into files, and what closed ones say of tubes is believed only if whole."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.events import Event, TubePaired, decode
from contract.lots import IssuedLots, LotWire
from contract.tubes import TubeId
from device.backlog import Backlog
from device.drafts import Drafts, Moment
from device.facts import Paired, Person, Use, Voided
from device.journal import Journal, check_file
from device.journal_file import files_of
from device.ledger import Ledger
from device.older import Older, draw, kept, path_of

Pairs = Callable[..., TubePaired]
LONG = 10


def live(folder: Path, drafts: Sequence[Event]) -> None:
    """One start of the station, and what it wrote."""
    with closing(Journal(folder, "ban-1", long=LONG)) as journal:
        for draft in drafts:
            journal.append(draft)


@pytest.fixture
def long_ago(tmp_path: Path, paired: Pairs) -> Path:
    """A journal of 7 starts with 12 pairings each."""
    for start in range(7):
        live(tmp_path, [paired(100 * start + number) for number in range(12)])
    return tmp_path


def all_of(folder: Path) -> list[Event]:
    return [decode(row.body) for path in files_of(folder) for row in check_file(path).good]


def test_a_long_file_is_followed_by_a_new_one_and_nothing_is_lost(long_ago: Path) -> None:
    assert len(files_of(long_ago)) == 7
    assert len(all_of(long_ago)) == 84
    with closing(Journal(long_ago, "ban-1", long=LONG)) as journal:
        assert (journal.total, journal.alarms) == (84, [])
        assert len(journal.ledger.older.parts) == 5


def test_every_tube_that_was_ever_used_is_known(long_ago: Path) -> None:
    whole = Ledger()
    for event in all_of(long_ago):
        whole.take(event)
    with closing(Journal(long_ago, "ban-1", long=LONG)) as journal:
        for number in range(700):
            tube = TubeId.mint(26, number).text
            assert journal.ledger.use_of(tube) == whole.use_of(tube)


def flip(path: Path, seed: int) -> None:
    random, data = Random(seed), bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)


@pytest.mark.parametrize("seed", range(30))
def test_a_summary_with_a_turned_bit_is_drawn_again(long_ago: Path, seed: int) -> None:
    live(long_ago, [])
    first = files_of(long_ago)[0]
    before = kept(first)
    assert before is not None
    flip(path_of(first), seed)
    assert kept(first) is None
    live(long_ago, [])
    assert kept(first) == before


def test_a_summary_of_a_file_that_changed_since_is_drawn_again(long_ago: Path) -> None:
    live(long_ago, [])
    first = files_of(long_ago)[0]
    first.write_bytes(first.read_bytes() + bytes(4096))
    assert kept(first) is None


def test_no_file_ends_in_the_middle_of_a_pool_or_a_shift(
    tmp_path: Path, drafts: Drafts, morning: Moment, paired: Pairs
) -> None:
    pool = drafts.of(
        Paired(TubeId.mint(90, 1), Person("a" * 16, "card", "s"), "pool", 1), morning, Ledger()
    )
    assert pool is not None
    live(tmp_path, [pool, *(paired(number) for number in range(12))])
    live(tmp_path, [])
    assert len(files_of(tmp_path)) == 1


def test_the_books_of_a_shift_add_up_where_tubes_were_used_long_ago(long_ago: Path) -> None:
    lots = IssuedLots((LotWire("L-1", 26, 0, 699), LotWire("L-2", codes=("ABC-1",))))
    with closing(Journal(long_ago, "ban-1", long=LONG)) as journal:
        assert journal.ledger.older.count(lots) == 60
        assert journal.ledger.older.count(IssuedLots((LotWire("L-1", 26, 100, 105),))) == 6


def test_files_that_the_server_has_are_not_opened_again(long_ago: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "journal").symlink_to(long_ago)
    backlog, sent = Backlog(state), 0
    while (batch := backlog.next(500)) is not None:
        backlog.done(batch)
        sent += len(batch.rows)
    assert sent == 84
    for path in files_of(long_ago)[:-1]:
        path.rename(path.with_suffix(".moved"))
    assert backlog.next(500) is None


SOME = st.integers(0, 5)


@given(st.lists(st.tuples(SOME, SOME, st.booleans()), max_size=40), st.integers(0, 40))
def test_cut_anywhere_the_tubes_are_the_same(acts: list[tuple[int, int, bool]], cut: int) -> None:
    """What is used stays used; who holds it is the same, but for a void of a file before."""
    now = Moment(datetime(2026, 11, 22, 1, 14, tzinfo=UTC), True, "boot-1", 10**9)  # noqa: FBT003
    drafts, ledger, events = Drafts("ban-1"), Ledger(), list[Event]()
    for tube, tag, void in acts:
        act = (
            Voided(TubeId.mint(26, tube).text, f"{tag:016x}", "undo")
            if void
            else Paired(TubeId.mint(26, tube), Person(f"{tag:016x}", "c", "s"), "tube-first", 1)
        )
        event = drafts.of(act, now, ledger)
        if event is not None:
            events.append(event)
            ledger.take(event)
    older = Older([draw(events[:cut], cut, 0), draw(events[cut:], len(events) - cut, 0)])
    for number in range(7):
        tube = TubeId.mint(26, number).text
        was, found = ledger.use_of(tube), older.use_of(tube)
        assert (was is None) == (found is None)
        assert not isinstance(found, Use) or cut < len(events) or was == found
