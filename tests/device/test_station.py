"""The station: journal first, beep second; and nothing is paired that is not written."""

import resource
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.cards import CardNumber
from contract.checks import mod_37_2
from contract.commands import Command, text_of
from contract.events import (
    Event,
    PersonLeft,
    PoolClosed,
    ScanRefused,
    ShiftEnded,
    StationStarted,
    decode,
)
from contract.lots import IssuedLots, LotWire
from contract.tubes import TubeId
from device.arrivals import DeviceNews
from device.clock import Clock, SystemClock
from device.codes import Codes
from device.drafts import Drafts, Moment
from device.drivers import Button, Scan
from device.drivers.simulated.panel import SimulatedPanel
from device.facts import Paired, Person
from device.journal import Journal, check_file
from device.journal_file import files_of
from device.ledger import Ledger
from device.lines import Line
from device.sight.watch import CodeShown, SeveralInView
from device.stages import Idle, OpenPool
from device.station import Station

SEALING = X25519PrivateKey.generate().public_key()
LOTS = IssuedLots((LotWire("L-1", 26, 0, 99), LotWire("L-2", 90, 0, 9)))
PEOPLE = [
    f"02419100000{number}||Nguyễn Thị Mẫu|01021991|Nữ|Xã Mẫu|01012021".encode()
    for number in range(1, 8)
]


@dataclass
class Standing:
    """A clock of another boot that stands, some time after a moment."""

    then: Moment
    later: timedelta

    def moment(self) -> Moment:
        return Moment(self.then.at + self.later, trusted=True, boot="boot-2", mono=0)


@dataclass
class Table:
    """A station on a journal, with simulated hands."""

    folder: Path
    clock: Clock = field(default_factory=SystemClock)
    lines: list[Line] = field(default_factory=list)
    panel: SimulatedPanel = field(default_factory=SimulatedPanel)

    def __post_init__(self) -> None:
        self.journal = Journal(self.folder, "ban-1")
        codes = Codes(b"secret", SEALING, LOTS)
        devices = {"reader": None, "camera": None}
        told, drafts = self._tell, Drafts("ban-1")
        self.station = Station(
            self.journal, codes, self.panel, self.clock, told, drafts, devices=devices
        )
        self.station.begin("test")

    def _tell(self, line: Line) -> None:
        if line.event:
            assert line.event in {str(event.id) for event in self.events()}
        self.lines.append(line)

    def events(self) -> list[Event]:
        files = files_of(self.folder)
        return [decode(row.body) for path in files for row in check_file(path).good]

    def show(self, code: bytes) -> str:
        self.station.arrive(CodeShown(code, monotonic()))
        return self.lines[-1].outcome

    def scan(self, series: int, serial: int) -> str:
        data = TubeId.mint(series, serial).text.encode()
        self.station.arrive(Scan(data, "]C0", monotonic()))
        return self.lines[-1].outcome


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    table = Table(tmp_path / "journal")
    with closing(table.journal):
        yield table


def test_a_pair_is_in_the_journal_before_it_is_told(table: Table) -> None:
    assert table.show(PEOPLE[0]) == "person-held"
    assert table.scan(26, 1) == "paired"  # _tell has looked into the journal
    assert table.panel.names == ["person-held", "paired"]
    assert table.lines[-1].tube == TubeId.mint(26, 1).text


def test_every_refusal_and_hold_that_ended_is_an_event(table: Table) -> None:
    table.show(PEOPLE[0])
    table.show(PEOPLE[1])
    table.station.arrive(Scan(b"260000000183", "]C0", monotonic()))
    table.station.arrive(SeveralInView(monotonic()))
    kinds = [type(event) for event in table.events()]
    assert kinds == [StationStarted, PersonLeft, ScanRefused, ScanRefused, ScanRefused]
    assert [line.reason for line in table.lines[1:]] == [
        "second",
        "second-person",
        "tube-misread",
        "several-persons",
    ]


def test_undo_by_card_and_by_button_voids_the_pairing(table: Table) -> None:
    for number, press in enumerate((False, True)):
        table.show(PEOPLE[number])
        table.scan(26, number)
        if press:
            table.panel.press(Button.UNDO)
            table.station.tick()
        else:
            table.show(text_of(Command.UNDO).encode())
        assert table.lines[-1].outcome == "voided"
        assert table.journal.ledger.tubes_today(table.lines[-2].tag) == 0


