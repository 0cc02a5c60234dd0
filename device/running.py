"""A station put together from its settings, and its day from start to end.

Lots, papers and the server's time come through files that uplink replaces; they are looked at
once a second, and taken in where they changed.
"""

import logging
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Event
from time import monotonic

import msgspec

from device import pruning, spare
from device.arrivals import Arrival, Arrivals
from device.backlog import Sent, read_sent
from device.clock import ServerTime, SystemClock
from device.config import Config
from device.drafts import Drafts
from device.drivers import Panel
from device.drivers.panel_gpio import GpioPanel, PanelLost
from device.drivers.panel_none import NoPanel
from device.drivers.simulated.panel import SimulatedPanel
from device.enrolment import NotEnrolled, Office, Papers
from device.journal import Journal, JournalTrouble
from device.kiosk.faces import Faces
from device.kiosk.pages import page_of
from device.kiosk.pairs import of_journal, with_line
from device.life import Life
from device.lines import Board, Line, Page, Tell
from device.manual import Desk, TypedPair
from device.opening import sources_of
from device.shift_now import ShiftDesk
from device.sources import Source
from device.stages import Answering, HoldingPerson, Idle, SecondLook, State
from device.station import Station

log = logging.getLogger(__name__)
_SWITCH = 0.0005  # seconds: a camera's thread must not keep a scan waiting for 5 ms, the default
_SLICE = 0.05  # seconds between two looks at buttons and holds
SET_BACK = "it was set back: the server has other events of it; look for tubes used twice"
_LOOK = 1.0  # seconds between two looks at what uplink brought


@dataclass
class Running:
    """One station while it runs."""

    config: Config
    office: Office
    papers: Papers
    station: Station
    clock: SystemClock
    board: Board
    arrivals: Arrivals
    sources: list[Source] = field(default_factory=list)
    sent: Sent = field(default_factory=Sent)
    life: Life = field(default_factory=lambda: Life(_software()))
    desk: Desk = field(init=False)
    _shift: ShiftDesk = field(default_factory=ShiftDesk)
    _seen: dict[str, int] = field(default_factory=dict)
    _looked: float = 0.0
    _before: State = field(init=False)

    def __post_init__(self) -> None:
        self.desk, self._before = Desk(self.config.folder), self.station.state

    def serve(self, stop: Event) -> None:
        """Work until *stop*."""
        sys.setswitchinterval(_SWITCH)
        self.refresh()
        self.station.begin(_software())
        self.arrivals.deal = self._deal
        for source in self.sources:
            source.start()
        self.desk.start()
        self.life.begun()
        while not stop.is_set():
            self._turn()
            self.life.turned(self)
        self.life.ending()
        self.desk.stop()
        for source in self.sources:
            source.stop()
        with self.arrivals.turn():
            self.station.end()
        self.board.show(self.page())

    def _turn(self) -> None:
        self.arrivals.wait(_SLICE)
        with self.arrivals.turn():
            self.arrivals.deal_with_all()
            if (typed := self.desk.next()) is not None:
                self._deal(typed)
            self.station.tick()
            self._look_after_sources()
            if monotonic() - self._looked >= _LOOK:
                self.refresh()
            page = self.page()
        self.board.show(page)  # a scan need not wait for the screen

    def _deal(self, arrival: Arrival | TypedPair) -> None:
        """Take what came; called by whoever has the turn."""
        self.station.arrive(arrival)
        self._look_after_sources()

    def _look_after_sources(self) -> None:
        if was_let_go(self._before, self.station.state):
            for source in self.sources:
                source.let_go()
        self._before = self.station.state

    def refresh(self) -> None:
        """Take in what uplink brought since the last look."""
        self._looked = monotonic()
        if self._changed(self.office.lots_file):
            self.station.codes.lots = self.office.lots()
        if self._changed(self.office.roster_file):
            self.station.take_roster(self.office.roster())
        if self._changed(self.config.folder / "uplink.json"):
            self.sent = read_sent(self.config.folder)
            self.clock.server = _server_time(self.sent)
        self._leave_a_fork()
        if self._changed(self.office.papers_file):
            self._take_papers()

    def _leave_a_fork(self) -> None:
        """Write into a new epoch where the server has other events of this one."""
        if self.station.journal.epoch in self.sent.forks:
            try:
                self.station.journal.begin_anew(SET_BACK)
            except JournalTrouble as trouble:
                self.station.trouble = str(trouble)

    def _take_papers(self) -> None:
        try:
            papers = self.office.papers()
            self.station.codes.card_keys = papers.cards
            self.station.codes.sealing_key = papers.sealing
        except (NotEnrolled, ValueError) as error:
            log.warning("new papers cannot be used, the old ones stay: %s", error)
            return
        self.papers = papers
        self.station.drafts = Drafts(papers.station, papers.place)

    def _changed(self, path: Path) -> bool:
        try:
            stamp = path.stat().st_mtime_ns
        except OSError:
            return False
        changed = self._seen.get(path.name) != stamp
        self._seen[path.name] = stamp
        return changed

    def page(self) -> Page:
        """Return the state of the station, for its screen."""
        page = page_of(self.station, self.papers, self.sent, self.board)
        shift = self._shift.now(self.station.journal, self.station.codes.lots)
        return msgspec.structs.replace(page, shift=shift)


