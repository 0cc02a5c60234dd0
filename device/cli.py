"""ghepmau-station: the commands of one station."""

import argparse
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

import msgspec

from contract import signing
from device import (
    enrolment,
    health_cli,
    manual_cli,
    opening,
    pruning,
    running,
    stick_cli,
    uplink,
    uplink_process,
)
from device.arrivals import Arrivals
from device.backlog import Backlog
from device.config import Config, ConfigError, load
from device.drivers.panel_gpio import PanelLost
from device.drivers.readers import cli as readers
from device.enrolment import NotEnrolled, Office, Papers
from device.journal import JournalTrouble, check_file
from device.journal_file import files_of, let_go_of, open_for_reading, rows_after
from device.kiosk import command as kiosk
from device.lines import tell_json, tell_people
from device.manual import NobodyThere
from device.running import AlreadyRunning
from device.stick import StickTrouble
from device.supervisor import Supervisor
from device.upstream import Unreachable, Upstream

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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code.  What can be expected is told in a sentence."""
    options = _parser().parse_args(arguments)
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
        log.exception("this should not have happened; please report it with these lines")
        return 70


def _enrol(options: argparse.Namespace) -> int:
    office = Office(options.state)
    old = office.papers_or_none()
    secrets = office.secrets_or_new()
    try:
        upstream = Upstream(options.server, ca_file=options.ca_file)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    answer = upstream.enrol(options.code, signing.public_text(secrets.key))
    if answer.status != 200:
        problem = answer.problem
        print(f"{problem.message or 'Máy chủ từ chối.'}", file=sys.stderr)
        print(f"{problem.message_en or f'HTTP {answer.status}'}", file=sys.stderr)
        return 1
    try:
        papers = msgspec.json.decode(answer.body, type=Papers)
    except msgspec.DecodeError as error:
        raise Unreachable(f"{options.server} answers, but not as our server does") from error
    if old is not None and old.station != papers.station:
        raise NotEnrolled(
            f"{options.state} belongs to {old.station}, and its journal too; "
            f"give {papers.station} a folder of its own (the code is used up: make a new one)"
        )
    office.keep_secrets(secrets)
    office.keep(msgspec.structs.replace(papers, server=options.server, now=""))
    uplink.Uplink(office, Backlog(options.state), upstream).turn()  # its lots, if they can be had
    print(f"Đã ghi danh: {papers.label} ({papers.station}) · enrolled in {options.state}")
    return 0


def _run(options: argparse.Namespace) -> int:
    config = load(options.config)
    running.lock(config.folder)
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
    print(f"enrolled as {papers.station} with {papers.server}" if papers else "not enrolled yet")
    return 0


def _verify(options: argparse.Namespace) -> int:
    """Check every journal file; exit code 1 if any row is not what it was."""
    sound = True
    for path in files_of(load(options.config).folder / "journal"):
        found = check_file(path)
        sound = sound and found.sound
        print(f"{path.name}: {len(found.good)} rows hold, {len(found.wrong)} faults")
        for wrong in found.wrong:
            print(f"  {wrong}")
    for path in let_go_of(load(options.config).folder / "journal"):
        known = pruning.checkpoint_of(path)
        told = f"{known.rows} rows up to {known.last}, of {known.newest:%Y-%m-%d}" if known else "?"
        print(f"{path.name}: let go after the server's receipt: {told}")
        sound = sound and known is not None
    return 0 if sound else 1


def _show(options: argparse.Namespace) -> int:
    """Print the newest events, one JSON object a line; persons stay sealed."""
    for path in files_of(load(options.config).folder / "journal"):
        with closing(open_for_reading(path)) as db:
            [last] = db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
            first = max(0, last - options.last) if options.last else 0
            for row in rows_after(db, first):
                print(row.body.decode())
    return 0


def _stop_by_signal() -> Event:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ghepmau-station", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    enrol = commands.add_parser("enrol", help="make this machine a known station")
    enrol.add_argument("--server", required=True, help="https://...")
    enrol.add_argument("--code", required=True, help="the one-time code from the Stations page")
    enrol.add_argument("--state", required=True, type=Path, help="the folder for keys and journal")
    enrol.add_argument("--ca-file", default="", help="certificates to trust")
    enrol.set_defaults(command=_enrol)
    run = _with_config(commands.add_parser("run", help="pair persons with tubes"), _run)
    run.add_argument("--json", action="store_true", help="one JSON object a line")
    run.add_argument("--no-uplink", action="store_true", help="do not start the uplink process")
    run.add_argument("--no-kiosk", action="store_true", help="do not start the screen's process")
    up = _with_config(commands.add_parser("uplink", help="bring the journal home"), _uplink)
    up.add_argument("--parent", type=int, help="end when this process is gone")
    config = commands.add_parser("config", help="the settings").add_subparsers(required=True)
    _with_config(config.add_parser("check", help="check the settings and print them all"), _check)
    journal = commands.add_parser("journal", help="the journal").add_subparsers(required=True)
    _with_config(journal.add_parser("verify", help="check every row's hash and chain"), _verify)
    show = _with_config(journal.add_parser("show", help="print the events"), _show)
    show.add_argument("--last", type=int, default=0, help="only the newest N of each file")
    readers.add_to(commands)
    manual_cli.add_to(commands)
    kiosk.add_to(commands)
    stick_cli.add_to(commands)
    health_cli.add_to(commands)
    return parser


def _with_config(
    parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser.add_argument("--config", required=True, type=Path, help="the settings (TOML)")
    parser.set_defaults(command=command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
