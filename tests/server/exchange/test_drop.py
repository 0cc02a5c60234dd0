"""CSV files for systems that have no API."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.delivery import routes
from server.delivery.channels import Unreachable
from server.delivery.routes import Route
from server.delivery.worker import run_once
from server.exchange.drop import COLUMNS, DropChannel, safe
from server.lab.words import Call
from tests.full_disk import room_for

Day = Any


@pytest.fixture
def drop(tmp_path: Path, day: Day) -> DropChannel:
    routes.install([Route("so-y-te")])
    folder = tmp_path / "drop"
    folder.mkdir()
    return DropChannel(folder, day.database, lambda: day.now)


def rows(drop: DropChannel) -> list[dict[str, str]]:
    [path] = drop.folder.glob("*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_version_is_a_row_once(drop: DropChannel, day: Day) -> None:
    tube, _ = day.pair("Nguyễn Thị Mẫu")
    day.correct(day.release(tube, Call.POSITIVE, ct_n="24.10"), Call.NEGATIVE)
    assert run_once(day.database, {"so-y-te": drop}, day.now) == 2
    again = DropChannel(drop.folder, day.database, drop.clock)
    for each in day.messages("so-y-te"):
        again.deliver(each.subject, each.key, each.payload)
        drop.deliver(each.subject, each.key, each.payload)
    assert [(row["version"], row["status"]) for row in rows(drop)] == [
        ("1", "positive"), ("2", "negative"),
    ]  # fmt: skip
    assert (rows(drop)[0]["name"], rows(drop)[0]["cts"]) == ("Nguyễn Thị Mẫu", "N=24.10")


def test_a_row_that_a_power_cut_left_half_written_is_written_whole(
    drop: DropChannel, day: Day
) -> None:
    for name in ("Lê Văn An", "Trần Thị Bình"):
        tube, _ = day.pair(name)
        day.release(tube, Call.NEGATIVE)
    run_once(day.database, {"so-y-te": drop}, day.now)
    [path] = drop.folder.glob("*.csv")
    path.write_bytes(path.read_bytes()[:-25])
    last = day.messages("so-y-te")[-1]
    DropChannel(drop.folder, day.database, drop.clock).deliver(last.subject, last.key, last.payload)
    whole = [row for row in rows(drop) if row["released_at"]]
    assert [row["name"] for row in whole] == ["Lê Văn An", "Trần Thị Bình"]


@pytest.mark.parametrize("left", [1, 60, -4, -3, -1])
def test_no_cut_row_is_taken_for_a_whole_one(drop: DropChannel, day: Day, left: int) -> None:
    tube, _ = day.pair("Lê Văn An")
    day.release(tube, Call.NEGATIVE)
    run_once(day.database, {"so-y-te": drop}, day.now)
    [path] = drop.folder.glob("*.csv")
    before = path.read_bytes()
    row = before.index(b"\r\n") + 2
    path.write_bytes(before[: row + left if left > 0 else left])
    [message] = day.messages("so-y-te")
    DropChannel(drop.folder, day.database, drop.clock).deliver(
        message.subject, message.key, message.payload
    )
    assert path.read_bytes() == before


def test_a_file_of_one_byte_holds_nothing_up(drop: DropChannel, day: Day) -> None:
    tube, _ = day.pair("Lê Văn An")
    day.release(tube, Call.NEGATIVE)
    run_once(day.database, {"so-y-te": drop}, day.now)
    [path] = drop.folder.glob("*.csv")
    whole = path.read_bytes()
    path.write_bytes(whole[:1])
    [message] = day.messages("so-y-te")
    DropChannel(drop.folder, day.database, drop.clock).deliver(
        message.subject, message.key, message.payload
    )
    assert path.read_bytes() == whole


def test_a_disk_that_fills_up_in_a_row_leaves_none_of_it_and_no_receipt(
    drop: DropChannel, day: Day
) -> None:
    for name in ("Lê Văn An", "Trần Thị Bình"):
        tube, _ = day.pair(name)
        day.release(tube, Call.NEGATIVE)
        if name == "Lê Văn An":
            assert run_once(day.database, {"so-y-te": drop}, day.now) == 1
    [path] = drop.folder.glob("*.csv")
    before = path.read_bytes()
    message = day.messages("so-y-te")[-1]
    with room_for(len(before) + 30), pytest.raises(Unreachable):
        drop.deliver(message.subject, message.key, message.payload)
    assert path.read_bytes() == before
    drop.deliver(message.subject, message.key, message.payload)
    assert [row["name"] for row in rows(drop)] == ["Lê Văn An", "Trần Thị Bình"]


def test_a_folder_that_is_away_loses_nothing(drop: DropChannel, day: Day, tmp_path: Path) -> None:
    drop.folder.rename(tmp_path / "unmounted")
    tube, _ = day.pair("Lê Văn An")
    day.release(tube, Call.NEGATIVE)
    assert run_once(day.database, {"so-y-te": drop}, day.now) == 0
    (tmp_path / "unmounted").rename(drop.folder)
    later = day.now + timedelta(minutes=1)
    assert run_once(day.database, {"so-y-te": drop}, later) == 1


def test_a_name_that_is_a_formula_is_text(drop: DropChannel, day: Day) -> None:
    tube, _ = day.pair('=HYPERLINK("http://x","y")')
    day.release(tube, Call.NEGATIVE)
    run_once(day.database, {"so-y-te": drop}, day.now)
    assert rows(drop)[0]["name"].startswith("'=")
    assert len(rows(drop)[0]) == len(COLUMNS)


@given(st.text())
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    cell = safe(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert len(cell.splitlines()) <= 1


def test_what_arrives_late_is_in_the_file_of_the_day_of_its_arrival_once(
    drop: DropChannel, day: Day
) -> None:
    tube, _ = day.pair("Lê Văn An")
    result = day.release(tube, Call.POSITIVE)
    assert run_once(day.database, {"so-y-te": drop}, day.now) == 1
    day.correct(result, Call.NEGATIVE)
    [yesterday] = drop.folder.glob("*.csv")
    copied = yesterday.read_bytes()
    first, last = day.messages("so-y-te")
    day.now += timedelta(days=1)
    today = drop.deliver(last.subject, last.key, last.payload)
    assert (yesterday.name, today) == ("outcomes-20261123.csv", "outcomes-20261124.csv")
    day.now += timedelta(days=1)
    for channel in (drop, DropChannel(drop.folder, day.database, drop.clock)):
        assert channel.deliver(first.subject, first.key, first.payload) == yesterday.name
        assert channel.deliver(last.subject, last.key, last.payload) == today
    assert yesterday.read_bytes() == copied
    assert len(list(drop.folder.glob("*.csv"))) == 2
    day.now += timedelta(minutes=11)
    tube, _ = day.pair("Trần Thị Bình")
    day.release(tube, Call.NEGATIVE)
    newest = day.messages("so-y-te")[-1]
    assert drop.deliver(newest.subject, newest.key, newest.payload) == "outcomes-20261125.csv"
    assert drop.remembered == ["outcomes-20261125.csv"]  # no past day's keys stay in memory
