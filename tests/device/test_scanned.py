"""Two readers with their roles at one station: who may read what, and what each reader is told."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from queue import Empty
from time import monotonic

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.commands import Command, text_of
from contract.lots import IssuedLots, LotWire
from contract.tubes import TubeId
from device.arrivals import Arrivals
from device.clock import SystemClock
from device.codes import Codes
from device.config import Config, ConfigError, Reader, Table, load
from device.drafts import Drafts
from device.drivers.simulated.panel import SimulatedPanel
from device.drivers.simulated.reader import PtyReader
from device.drivers.simulated.readers.bench import Bench
from device.drivers.simulated.readers.ssi import SsiModel
from device.drivers.simulated.readers.texts import HoneywellModel
from device.journal import Journal
from device.lines import Line
from device.opening import sources_of
from device.roles import Role
from device.scanned import Verdict, verdict_of
from device.sources import Source
from device.station import Station

PERSON = "024191000001||Nguyễn Thị Mẫu|01021991|Nữ|Xã Mẫu|01012021".encode()
TUBES = [TubeId.mint(26, number).text for number in range(4)]


class Desk:
    """A station with two readers, and hands that wait for what it says."""

    def __init__(self, folder: Path, first: Reader, second: Reader) -> None:
        self.lines: list[Line] = []
        self.arrivals = Arrivals()
        config = Config(Table(str(folder)), reader=first, reader2=second)
        self.sources: list[Source] = sources_of(config, self.arrivals)
        self.journal = Journal(folder / "journal", "ban-1")
        codes = Codes(
            b"secret",
            X25519PrivateKey.generate().public_key(),
            IssuedLots((LotWire("L-1", 26, 0, 99),)),
        )
        self.station = Station(
            self.journal,
            codes,
            SimulatedPanel(),
            SystemClock(),
            self.lines.append,
            Drafts("ban-1"),
            devices=dict.fromkeys(source.name for source in self.sources),
        )
        self.station.begin("test")
        for source in self.sources:
            source.start()

    def close(self) -> None:
        for source in self.sources:
            source.stop()
        self.journal.close()

    def until(self, wanted: Callable[[], bool], seconds: float = 8.0) -> bool:
        ends = monotonic() + seconds
        while not wanted() and monotonic() < ends:
            try:
                self.station.arrive(self.arrivals.get(timeout=0.02))
            except Empty:
                continue
        return wanted()

    def says(self, outcome: str, reason: str = "") -> bool:
        said = lambda: bool(self.lines) and self.lines[-1].outcome == outcome  # noqa: E731
        return self.until(said) and self.lines[-1].reason == reason


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_two_readers_by_role_each_configured_each_told_what_became_of_its_codes(
    opened: ExitStack, tmp_path: Path
) -> None:
    tubes = Bench(hand := HoneywellModel(), tmp_path / "hand")
    persons = Bench(stand := SsiModel(), tmp_path / "stand")
    desk = Desk(
        tmp_path,
        Reader(str(tubes.path), driver="honeywell", role=Role.TUBE),
        Reader(str(persons.path), driver="ssi", role=Role.PERSON),
    )
    for close in (persons.unplug, tubes.unplug, desk.close):
        opened.callback(close)
    assert desk.says("ready")
    assert (hand.store.ram["QRCENA"], stand.store.ram["F025"]) == ("0", "01")
    assert persons.scan(PERSON, "]Q1")
    assert desk.says("person-held")
    assert persons.scan(TUBES[0].encode())
    assert desk.says("refused", "tube-at-person-reader")
    assert tubes.scan(TUBES[0].encode())
    assert desk.says("paired")
    assert tubes.scan(TUBES[1].encode())
    assert desk.says("tube-held")
    assert persons.scan(text_of(Command.CANCEL).encode(), "]Q1")
    assert desk.says("let-go", "tube-cancel")
    desk.until(lambda: len(hand.answers) == 2, 2)
    assert hand.answers == ["good", "seen"]
    assert stand.beeps == [0x12]


def test_a_persons_code_at_the_reader_for_tubes_is_refused_aloud_and_the_table_goes_on(
    opened: ExitStack, tmp_path: Path
) -> None:
    hand, stand = PtyReader(tmp_path / "hand"), PtyReader(tmp_path / "stand")
    desk = Desk(
        tmp_path, Reader(str(hand.path), role=Role.TUBE), Reader(str(stand.path), role=Role.PERSON)
    )
    for close in (hand.close, stand.close, desk.close):
        opened.callback(close)
    assert desk.says("ready")
    hand.scan(TUBES[0])
    assert desk.says("tube-held")
    hand.scan(PERSON.decode(), aim="]Q1")
    assert desk.says("refused", "person-at-tube-reader")
    stand.scan(PERSON.decode(), aim="]Q1")
    assert desk.says("paired")


def test_one_reader_lost_names_itself_and_comes_back_while_the_other_works(
    opened: ExitStack, tmp_path: Path
) -> None:
    hand, stand = PtyReader(tmp_path / "hand"), PtyReader(tmp_path / "stand")
    desk = Desk(tmp_path, Reader(str(hand.path)), Reader(str(stand.path)))
    for close in (hand.close, stand.close, desk.close):
        opened.callback(close)
    assert desk.says("ready")
    stand.unplug()
    assert desk.says("reader2-lost")
    hand.scan(TUBES[0])
    assert desk.says("tube-held")
    stand.replug()
    assert desk.says("reader2-back")


def test_a_pair_is_recorded_a_refusal_is_refused_and_the_rest_is_seen() -> None:
    def line(outcome: str, event: str | None = None) -> Line:
        return Line(at="", outcome=outcome, event=event)

    assert verdict_of([line("paired", "7e"), line("slip-suspected")]) is Verdict.RECORDED
    for done in ("pool-member", "checked-in", "tube-arrived"):
        assert verdict_of([line(done, "7e")]) is Verdict.RECORDED
    assert verdict_of([line("refused", "7e")]) is Verdict.REFUSED
    assert verdict_of([line("journal-trouble")]) is Verdict.REFUSED
    for quiet in ("person-held", "tube-held", "let-go", "same-pair", "box-opened", "voided"):
        assert verdict_of([line(quiet, "7e")]) is Verdict.SEEN
    assert verdict_of([]) is Verdict.SEEN


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[reader]\nport = 'a'\ndriver = 'gm66'", "reader.driver"),
        ("[reader]\nport = 'a'\nrole = 'tubes'", "reader.role"),
        ("[reader]\nport = 'a'\nrole = 'tube'", "nothing here reads persons"),
        ("[reader]\nport = 'a'\nrole = 'person'", "nothing here reads tubes"),
        ("[reader]\nport = 'a'\n[reader2]\nport = 'a'", "the port of [reader]"),
        ("[reader2]\nport = '/dev/ttyACM1'", "reader2.port"),
        ("[reader]\nport = '/dev/input/event3'\ndriver = 'wedge'", "/dev/input/by-id"),
    ],
)
def test_readers_that_cannot_work_together_stop_the_start(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "station.toml"
    path.write_text(f"[station]\nstate = 's'\n{text}")
    with pytest.raises(ConfigError, match=r"station\.toml") as fault:
        load(path)
    assert told in str(fault.value)


def test_a_profile_that_does_not_exist_stops_the_start_not_the_thread(tmp_path: Path) -> None:
    reader = Reader("/dev/none", driver="gm65", profile="gm99")
    with pytest.raises(ConfigError, match=r"\[reader\]: .* · no file of settings"):
        sources_of(Config(Table(str(tmp_path)), reader=reader), Arrivals())
