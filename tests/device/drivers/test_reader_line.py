"""The line reader on a pseudo-terminal: real bytes through pyserial."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from device.drivers import Reader, ReaderLost
from device.drivers.reader_line import LineReader, LineSettings
from device.drivers.simulated.reader import PtyReader

TUBE = "260000000182"
Open = Callable[..., LineReader]


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[PtyReader]:
    with closing(PtyReader(tmp_path / "reader")) as hand:
        yield hand


@pytest.fixture
def plug(hand: PtyReader) -> Iterator[Open]:
    opened: list[LineReader] = []

    def plugged(**settings: object) -> LineReader:
        opened.append(LineReader(str(hand.path), LineSettings(**settings)))  # type: ignore[arg-type]
        return opened[-1]

    yield plugged
    for reader in opened:
        reader.close()


def heard(reader: Reader, timeout: float = 0.3) -> tuple[bytes, str] | None:
    scan = reader.read(timeout)
    return (scan.data, scan.aim) if scan else None


def test_a_line_is_a_scan_without_its_aim_identifier(hand: PtyReader, plug: Open) -> None:
    reader = plug()
    hand.scan(TUBE)
    assert heard(reader) == (TUBE.encode(), "]C0")
    assert heard(reader, 0.01) is None


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\x03", b"\t"])
def test_every_usual_end_of_line_ends_a_scan(hand: PtyReader, plug: Open, end: bytes) -> None:
    reader = plug()
    hand.raw(b"\x02" + TUBE.encode() + end)
    assert heard(reader) == (TUBE.encode(), "")
    assert heard(reader, 0.01) is None


def test_bytes_are_kept_as_they_came(hand: PtyReader, plug: Open) -> None:
    reader = plug(prefix=b">")
    hand.raw(b">]Q1 Nguy\xe1\xbb\x85n \r")
    assert heard(reader) == (" Nguyễn ".encode(), "]Q1")


def test_two_codes_in_one_go_are_two_scans(hand: PtyReader, plug: Open) -> None:
    reader = plug()
    hand.twice(TUBE)
    assert [heard(reader), heard(reader)] == [(TUBE.encode(), "]C0")] * 2


def test_a_scan_that_arrives_in_two_halves_is_one_scan(hand: PtyReader, plug: Open) -> None:
    reader = plug()
    hand.raw(b"]C02600")
    assert heard(reader, 0.01) is None
    hand.raw(b"00000182\r")
    assert heard(reader) == (TUBE.encode(), "]C0")


def test_a_line_that_never_ends_is_dropped_and_counted(hand: PtyReader, plug: Open) -> None:
    reader = plug(partial_seconds=0.05)
    hand.partial("2600")
    assert heard(reader, 0.3) is None
    hand.scan(TUBE)
    assert heard(reader) == (TUBE.encode(), "]C0")
    assert reader.counts == {"partial": 1}


def test_a_line_that_goes_on_late_is_whole_where_it_says_how_it_began(
    hand: PtyReader, plug: Open
) -> None:
    reader = plug()
    hand.raw(b"]C02600")
    assert heard(reader, 0.8) is None
    hand.raw(b"00000182\r")
    assert heard(reader) == (TUBE.encode(), "]C0")
    assert not reader.counts


def test_half_a_line_never_becomes_part_of_the_next(hand: PtyReader, plug: Open) -> None:
    reader = plug(prefix=b">")
    hand.raw(b">]C0260000000")
    assert heard(reader, 0.8) is None
    hand.raw(b"\x02>]C0" + TUBE.encode() + b"\r")
    assert heard(reader) == (TUBE.encode(), "]C0")
    assert reader.counts == {"partial": 1}


def test_a_late_line_counts_for_nothing_where_nobody_knows_how_it_began(
    hand: PtyReader, plug: Open
) -> None:
    reader = plug()
    hand.raw(b"079202000001|123456789|")
    assert heard(reader, 0.8) is None
    hand.raw(b"079202000002||X|01011990|Nam|Y|01012022\r")
    assert heard(reader) is None
    hand.scan(TUBE, "")
    assert heard(reader) == (TUBE.encode(), "")
    assert reader.counts == {"partial": 1}


def test_a_program_that_comes_late_to_its_port_loses_no_line(hand: PtyReader, plug: Open) -> None:
    reader = plug(partial_seconds=0.05)
    hand.raw(b"]C02600")
    assert heard(reader, 0.0) is None
    Event().wait(0.3)  # the machine is busy with something else
    hand.raw(b"00000182\r")
    assert heard(reader) == (TUBE.encode(), "]C0")


def test_an_endless_line_is_dropped_whole_and_counted(hand: PtyReader, plug: Open) -> None:
    reader = plug(longest=20)
    hand.raw(b"x" * 50)
    assert heard(reader, 0.06) is None
    hand.raw(b"x" * 50 + b"\r" + TUBE.encode() + b"\r")
    assert heard(reader) == (TUBE.encode(), "")
    assert reader.counts == {"overlong": 1}


def test_what_was_scanned_before_the_station_looked_is_thrown_away(
    hand: PtyReader, plug: Open
) -> None:
    hand.scan(TUBE)
    reader = plug()
    assert heard(reader, 0.1) is None


def test_a_second_program_cannot_steal_bytes(plug: Open) -> None:
    plug()
    with pytest.raises(ReaderLost, match="lock"):
        plug()


def test_an_unplugged_reader_is_lost_and_found_again(hand: PtyReader, plug: Open) -> None:
    reader = plug()
    hand.unplug()
    with pytest.raises(ReaderLost):
        heard(reader)
    reader.close()
    with pytest.raises(ReaderLost, match="cannot open"):
        plug()
    hand.replug()
    reader = plug()
    hand.scan(TUBE)
    assert heard(reader) == (TUBE.encode(), "]C0")


def test_a_cable_that_is_pulled_while_a_scan_waits_loses_bytes_quietly(hand: PtyReader) -> None:
    hand.unplug()
    hand.scan(TUBE)
    assert hand.lost == len(TUBE) + 4
