"""`ghepmau-station readers`: list, find, check, set and watch the readers of this machine.

For whoever sets a station up.  Stop the station first: a reader has one user at a time.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from contract.spoken import said
from device.drivers import ReaderLost
from device.drivers.readers import DIALECTS, ReaderSettings, open_serial
from device.drivers.readers.profile import ProfileError, Reads
from device.drivers.readers.serial_reader import SerialReader

PLACES = (Path("/dev/ghepmau"), Path("/dev/serial/by-id"), Path("/dev/serial/by-path"))
Trace = Callable[[str, bytes], None]


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `readers` and its own commands to *commands*."""
    readers = commands.add_parser(
        "readers",
        help=said(
            "liệt kê, tìm, kiểm, đặt và theo dõi đầu đọc mã",
            "list, find, check, set and watch code readers",
        ),
    )
    add_commands(readers.add_subparsers(required=True, metavar="COMMAND"))


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands; each sets `command` to what carries it out."""
    one = commands.add_parser(
        "list",
        help=said("tên cố định của các thiết bị nối tiếp", "names of serial devices that stay"),
    )
    one.set_defaults(command=list_devices)
    for name, run, about in (
        (
            "find",
            find,
            said("cho biết loại đầu đọc nào trả lời", "say which kind of reader answers"),
        ),
        (
            "check",
            check,
            said(
                "so đầu đọc với hồ sơ, không đổi gì",
                "compare a reader with its profile, and change nothing",
            ),
        ),
        (
            "set",
            set_up,
            said(
                "đặt đầu đọc theo hồ sơ, và cho biết kết quả",
                "bring a reader to its profile and say what became of it",
            ),
        ),
        (
            "watch",
            watch,
            said(
                "cho xem mã khi đọc được; --raw: từng byte (cả mã của người)",
                "show codes as they come; --raw shows every byte (persons' codes too)",
            ),
        ),
    ):
        one = commands.add_parser(name, help=about)
        one.add_argument(
            "port",
            help=said(
                "/dev/ghepmau/reader hoặc một tên cố định khác",
                "/dev/ghepmau/reader or another name that stays",
            ),
        )
        one.add_argument("--driver", choices=list(DIALECTS), required=name != "find")
        one.add_argument(
            "--profile", default="", help=said("kiểu máy, hoặc tệp", "a model, or a file")
        )
        one.add_argument("--reads", choices=[str(one) for one in Reads], default="tubes")
        one.add_argument(
            "--silent",
            action="store_true",
            help=said("như khi beep = false", "as with beep = false"),
        )
        one.add_argument(
            "--raw", action="store_true", help=said("cho xem từng byte", "show every byte")
        )
        if name == "watch":
            one.add_argument("--seconds", type=float, default=60.0)
            one.add_argument(
                "--trigger",
                action="store_true",
                help=said("bắt đầu đọc, như bấm nút", "start a read, as a button does"),
            )
        one.set_defaults(command=run)


def list_devices(_options: argparse.Namespace) -> int:
    """Print each lasting name and the device behind it."""
    found = [path for place in PLACES for path in sorted(place.glob("*"))]
    for path in found:
        print(f"{path} -> {path.resolve()}")
    if not found:
        print(said("không thấy thiết bị nối tiếp nào", "no serial device here"))
    return 0 if found else 1


def find(options: argparse.Namespace) -> int:
    """Ask in every protocol; print the ones that are answered."""
    answered = 0
    for driver in [options.driver] if options.driver else DIALECTS:
        try:
            with closing(_open(options, driver, configure=False)) as reader:
                print(f"{driver}: {reader.identity}")
                answered += 1
        except (ReaderLost, ProfileError) as trouble:
            print(f"{driver}: - ({trouble})")
    return 0 if answered else 1


def check(options: argparse.Namespace) -> int:
    """Compare the reader with its profile; print what differs; 1 where something does."""
    try:
        with closing(_open(options, options.driver, configure=False)) as reader:
            print(f"{options.driver}: {reader.identity}")
            reader.compare(Reads(options.reads), answers=not options.silent)
            found = reader.settings
    except (ReaderLost, ProfileError) as trouble:
        print(trouble)
        return 1
    _tell(
        (said("đúng", "right"), found.right),
        (said("khác", "different"), found.refused),
        (said("không đọc được", "cannot be read"), found.unproven),
    )
    return 1 if found.refused else 0


def set_up(options: argparse.Namespace) -> int:
    """Set the reader; print every setting by what became of it; 1 where one was refused."""
    try:
        with closing(_open(options, options.driver, configure=True)) as reader:
            print(f"{options.driver}: {reader.identity}")
            done = reader.settings
    except (ReaderLost, ProfileError) as trouble:
        print(trouble)
        return 1
    _tell(
        (said("đúng sẵn", "right before"), done.right),
        (said("đã sửa", "changed"), done.changed),
        (said("không đọc lại được", "cannot be read back"), done.unproven),
        (said("từ chối", "refused"), done.refused),
    )
    return 1 if done.refused else 0


def _tell(*rows: tuple[str, tuple[str, ...]]) -> None:
    for word, keys in rows:
        if keys:
            print(f"  {word}: {', '.join(keys)}")


def watch(options: argparse.Namespace) -> int:
    """Print each code with its kind, and at the end what was thrown away."""
    try:
        with closing(_open(options, options.driver, configure=True)) as reader:
            if options.trigger:
                reader.trigger(on=True)
            for line in _codes(reader, options.seconds):
                print(line, flush=True)
            print(dict(reader.counts))
    except (ReaderLost, ProfileError) as trouble:
        print(trouble)
        return 1
    return 0


def _codes(reader: SerialReader, seconds: float) -> Iterator[str]:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        scan = reader.read(min(left, 0.5))
        if scan is not None:
            yield f"{scan.aim or '(?)'} {scan.data!r}"
            reader.seen()  # one that waits for an answer goes on


def _open(options: argparse.Namespace, driver: str, *, configure: bool) -> SerialReader:
    chosen = ReaderSettings(
        options.profile, Reads(options.reads), answers=not options.silent, configure=configure
    )
    return open_serial(driver, options.port, chosen, _show if options.raw else None)


def _show(way: str, data: bytes) -> None:
    print(f"  {'<' if way == 'in' else '>'} {data.hex(' ')}", flush=True)