def was_let_go(before: State, after: State) -> bool:
    """Return whether a person who was held is held no longer, and got no tube."""
    held = isinstance(before.stage, HoldingPerson | SecondLook | Answering)
    return held and isinstance(after.stage, Idle) and after.last == before.last


def assemble(config: Config, tell: Tell) -> Running:
    """Put a station together; raise NotEnrolled, JournalTrouble, ConfigError or ValueError."""
    office = Office(config.folder)
    papers, secrets, sent = office.papers(), office.secrets(), read_sent(config.folder)
    clock, arrivals = SystemClock(), Arrivals()
    board = Board(config.page_file)
    codes = Faces(secrets.tags, papers.sealing, office.lots(), papers.cards, config.code_rules)
    sources = sources_of(config, arrivals)
    keep = timedelta(days=config.station.keep_days)
    ready = spare.opened(config.folder / "journal", config.station.spare, papers.station)
    pruning.prune(config.folder / "journal", sent, keep, clock.moment())
    station = Station(
        journal=Journal(config.folder / "journal", papers.station, sent.acked, spare=ready),
        codes=codes,
        panel=_panel(config),
        clock=clock,
        tell=_both(tell, board),
        drafts=Drafts(papers.station, papers.place),
        rules=config.station.rules,
        set_duty=config.station.duty,
        devices=dict.fromkeys(source.name for source in sources),
    )
    board.pairs = of_journal(config.folder / "journal", clock.moment().at)
    return Running(config, office, papers, station, clock, board, arrivals, sources, sent)


def _panel(config: Config) -> Panel:
    if config.panel.driver == "simulated":
        return SimulatedPanel()
    if config.panel.driver == "none":
        return NoPanel()
    try:
        return GpioPanel(config.panel.pins, config.panel.chip)
    except PanelLost as lost:
        log.error("working without the panel: %s", lost)  # noqa: TRY400 - the sentence says all
        return NoPanel()


def _both(tell: Tell, board: Board) -> Tell:
    def told(line: Line) -> None:
        board.recent.append(line)
        board.pairs = with_line(board.pairs, line)
        tell(line)

    return told


def _server_time(sent: Sent) -> ServerTime | None:
    try:
        now = datetime.fromisoformat(sent.server_now)
    except ValueError:
        return None
    return ServerTime(now, sent.server_mono, sent.server_boot) if now.tzinfo else None


def _software() -> str:
    try:
        return f"ghepmau {version('ghepmau')}"
    except PackageNotFoundError:
        return "ghepmau"
