"""A roster whose file is damaged: told, closed to everybody, and fetched anew."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from device.backlog import Backlog
from device.enrolment import Office, Secrets
from device.roster import Roster
from device.uplink import Uplink
from device.upstream import MY_ROSTER, Upstream
from tests.device.conftest import Asked
from tests.device.test_roster import FREE, LABELLED, WIRE
from tests.device.test_station import PEOPLE, Table
from tests.device.test_uplink import PAPERS, Server
from tests.device.test_uplink import Reply as Answered
from tests.full_disk import room_for


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    table = Table(tmp_path / "journal")
    with closing(table.journal):
        yield table


def test_it_is_told_and_its_tubes_go_to_nobody(table: Table, tmp_path: Path) -> None:
    office, station = Office(tmp_path), table.station
    office.keep_roster(msgspec.json.encode(WIRE))
    office.roster_file.write_bytes(b"{")
    station.take_roster(office.roster())
    station.take_roster(office.roster())
    assert [line.outcome for line in table.lines].count("roster-unreadable") == 1
    assert table.panel.names[-1] == "trouble"
    assert len(station.alarms) == 1
    table.show(PEOPLE[0])
    assert table.scan(26, 1) == "refused"
    assert table.lines[-1].reason == "roster-unreadable"
    assert table.scan(26, 2) == "paired"
    station.take_roster(Roster.of(WIRE))
    assert station.alarms == []


@dataclass
class WithTags(Server):
    """A server that knows a roster by its tag; `asked` are the tags that it was asked with."""

    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.roster = WIRE

    def __call__(self, asked: Asked) -> Answered:
        if asked.path != MY_ROSTER:
            return super().__call__(asked)
        self.asked.append(asked.headers.get("If-None-Match", ""))
        same = self.asked[-1] == '"1"'
        return Answered(304 if same else 200, None if same else self.roster, {"ETag": '"1"'})


def test_it_comes_anew_until_it_is_safely_there(
    tmp_path: Path, serve: Callable[[WithTags], str]
) -> None:
    office, server = Office(tmp_path), WithTags()
    office.keep(PAPERS)
    office.keep_secrets(Secrets.mint())
    address = serve(server)
    up = Uplink(office, Backlog(tmp_path), Upstream(address, 2.0), refresh_every=0.0)
    up.turn()
    office.roster_file.unlink()
    with room_for(100):  # the papers fit, the roster does not
        up.turn()
        up.turn()
    assert office.roster() == Roster()
    assert not list(tmp_path.glob(".*"))
    up.turn()
    assert office.roster().is_assigned(LABELLED.text)
    up.turn()
    office.roster_file.write_bytes(office.roster_file.read_bytes()[:-9])
    assert not office.roster().is_assigned(FREE.text)
    up.turn()
    assert office.roster() == Roster.of(WIRE)
    assert server.asked == ["", "", "", "", '"1"', ""]
