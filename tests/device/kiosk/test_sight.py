"""The kiosk trusts a page only while the station keeps touching it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from device.kiosk.sight import SILENT, Seen, StateFile


@pytest.fixture
def file(desk: Any) -> StateFile:
    return StateFile(desk.path)


def test_a_page_that_is_only_found_is_not_trusted_yet(file: StateFile) -> None:
    assert file.look(100.0).alive is None
    assert file.look(100.0 + SILENT).alive is None
    assert file.look(100.1 + SILENT).alive is False


def test_one_touch_is_a_sign_of_life(desk: Any, file: StateFile) -> None:
    file.look(100.0)
    desk.beat()
    assert file.look(101.0).alive
    assert file.look(101.0 + SILENT).alive
    assert file.look(101.1 + SILENT).alive is False


def test_a_station_that_comes_back_is_alive_again(desk: Any, file: StateFile) -> None:
    file.look(100.0)
    file.look(200.0)
    desk.beat()
    assert file.look(201.0).alive


def test_no_page_at_all_is_a_silent_station(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "none.json")
    assert file.look(1.0) == Seen()
    assert file.look(8.0) == Seen(alive=False)


def test_a_line_is_new_only_if_we_were_looking_when_it_came(desk: Any, file: StateFile) -> None:
    desk.show(recent=[desk.tell("paired")])
    assert file.look(100.0).told_at is None
    desk.show(recent=[desk.tell("paired")])
    assert file.look(100.1).told_at == 100.1
    desk.show(recent=[desk.tell("paired")])
    assert file.look(160.0).told_at is None


def test_a_line_grows_old_when_something_else_changes(desk: Any, file: StateFile) -> None:
    file.look(100.0)
    desk.show(recent=[desk.tell("paired")])
    file.look(100.5)
    desk.show(waiting=3)
    assert file.look(101.0).told_at == 100.5


def test_half_a_page_changes_nothing_that_is_known(desk: Any, file: StateFile) -> None:
    file.look(100.0)
    desk.path.write_bytes(msgspec.json.encode(desk.page)[:-20])
    seen = file.look(100.1)
    assert seen.page == desk.page


def test_a_page_of_a_newer_station_is_read_all_the_same(desk: Any, file: StateFile) -> None:
    known = msgspec.to_builtins(desk.page)
    desk.path.write_bytes(msgspec.json.encode({**known, "one_more": 1}))
    assert file.look(100.0).page == desk.page
