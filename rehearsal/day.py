"""The rehearsal day, from an empty disk to a report that reconciles.

Morning without a server, a power cut at noon, the laboratory in the afternoon, the officer in the
evening.  Everything goes through the real programs: frames through the camera, bytes through the
serial port, HTTP between station and server, pages in a browser.
"""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic, sleep

import msgspec

from contract import specimens
from contract.spoken import Spoken, said
from contract.tubes import Tube
from device.drivers.simulated.mjpeg import MjpegCamera
from device.drivers.simulated.reader import PtyReader
from rehearsal import bench, cast, evening, script, settings, visitors
from rehearsal.browser import Browser
from rehearsal.laboratory import Laboratory
from rehearsal.office import STATION, Account, Office, accounts, give_access
from rehearsal.picture import Pictures
from rehearsal.processes import ProcessTrouble, Server, Station, port_is_free, program, run
from rehearsal.report import Check, Report
from rehearsal.table import Table

SERIES, POOLS, OTHERS = 26, 90, 27
VISITORS = 8  # at a check-in point
SCREEN = 10  # the screen's port is the server's and this
MARK = "ghepmau-rehearsal"  # a directory with this file in it may be thrown away


class DayTrouble(Spoken):
    """The day cannot begin or go on; the message says what to do."""


