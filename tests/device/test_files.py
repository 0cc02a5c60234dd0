"""Small files of a station: whole or not at all, also on a disk that fills up in the middle."""

from pathlib import Path

import msgspec
import pytest

from device.backlog import Backlog
from device.enrolment import Office
from device.files import write_whole
from tests.device.test_roster import LABELLED, WIRE
from tests.full_disk import room_for


@pytest.mark.parametrize("durable", [True, False])
def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path: Path, *, durable: bool) -> None:
    path = tmp_path / "secrets.json"
    write_whole(path, b"old")
    with room_for(10), pytest.raises(OSError, match=r"large|space"):
        write_whole(path, b"m" * 100, durable=durable)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["secrets.json"]
    write_whole(path, b"m" * 100, durable=durable)
    assert path.read_bytes() == b"m" * 100


def test_a_roster_that_does_not_fit_leaves_the_old_one(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.keep_roster(msgspec.json.encode(WIRE))
    more = msgspec.structs.replace(WIRE, assignments=WIRE.assignments * 20)
    with room_for(200), pytest.raises(OSError, match=r"large|space"):
        office.keep_roster(msgspec.json.encode(more))
    assert office.roster().owners.keys() == {LABELLED.text}


def test_what_was_sent_need_not_be_noted(tmp_path: Path) -> None:
    backlog = Backlog(tmp_path)
    backlog.sent.trouble = "x" * 100
    with room_for(10):
        backlog.save()
    assert not list(tmp_path.iterdir())
    backlog.save()
    assert Backlog(tmp_path).sent.trouble == "x" * 100
