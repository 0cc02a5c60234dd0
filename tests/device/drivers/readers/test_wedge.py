"""A reader that plays a keyboard: what it types, and what it cannot."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from device.drivers import ReaderLost, Scan
from device.drivers.readers import open_reader
from device.drivers.readers.keyboard import EV_KEY, EV_SYN, SYN_DROPPED, keys_of
from device.drivers.readers.wedge import EVENT, WedgeReader

SHIFT, ALT, ENTER, CAPS = 42, 56, 28, 58
KEYPAD_8 = 72


def event(kind: int, key: int, value: int) -> bytes:
    return EVENT.pack(1, 2, kind, key, value)


def press(key: int) -> bytes:
    return event(EV_KEY, key, 1) + event(EV_SYN, 0, 0) + event(EV_KEY, key, 0)


def typed(text: str) -> bytes:
    keys = b""
    for key, shifted in keys_of(text):
        down, up = event(EV_KEY, SHIFT, 1), event(EV_KEY, SHIFT, 0)
        keys += down + press(key) + up if shifted else press(key)
    return keys


@contextmanager
def wedge(folder: Path) -> Iterator[tuple[WedgeReader, int]]:
    """Return a reader on a pipe, and the pipe's other end."""
    path = folder / "event"
    os.mkfifo(path)
    with closing(WedgeReader(str(path), grab=False)) as reader:
        keys = os.open(path, os.O_WRONLY)
        yield reader, keys
        os.close(keys)


def read(reader: WedgeReader, timeout: float = 1) -> tuple[bytes, str] | None:
    scan: Scan | None = reader.read(timeout)
    return (scan.data, scan.aim) if scan else None


def test_a_tube_is_read_as_typed(tmp_path: Path) -> None:
    with wedge(tmp_path) as (reader, keys):
        os.write(keys, typed("2600 0012-3482") + press(ENTER))
        assert read(reader) == (b"2600 0012-3482", "")
        assert read(reader, 0) is None


def test_the_aim_identifier_and_capitals_survive(tmp_path: Path) -> None:
    with wedge(tmp_path) as (reader, keys):
        os.write(keys, typed("]C0Ab:%{9}") + press(ENTER))
        assert read(reader) == (b"Ab:%{9}", "]C0")


def test_every_printable_ascii_sign_survives(tmp_path: Path) -> None:
    signs = "".join(map(chr, range(0x20, 0x7F))).replace("|", "")
    with wedge(tmp_path) as (reader, keys):
        os.write(keys, typed(signs) + press(ENTER))
        assert read(reader) == (signs.encode(), "")


def test_events_split_anywhere_make_no_difference(tmp_path: Path) -> None:
    with wedge(tmp_path) as (reader, keys):
        stream, scans = typed("26-0") + press(ENTER), []
        for start in range(0, len(stream), 37):
            os.write(keys, stream[start : start + 37])
            scans.append(read(reader, 0))
        assert [scan for scan in scans if scan] == [(b"26-0", "")]


@pytest.mark.parametrize(
    "spoiler",
    [
        event(EV_KEY, ALT, 1) + press(KEYPAD_8) + event(EV_KEY, ALT, 0),
        press(CAPS),
        press(200),
        event(EV_SYN, SYN_DROPPED, 0),
    ],
    ids=["alt", "caps lock", "unknown key", "events lost"],
)
def test_a_line_that_is_not_certain_is_thrown_away_whole(spoiler: bytes, tmp_path: Path) -> None:
    with wedge(tmp_path) as (reader, keys):
        os.write(keys, typed("2600") + spoiler + typed("0012") + press(ENTER))
        os.write(keys, typed("NEXT") + press(ENTER))
        assert read(reader) == (b"NEXT", "")
        assert reader.counts["not-ascii"] == 1


def test_a_code_that_could_hold_a_name_is_refused(tmp_path: Path) -> None:
    with wedge(tmp_path) as (reader, keys):
        os.write(keys, typed("000000000000||Nguyn Vn Mu|01011990") + press(ENTER))
        assert read(reader, 0.1) is None
        assert reader.counts["names"] == 1


def test_half_a_line_is_dropped_after_a_moment(tmp_path: Path) -> None:
    with wedge(tmp_path) as (reader, keys):
        os.write(keys, typed("2600"))
        assert read(reader, 1.2) is None
        os.write(keys, typed("0012") + press(ENTER))
        assert read(reader) == (b"0012", "")
        assert reader.counts["partial"] == 1


def test_a_flush_throws_away_what_was_typed(tmp_path: Path) -> None:
    with wedge(tmp_path) as (reader, keys):
        os.write(keys, typed("OLD") + press(ENTER) + typed("HALF"))
        reader.flush()
        os.write(keys, typed("NEW") + press(ENTER))
        assert read(reader) == (b"NEW", "")


def test_a_pulled_keyboard_is_a_lost_reader(tmp_path: Path) -> None:
    path = tmp_path / "event"
    os.mkfifo(path)
    with closing(WedgeReader(str(path), grab=False)) as reader:
        os.close(os.open(path, os.O_WRONLY))
        with pytest.raises(ReaderLost, match="gone"):
            reader.read(1)
        reader.close()
        with pytest.raises(ReaderLost, match="closed"):
            reader.read(1)


def test_what_cannot_be_had_alone_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "event").touch()
    with pytest.raises(ReaderLost, match="alone"):
        open_reader("wedge", str(tmp_path / "event"), {})
    with pytest.raises(ReaderLost, match="No such file"):
        open_reader("wedge", str(tmp_path / "none"), {})
