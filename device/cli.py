"""ghepmau-station: the commands of one station."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from threading import Event

import msgspec

from contract import signing
from contract.arguments import Parser, languages
from contract.spoken import choose, said
from device import (
    enrol_cli,
    enrolment,
    health_cli,
    journal_cli,
    manual_cli,
    opening,
    running,
    send_all_cli,
    stick_cli,
    uplink_process,
)
from device.alone import AlreadyRunning, lock
from device.arguments import about_parent, with_config
from device.arrivals import Arrivals
from device.config import Config, ConfigError, load
from device.drivers.panel_gpio import PanelLost
from device.drivers.readers import cli as readers
from device.enrolment import NotEnrolled, Papers
from device.journal import JournalTrouble
from device.kiosk import command as kiosk
from device.lines import tell_json, tell_people
from device.manual import NobodyThere
from device.stick_files import StickTrouble
from device.supervisor import Supervisor
from device.upstream import Unreachable

log = logging.getLogger("ghepmau-station")
EXPECTED = (
    AlreadyRunning,
    ConfigError,
    JournalTrouble,
    NobodyThere,
    NotEnrolled,
    PanelLost,
    StickTrouble,
    Unreachable,
    signing.BadSignature,
)


_REPORT = (
    "việc này lẽ ra không xảy ra; xin báo lại kèm các dòng này",
    "this should not have happened; please report it with these lines",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code.  What can be expected is told in a sentence."""
    words = choose(sys.argv[1:] if arguments is None else arguments, os.environ)
    options = _parser().parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except EXPECTED as error:
        print(f"ghepmau-station: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    except Exception:
        log.exception("%s", said(*_REPORT))
        return 70


def _run(options: argparse.Namespace) -> int:
    config = load(options.config)
    lock(config.folder)
    stop = _stop_by_signal()
    tell = tell_json(sys.stdout) if options.json else tell_people(sys.stdout)
    station = running.assemble(config, tell)
    for alarm in station.station.journal.alarms:
        log.warning("journal: %s", alarm)
    beside = _beside(options, config)
    for supervisor in beside:
        supervisor.start()
    try:
        with closing(station.station.journal), closing(station.station.panel):
            station.serve(stop)
    finally:
        for supervisor in beside:
            supervisor.stop()
    return 0


def _beside(options: argparse.Namespace, config: Config) -> list[Supervisor]:
    """Return what keeps the other processes alive: pairing depends on none of them."""
    beside = [] if options.no_uplink else [Supervisor(options.config)]
    if config.kiosk.on and not options.no_kiosk:
        beside.append(Supervisor(options.config, "kiosk", kiosk.words(options.config)))
    return beside


def _uplink(options: argparse.Namespace) -> int:
    uplink_process.serve(load(options.config), _stop_by_signal(), options.parent)
    return 0


def _check(options: argparse.Namespace) -> int:
    config = load(options.config)
    opening.sources_of(config, Arrivals())  # a reader's file of settings is read, too
    print(msgspec.json.format(msgspec.json.encode(config), indent=2).decode())
    papers = enrolment.Office(config.folder).papers_or_none()
    none = said("chưa ghi danh", "not enrolled yet")
    print(_enrolled_as(papers) if papers else none)
    return 0


def _enrolled_as(papers: Papers) -> str:
    return said(
        f"đã ghi danh là {papers.station} với {papers.server}",
        f"enrolled as {papers.station} with {papers.server}",
    )


def _stop_by_signal() -> Event:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _parser() -> argparse.ArgumentParser:
    about = said("Các lệnh của một trạm.", "The commands of one station.")
    parser: argparse.ArgumentParser = Parser(
        prog="ghepmau-station", description=about, epilog=languages()
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    enrol_cli.add_to(commands)
    _add_run(commands)
    up = commands.add_parser(
        "uplink", help=said("gửi nhật ký lên máy chủ", "bring the journal home")
    )
    with_config(up, _uplink).add_argument("--parent", type=int, help=about_parent())
    config = commands.add_parser("config", help=said("cấu hình", "the settings"))
    check = config.add_subparsers(required=True).add_parser(
        "check", help=said("kiểm và in mọi cấu hình", "check the settings and print them all")
    )
    with_config(check, _check)
    for each in (journal_cli, readers, manual_cli, kiosk, stick_cli, send_all_cli, health_cli):
        each.add_to(commands)
    return parser


def _add_run(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    run = commands.add_parser("run", help=said("ghép người với ống", "pair persons with tubes"))
    with_config(run, _run)
    for flag, about in (
        ("--json", said("mỗi dòng một đối tượng JSON", "one JSON object a line")),
        ("--no-uplink", said("không chạy tiến trình gửi", "do not start the uplink process")),
        ("--no-kiosk", said("không chạy màn hình", "do not start the screen's process")),
    ):
        run.add_argument(flag, action="store_true", help=about)


if __name__ == "__main__":
    sys.exit(main())
