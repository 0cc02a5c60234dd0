"""What is on a stick and nowhere else stays there: of a dead card, of one set back, rotted rows."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import signing
from contract.events import TubePaired, decode, decode_batch
from contract.sticks import unpack
from contract.tubes import TubeId
from device.backlog import Backlog, Sent
from device.enrolment import Office, Papers, Secrets
from device.journal import Journal
from device.journal_file import files_of
from device.stick import StickDesk, export

SEALING = signing.encode(X25519PrivateKey.generate().public_key().public_bytes_raw())
Pairs = Callable[..., TubePaired]


def card_of(folder: Path, station: str = "ban-1") -> Office:
    """Return a fresh card of the station, with a key of its own."""
    office = Office(folder)
    office.keep(Papers(station, "Bàn 1", "", "sampling", SEALING, {}, server="http://127.0.0.1:9"))
    office.keep_secrets(Secrets.mint())
    return office


def write(office: Office, paired: Pairs, *numbers: int) -> TubePaired:
    """Confirm pairings; return the last event."""
    with closing(Journal(office.folder / "journal", office.papers().station)) as journal:
        [*_, last] = journal.append(*(paired(number) for number in numbers))
    assert isinstance(last, TubePaired)
    return last


def look(office: Office, target: Path, acked: TubePaired | None = None) -> None:
    """Have uplink look for the stick, as it does twice a minute."""
    backlog = Backlog(office.folder)
    backlog.sent.acked = {acked.epoch: acked.seq} if acked else {}
    StickDesk(office, backlog, target, lambda _: True).turn()
    assert backlog.sent.stick == "written"


def tubes(target: Path) -> list[int]:
    """Return the serials that the files of a stick carry, all of them whole."""
    found, serials = list[int](), {TubeId.mint(26, each).text: each for each in range(20)}
    for path in target.glob("*.stick"):
        read = unpack(path.read_bytes())
        assert read.whole
        for upload in read.uploads:
            for raw in decode_batch(upload.body).events:
                event = decode(raw)
                assert isinstance(event, TubePaired)
                found.append(serials[event.tube])
    return sorted(found)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "usb").mkdir()
    return tmp_path / "usb"


@pytest.mark.parametrize("old_name", [False, True])
def test_the_new_card_of_a_station_leaves_what_the_dead_one_wrote(
    tmp_path: Path, target: Path, paired: Pairs, *, old_name: bool
) -> None:
    dead, fresh = card_of(tmp_path / "dead"), card_of(tmp_path / "fresh")
    write(dead, paired, 1, 2, 3)
    look(dead, target)
    if old_name:  # as a station of before named it
        [path] = target.glob("*.stick")
        path.rename(target / "ghepmau-ban-1-01.stick")
    newest = write(fresh, paired, 10)
    look(fresh, target)
    assert tubes(target) == [1, 2, 3, 10]
    look(fresh, target, acked=newest)  # nothing waits any more
    assert tubes(target) == [1, 2, 3]


def test_a_file_of_the_old_name_gives_way_where_our_journal_holds_all_of_it(
    tmp_path: Path, target: Path, paired: Pairs
) -> None:
    office = card_of(tmp_path / "card")
    write(office, paired, 1, 2)
    look(office, target)
    [path] = target.glob("*.stick")
    path.rename(target / "ghepmau-ban-1-01.stick")
    write(office, paired, 3)
    look(office, target)
    assert tubes(target) == [1, 2, 3]


def test_a_card_that_was_set_back_leaves_what_it_does_not_know_any_more(
    tmp_path: Path, target: Path, paired: Pairs
) -> None:
    office = card_of(tmp_path / "card")
    write(office, paired, 1)
    shutil.copytree(office.folder, tmp_path / "image")
    write(office, paired, 2, 3)
    look(office, target)
    shutil.rmtree(office.folder)
    shutil.copytree(tmp_path / "image", office.folder)
    newest = write(office, paired, 4, 5, 6)
    look(office, target)
    look(office, target, acked=newest)
    assert tubes(target) == [1, 2, 3]


def test_a_row_that_rotted_stays_on_the_stick_whatever_was_answered_for_beyond_it(
    tmp_path: Path, target: Path, paired: Pairs
) -> None:
    office = card_of(tmp_path / "card")
    write(office, paired, 1, 2, 3)
    look(office, target)
    [path] = files_of(office.folder / "journal")
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TRIGGER event_is_never_changed")
        db.execute("UPDATE event SET body = zeroblob(9) WHERE seq = 2")
        db.commit()
    newest = write(office, paired, 4)
    look(office, target)
    assert set(tubes(target)) == {1, 2, 3, 4}
    look(office, target, acked=newest)
    assert 2 in tubes(target)


def test_a_damaged_file_and_a_neighbours_stay(tmp_path: Path, target: Path, paired: Pairs) -> None:
    office, other = card_of(tmp_path / "card"), card_of(tmp_path / "other", "ban-1-02")
    write(other, paired, 7)
    look(other, target)
    write(office, paired, 1, 2)
    look(office, target)
    [path] = target.glob("ghepmau-ban-1-????????-01.stick")
    cut = path.read_bytes()[:-9]
    path.write_bytes(cut)
    write(office, paired, 3)
    look(office, target)
    assert path.read_bytes() == cut
    path.unlink()
    assert tubes(target) == [1, 2, 3, 7]


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["pair", "look", "done"])),
                     max_size=12))  # fmt: skip
def test_whichever_card_is_put_to_the_stick_nothing_unanswered_leaves_it(
    tmp_path_factory: pytest.TempPathFactory, paired: Pairs, acts: list[tuple[int, str]]
) -> None:
    """Cards of one station take turns; what one wrote is taken away by itself alone."""
    folder = tmp_path_factory.mktemp("turns")
    (folder / "usb").mkdir()
    cards = [card_of(folder / str(number)) for number in range(3)]
    waits, written = dict[int, list[int]](), dict[int, TubePaired]()
    shown = dict[int, list[int]]()
    for number, (which, act) in enumerate(acts, 1):
        if act == "pair":
            written[which] = write(cards[which], paired, number)
            waits.setdefault(which, []).append(number)
        else:
            done = act == "done" and which in written
            last = written[which] if done else None
            export(cards[which], Sent(acked={last.epoch: last.seq} if last else {}), folder / "usb")
            shown[which] = [] if done else list(waits.get(which, []))
        assert tubes(folder / "usb") == sorted(each for some in shown.values() for each in some)
