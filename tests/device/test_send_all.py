"""After the server was restored the whole journal goes again, and no receipt of before counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.receipts import HeadWire
from contract.sticks import NoStick, Stored, write_receipt
from device.backlog import Backlog, SetAside, read_sent, sent_file
from device.cli import main
from device.config import Config, Stick, Table
from device.enrolment import Office
from device.sent import ask_for_all, note_file
from device.stick import StickDesk, inbox_of, take_receipt
from device.uplink import open_uplink
from tests.device.test_stick import PRESS, Pairs, carried, write
from tests.device.test_stick import office as office
from tests.device.test_stick import target as target

NOW = datetime.now(UTC)


def receipt(head: HeadWire, at: datetime | str) -> bytes:
    signed = at if isinstance(at, str) else at.isoformat()
    return write_receipt(PRESS, Stored("ban-1", [head], now=signed, linked=True))


def settings(office: Office, target: Path) -> str:
    file = office.folder.parent / "station.toml"
    file.write_text(
        f"[station]\nstate = '{office.folder}'\n[stick]\nfolder = '{target}'\n", encoding="utf-8"
    )
    return str(file)


def all_sent(office: Office, pairs: Pairs) -> tuple[list[HeadWire], Backlog]:
    heads = write(office, pairs, 1, 6)
    backlog = Backlog(office.folder)
    backlog.sent.acked[heads[-1].epoch] = 6
    backlog.sent.set_aside.append(SetAside(heads[0].epoch, 2, 422))
    backlog.save()
    assert backlog.next(10) is None
    return heads, backlog


def test_a_receipt_of_before_that_stays_on_the_stick_lets_go_of_nothing(
    office: Office, target: Path, paired: Pairs, capsys: pytest.CaptureFixture[str]
) -> None:
    heads, backlog = all_sent(office, paired)
    (target / "ghepmau-ban-1.receipt").write_bytes(receipt(heads[-1], NOW))
    desk = StickDesk(office, backlog, target, is_there=lambda _: True)
    desk.turn()
    assert len(carried(target)) == 1, "what was set aside, and nothing else"
    assert main(["send-all", "--config", settings(office, target)]) == 0
    assert "the whole journal" in capsys.readouterr().out.lower()
    for each in (backlog, Backlog(office.folder)):  # uplink goes on, or is started again
        each.take_note()
        StickDesk(office, each, target, is_there=lambda _: True).turn()
        waits = each.next(10)
        assert waits is not None
        assert [row.seq for row in waits.rows] == [1, 2, 3, 4, 5, 6]
        assert not each.sent.set_aside
    assert len(carried(target)) == 6
    (target / "ghepmau-ban-1.receipt").write_bytes(
        receipt(heads[3], datetime.now(UTC) + timedelta(minutes=1))
    )
    assert take_receipt(office, backlog, target / "ghepmau-ban-1.receipt") == 4


def test_the_stick_that_stays_in_is_written_anew(
    office: Office, target: Path, paired: Pairs
) -> None:
    _, backlog = all_sent(office, paired)
    desk = StickDesk(office, backlog, target, is_there=lambda _: True)
    desk.turn()
    ask_for_all(office.folder, NOW)
    backlog.take_note()
    replace(desk, _looked=float("-inf")).turn()  # half a minute later
    assert len(carried(target)) == 6


@pytest.mark.parametrize(
    "signed",
    ["", "2026-11-26T10:00:00", NOW.isoformat(), "not a time"],
    ids=["nothing", "no zone", "that moment", "no time"],  # the same in every process
)
def test_what_does_not_say_that_it_is_of_later_is_not_believed(
    office: Office, target: Path, paired: Pairs, signed: str
) -> None:
    heads, _ = all_sent(office, paired)
    ask_for_all(office.folder, NOW)
    path = target / "r"
    path.write_bytes(receipt(heads[-1], signed))
    with pytest.raises(NoStick, match="before the whole journal was asked for"):
        take_receipt(office, Backlog(office.folder), path)


def test_a_clock_that_is_behind_believes_no_receipt_that_is_here_already(
    office: Office, target: Path, paired: Pairs
) -> None:
    heads, _ = all_sent(office, paired)
    later = receipt(heads[-1], NOW + timedelta(hours=3))
    inbox_of(office.folder).write_bytes(later)
    assert main(["send-all", "--config", settings(office, target), "--before", "2020-01-01"]) == 0
    backlog = Backlog(office.folder)
    StickDesk(office, backlog, target, is_there=lambda _: True).turn()
    assert backlog.sent.acked == {}
    assert main(["send-all", "--config", settings(office, target), "--before", "soon"]) == 1


def test_the_note_is_followed_once_and_goes_when_the_page_is_kept(
    office: Office, paired: Pairs
) -> None:
    heads, backlog = all_sent(office, paired)
    ask_for_all(office.folder, NOW)
    before = sent_file(office.folder).read_bytes()
    assert read_sent(office.folder).acked == {}, "nobody counts it as sent meanwhile"
    backlog.take_note()
    assert note_file(office.folder).exists()
    backlog.sent.acked[heads[0].epoch] = 4
    backlog.take_note()
    assert backlog.sent.acked == {heads[0].epoch: 4}, "it does not begin anew at each turn"
    backlog.save()
    assert not note_file(office.folder).exists()
    assert read_sent(office.folder).acked == {heads[0].epoch: 4}
    assert before != sent_file(office.folder).read_bytes()
    ask_for_all(office.folder, NOW)  # once more, at the same moment
    assert Backlog(office.folder).sent.acked == {}


def test_where_uplinks_page_was_deleted_no_receipt_of_before_counts_either(
    office: Office, target: Path, paired: Pairs
) -> None:
    heads, _ = all_sent(office, paired)
    (target / "ghepmau-ban-1.receipt").write_bytes(receipt(heads[-1], NOW))
    sent_file(office.folder).unlink()
    config = Config(Table(state=str(office.folder)), stick=Stick(folder=str(target)))
    for _ in range(2):  # it is begun, and goes on after a start
        backlog = open_uplink(config).backlog
        StickDesk(office, backlog, target, is_there=lambda _: True).turn()
        waits = backlog.next(10)
        assert waits is not None
        assert len(waits.rows) == 6
        backlog.save()


def begun_anew(office: Office, target: Path) -> Backlog:
    """Uplink starts where its page was lost; it is kept, and read again."""
    sent_file(office.folder).unlink()
    config = Config(Table(state=str(office.folder)), stick=Stick(folder=str(target)))
    open_uplink(config).backlog.save()
    return open_uplink(config).backlog


@pytest.mark.parametrize("years", [-6, 6], ids=["ahead", "behind"])
def test_which_receipts_count_once_uplinks_page_was_lost_hangs_on_no_clock(
    office: Office, target: Path, paired: Pairs, years: int
) -> None:
    """The server's time is *years* from what the station takes it to be."""
    heads, _ = all_sent(office, paired)
    backlog, path = begun_anew(office, target), target / "r"
    signed = NOW.replace(year=NOW.year + years)
    path.write_bytes(receipt(heads[-1], signed))
    with pytest.raises(NoStick, match="nothing that was written since"):
        take_receipt(office, backlog, path)
    assert backlog.sent.acked == {}
    later = write(office, paired, 7, 2)
    path.write_bytes(receipt(later[0], signed))
    assert take_receipt(office, backlog, path) == later[0].seq
    assert backlog.next(10) is not None, "the newest waits for its own receipt"