def test_a_pool_goes_on_after_a_restart(table: Table) -> None:
    table.scan(90, 1)
    assert table.show(PEOPLE[0]) == "pool-member"
    assert table.show(PEOPLE[1]) == "pool-member"
    table.journal.close()
    again = Table(table.folder)
    with closing(again.journal):
        assert isinstance(again.station.state.stage, OpenPool)
        assert again.show(PEOPLE[0]) == "same-pair"
        assert [again.show(person) for person in PEOPLE[2:4]] == ["pool-member"] * 2
        assert again.show(PEOPLE[4]) == "pool-closed"
        closed = again.events()[-1]
        assert isinstance(closed, PoolClosed)
        assert closed.members == 5


def test_a_pool_that_was_forgotten_over_night_is_closed_after_the_restart(
    tmp_path: Path, drafts: Drafts, morning: Moment
) -> None:
    ann = Person("a" * 16, "citizen-card", "sealed")
    draft = drafts.of(Paired(TubeId.mint(90, 1), ann, "pool", 900, 1), morning, Ledger())
    folder = tmp_path / "journal"
    with closing(Journal(folder, "ban-1")) as journal:
        journal.append(*filter(None, [draft]))
    table = Table(folder, Standing(morning, timedelta(hours=9)))
    with closing(table.journal):
        assert isinstance(table.station.state.stage, OpenPool)
        table.station.tick()
        assert (table.lines[-1].outcome, table.lines[-1].reason) == ("pool-closed", "idle")


def test_undo_still_works_after_a_restart(table: Table) -> None:
    table.show(PEOPLE[0])
    table.scan(26, 1)
    table.journal.close()
    again = Table(table.folder)
    with closing(again.journal):
        assert again.show(text_of(Command.UNDO).encode()) == "voided"


def test_a_tube_that_was_used_before_a_restart_is_refused(table: Table) -> None:
    table.show(PEOPLE[0])
    table.scan(26, 1)
    table.journal.close()
    again = Table(table.folder)
    with closing(again.journal):
        again.show(PEOPLE[1])
        assert again.scan(26, 1) == "refused"
        assert again.lines[-1].reason == "tube-used"


def test_a_full_disk_pairs_nobody_and_says_so(table: Table) -> None:
    table.show(PEOPLE[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = next(table.folder.glob("*-wal")).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        assert table.scan(26, 1) == "journal-trouble"
        assert table.panel.names[-1] == "trouble"
        assert table.station.trouble
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert table.scan(26, 1) == "paired"
    assert not table.station.trouble
    assert "paired" not in table.panel.names[:-1]


def test_a_lost_reader_lets_go_and_is_told_once_it_is_back(table: Table) -> None:
    for device in ("reader", "camera"):
        table.station.arrive(DeviceNews(device, up=True))
    assert table.lines[-1].outcome == "ready"
    table.show(PEOPLE[0])
    table.station.arrive(DeviceNews("reader", up=False, why="unplugged"))
    assert [line.outcome for line in table.lines[-2:]] == ["let-go", "reader-lost"]
    assert table.station.state.stage == Idle()
    table.station.arrive(DeviceNews("reader", up=True))
    assert table.lines[-1].outcome == "reader-back"


def test_no_line_and_no_event_names_anybody(table: Table) -> None:
    table.show(PEOPLE[0])
    table.scan(26, 1)
    table.journal.close()
    told = repr(table.lines) + "".join(
        path.read_bytes().decode("latin-1") for path in table.folder.iterdir()
    )
    for secret in ("Nguyễn", "024191000001", "01021991"):
        assert secret not in told
        assert secret.encode().decode("latin-1") not in told


def test_an_end_lets_go(table: Table) -> None:
    table.show(PEOPLE[0])
    table.station.end()
    assert [line.outcome for line in table.lines[-2:]] == ["let-go", "stopped"]


def test_a_shift_is_opened_and_closed_by_cards(table: Table) -> None:
    card = CardNumber("K7M3Q9XT4" + mod_37_2("K7M3Q9XT4")).payload.encode()
    assert table.show(text_of(Command.BEGIN_SHIFT).encode()) == "operator-asked"
    assert table.show(card) == "shift-began"
    table.show(PEOPLE[0])
    assert table.scan(26, 1) == "paired"
    table.show(PEOPLE[1])
    assert table.show(text_of(Command.END_SHIFT).encode()) == "shift-ended"
    ended = table.events()[-1]
    assert isinstance(ended, ShiftEnded)
    assert (ended.people, ended.issued, ended.used, ended.returned) == (1, 110, 1, 109)
    assert ended.operator == table.events()[-3].operator != ""