@dataclass
class Day:
    """One rehearsal in *home*, with the server on *port*; `tell` prints progress."""

    home: Path
    port: int
    tell: Callable[[str], None]
    seed: int = 20210603
    people: list[Account] = field(default_factory=accounts)
    _open: ExitStack = field(default_factory=ExitStack)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._open.close()

    def play(self) -> Report:
        """Play the whole day; leaves the server running with its pages full until `close`."""
        began = monotonic()
        self._clear()
        server = self._start_server()
        office = Office(self._browser("administrator"), self.home / "papers")
        table, day, stray = self._set_the_table(office)
        server.stop()
        self.tell(
            said("Sáng: mất mạng, trạm vẫn làm việc", "Morning: no server, the station works on")
        )
        self._act(table, day.morning)
        server.start()
        self.tell(
            said("Trưa: máy chủ trở lại, rồi trạm mất điện", "Noon: server back, then a power cut")
        )
        self._act(table, day.afternoon)
        drained = self._drain(table)
        self.tell(said("Chiều: phòng xét nghiệm", "Afternoon: the laboratory"))
        plan = bench.plan(day, stray)
        lab = Laboratory(self._browser("lab-technician", 0), self._browser("lab-technician", 1))
        officer = self._browser("health-officer")
        found = bench.work(lab, officer, plan)
        self.tell(said("Tối: đối chiếu", "Evening: everything is reconciled"))
        report = evening.reckon(officer, table, day, plan, found, drained)
        self._check_journal()
        self._add_week()
        report.checks += self._let_people_come()
        report.took = monotonic() - began
        self._note_logins()
        return report

    def _add_week(self) -> None:
        """Let the day's people, and invented ones, have a week at 300 points behind them."""
        self.tell(said("Một tuần khai báo ở 300 điểm", "A week of check-ins at 300 points"))
        words = ["demo-week", "--config", str(self.home / "server.toml")]
        run([program("ghepmau-server"), *words], log=self.home / "server.log")

    def _let_people_come(self) -> list[Check]:
        """Let people declare at a point of that week, by phone and by card."""
        self.tell(said("Khai báo bằng điện thoại và thẻ", "Declared by phone and by card"))
        people = specimens.people(VISITORS, Random(self.seed + 1))  # noqa: S311
        return visitors.play(self._browser("administrator"), self.base, people)

    def _clear(self) -> None:
        if self.home.exists():
            if not (self.home / MARK).exists() and any(self.home.iterdir()):
                raise DayTrouble(
                    f"{self.home} đang chứa thứ khác: chọn thư mục khác",
                    f"{self.home} holds something else: name another directory",
                )
            shutil.rmtree(self.home)
        (self.home / "papers").mkdir(parents=True)
        (self.home / MARK).write_text("Made by ghepmau-rehearse; may be deleted.\n")

    def _start_server(self) -> Server:
        self.tell(said("Chuẩn bị máy chủ và cơ sở dữ liệu", "Preparing server and database"))
        config = settings.write_server(self.home, self.port)
        log = self.home / "server.log"
        run([program("ghepmau-server"), "init", "--config", str(config)], log=log)
        give_access(self.people, config, log)
        words = [program("ghepmau-server"), "run", "--config", str(config)]
        server = Server(words, log, self.base)
        self._open.callback(server.stop)
        server.start()
        return server

    def _set_the_table(self, office: Office) -> tuple[Table, script.Day, Tube]:
        self.tell(said("Lô ống, nhãn, thẻ, trạm", "Lots, labels, cards, station"))
        code = office.enrol_station(STATION, "Bàn 1")
        office.enrol_station("ban-2", "Bàn 2")
        invented = cast.invent(self.seed)
        coded = cast.with_codes(invented)
        without = invented[len(coded) :]
        cards = office.make_cards(without)
        coded += [
            cast.visitor(one, text.encode()) for one, text in zip(without, cards, strict=True)
        ]
        queue = cast.in_order(coded, self.seed)
        _, tubes = office.register_lot(SERIES, len(queue) + 12, STATION)
        _, pools = office.register_lot(POOLS, 4, STATION)
        _, others = office.register_lot(OTHERS, 10, "ban-2")
        day = script.write(queue, cast.driver(), iter(tubes), pools[0], others[0])
        return self._table(code), day, tubes[-1]

    def _table(self, code: str) -> Table:
        state, log = self.home / "station", self.home / "station.log"
        words = ["enrol", "--server", self.base, "--code", code, "--state", str(state)]
        run([program("ghepmau-station"), *words], log=log)
        camera, reader = MjpegCamera(fps=12), PtyReader(self.home / "reader")
        self._open.callback(camera.stop)
        self._open.callback(reader.close)
        screen = self._screen_port()
        config = settings.write_station(self.home, camera.url, str(reader.path), self.base, screen)
        if screen:
            self.tell(said("Màn hình ở bàn", f"The table's own screen: http://127.0.0.1:{screen}"))
        station = Station(
            [program("ghepmau-station"), "run", "--config", str(config), "--json"], log
        )
        self._open.callback(station.stop)
        pictures = Pictures(self.seed)
        self._open.callback(pictures.close)
        return Table(camera, reader, station, pictures)

    def _screen_port(self) -> int:
        """Return a port for the station's screen, beside the server's; 0 if that one is taken."""
        port = self.port + SCREEN
        return port if port < 65536 and port_is_free(port) else 0

    def _act(self, table: Table, acts: list[script.Act]) -> None:
        table.pictures.prepare([one.code for act in acts for one in act.visitors])
        if not table.station.running:
            table.station.start()
            if table.station.wait("ready", seconds=30) is None:
                raise ProcessTrouble(
                    f"trạm không khởi động; xem {self.home}/station.log",
                    f"the station did not start; see {self.home}/station.log",
                )
        for number, act in enumerate(acts, 1):
            table.play(act)
            if number % 10 == 0 or number == len(acts):
                self.tell(
                    "  " + said(f"{table.shown} người đã qua bàn", "people have been at the table")
                )

    def _drain(self, table: Table) -> int:
        """Wait until the uplink has sent everything; return how many events the server has."""
        officer = self._browser("health-officer")
        wanted = evening.events_of(self.home / "station", self.home / "station.log")
        last = monotonic() + 60
        while monotonic() < last:
            seen: int = officer.open("/api/v1/summary").json()["intake"]["applied"]
            if seen >= wanted:
                return seen
            sleep(0.3)
        raise DayTrouble(
            f"trạm chưa gửi hết trong 60 s; xem {self.home}/station.log",
            f"the uplink did not drain within 60 s; see {self.home}/station.log",
        )

    def _note_logins(self) -> None:
        """Keep the demo log-ins for tools (tools/screenshots.py); readable by this user alone."""
        notes = self.home / "logins.json"
        notes.touch(mode=0o600)
        logins = {person.role: [person.login, person.password] for person in self.people}
        notes.write_bytes(msgspec.json.encode({"base": self.base, "logins": logins}))

    def _check_journal(self) -> None:
        words = [program("ghepmau-station"), "journal", "verify"]
        run([*words, "--config", str(self.home / "station.toml")], log=self.home / "station.log")

    def _browser(self, role: str, which: int = 0) -> Browser:
        account = [person for person in self.people if person.role == role][which]
        browser = Browser(self.base)
        browser.log_in(account.login, account.password)
        return browser