def test_a_new_station_without_a_network_believes_its_first_receipt_after_a_night(
    office: Office, target: Path, paired: Pairs
) -> None:
    config = Config(Table(state=str(office.folder)), stick=Stick(folder=str(target)))
    open_uplink(config).backlog.save()  # before its first event
    heads = write(office, paired, 1, 6)
    path = target / "r"
    path.write_bytes(receipt(heads[-1], NOW))
    assert take_receipt(office, open_uplink(config).backlog, path) == 6


def test_a_journal_that_cannot_be_read_when_the_page_is_begun_leaves_it_to_the_clock(
    office: Office, target: Path, paired: Pairs
) -> None:
    heads, _ = all_sent(office, paired)
    (file,) = (office.folder / "journal").glob("*.sqlite")
    whole = file.read_bytes()
    file.write_bytes(b"none of SQLite's" * 500)
    backlog = begun_anew(office, target)
    file.write_bytes(whole)
    path = target / "r"
    path.write_bytes(receipt(heads[-1], NOW))
    with pytest.raises(NoStick, match="before the whole journal"):
        take_receipt(office, backlog, path)
    path.write_bytes(receipt(heads[-1], datetime.now(UTC) + timedelta(minutes=1)))
    assert take_receipt(office, backlog, path) == 6
