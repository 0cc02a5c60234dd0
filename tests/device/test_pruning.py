"""What may be let go of a journal, and what is left of it."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.events import TubePaired
from device.backlog import Sent, SetAside
from device.cli import main
from device.drafts import Moment
from device.files import read_whole
from device.journal import Journal
from device.journal_file import epoch_of, files_of, let_go_of
from device.pruning import checkpoint_of, prune

Pairs = Callable[..., TubePaired]
MORNING = datetime(2026, 11, 22, 1, 14, tzinfo=UTC)  # when the fixture's pairs were written
LATER = Moment(MORNING + timedelta(days=40), True, "boot-9", 1)  # noqa: FBT003
KEEP = timedelta(days=30)


@pytest.fixture
def folder(tmp_path: Path, paired: Pairs) -> Path:
    """Three files of four events each."""
    for start in (0, 4, 8):
        with closing(Journal(tmp_path / "journal", "ban-1", long=4)) as journal:
            for number in range(start, start + 4):
                journal.append(paired(number))
    return tmp_path / "journal"


def acked(folder: Path, upto: int = 4) -> Sent:
    return Sent(acked={epoch_of(path): upto for path in files_of(folder)})


def test_old_files_that_the_server_has_go_and_their_tubes_stay_used(
    folder: Path, paired: Pairs
) -> None:
    assert [path.name[:4] for path in prune(folder, acked(folder), KEEP, LATER)] == ["0002", "0001"]
    assert [path.name[:4] for path in files_of(folder)] == ["0003"]
    with closing(Journal(folder, "ban-1", long=4)) as journal:
        assert journal.total == 12
        assert journal.alarms == []
        for number in range(12):
            used = journal.ledger.use_of(paired(number).tube)
            assert used is not None
            assert paired(number).tag in used.tags
        journal.append(paired(99))
    assert prune(folder, acked(folder), KEEP, LATER)  # the third, now that a fourth has begun


@pytest.mark.parametrize(
    ("sent", "now"),
    [
        (lambda folder: acked(folder, 3), LATER),  # one event is not answered for
        (acked, Moment(LATER.at, False, "b", 1)),  # noqa: FBT003
        (acked, Moment(MORNING + timedelta(days=29), True, "b", 1)),  # noqa: FBT003
        (lambda folder: refused(folder), LATER),
        (lambda _: Sent(), LATER),
    ],
    ids=["no-receipt", "untrusted-clock", "too-young", "refused", "lost-notes"],
)  # fmt: skip
def test_nothing_goes_without_receipt_reason_and_trusted_clock(
    folder: Path, sent: Callable[[Path], Sent], now: Moment
) -> None:
    assert prune(folder, sent(folder), KEEP, now) == []
    assert len(files_of(folder)) == 3


def refused(folder: Path) -> Sent:
    sent = acked(folder)
    sent.set_aside = [SetAside(epoch_of(path), 2, 400) for path in files_of(folder)]
    return sent


def test_a_damaged_file_never_goes(folder: Path) -> None:
    first = files_of(folder)[0]
    data = bytearray(read_whole(first) or b"")
    place = data.index(b'"tube-paired"')
    data[place + 3] ^= 1
    first.write_bytes(bytes(data))
    assert [path.name[:4] for path in prune(folder, acked(folder), KEEP, LATER)] == ["0002"]
    assert first.exists()


def test_verify_names_what_was_let_go_and_its_last_hash(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = folder.parent / "station.toml"
    config.write_text('[station]\nstate = "."\n')
    gone = prune(folder, acked(folder), KEEP, LATER)
    assert sorted(gone) == let_go_of(folder)
    assert main(["journal", "verify", "--config", str(config)]) == 0
    told = capsys.readouterr().out
    for path in gone:
        known = checkpoint_of(path)
        assert known is not None
        [line] = [each for each in told.splitlines() if each.startswith(f"{path.name}: ")]
        assert f"let go after the server's receipt: 4 rows up to {known.last}" in line


def test_a_crash_before_the_file_went_changes_nothing(folder: Path, paired: Pairs) -> None:
    first = files_of(folder)[0]
    whole = first.read_bytes()
    prune(folder, acked(folder), KEEP, LATER)
    first.write_bytes(whole)  # as if the power had gone before it was removed
    with closing(Journal(folder, "ban-1", long=4)) as journal:
        assert journal.total == 12
        assert journal.ledger.use_of(paired(1).tube) is not None
    assert first in prune(folder, acked(folder), KEEP, LATER)


def test_tubes_that_cannot_be_read_any_more_are_told(folder: Path) -> None:
    [gone, *_] = prune(folder, acked(folder), KEEP, LATER)
    gone.with_suffix(".tubes").write_bytes(b"rot")
    with closing(Journal(folder, "ban-1", long=4)) as journal:
        assert "not known any more" in journal.alarms[0]
