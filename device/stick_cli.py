"""`ghepmau-station export` and `receipt`: by hand what uplink does with a stick by itself."""

import argparse
import sqlite3
from pathlib import Path
from typing import Any

from contract.spoken import said
from contract.sticks import NoStick
from device.arguments import with_config
from device.backlog import Backlog, read_sent
from device.config import load
from device.enrolment import Office
from device.files import write_whole
from device.stick import export, inbox_of, take_receipt
from device.stick_files import StickTrouble


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the commands to the station's."""
    out = commands.add_parser(
        "export",
        help=said("ghi những gì đang chờ vào thẻ USB", "write what waits onto a memory stick"),
    )
    out.add_argument(
        "--to",
        type=Path,
        help=said(
            "thư mục của thẻ USB; không thì stick.folder", "the stick's folder; else stick.folder"
        ),
    )
    out.add_argument(
        "--all",
        action="store_true",
        help=said("cả những gì máy chủ đã có", "also what the server has already"),
    )
    with_config(out, _export)
    back = commands.add_parser(
        "receipt",
        help=said("nhận biên nhận của máy chủ từ thẻ USB", "take a server's receipt from a stick"),
    )
    back.add_argument("file", type=Path)
    with_config(back, _receipt)


def _export(options: argparse.Namespace) -> int:
    config = load(options.config)
    target = options.to or (Path(config.stick.folder) if config.stick.folder else None)
    if target is None or not target.is_dir():
        raise StickTrouble(
            "nói rõ thẻ USB ở đâu: --to THƯ-MỤC, hoặc stick.folder trong cấu hình",
            "say where the stick is: --to FOLDER, or stick.folder in the settings",
        )
    try:
        done = export(
            Office(config.folder), read_sent(config.folder), target, everything=options.all
        )
    except (sqlite3.Error, OSError) as error:
        raise StickTrouble(
            f"không đọc được nhật ký: {error}", f"the journal cannot be read: {error}"
        ) from error
    for path in done.files:
        print(path)
    print(said(f"{done.events} sự kiện, đã đọc lại", f"{done.events} events, read back"))
    return 0


def _receipt(options: argparse.Namespace) -> int:
    """Check it here; uplink, whose notes these are, takes it at its next turn."""
    config = load(options.config)
    office = Office(config.folder)
    try:
        new = take_receipt(office, _Trial(config.folder), options.file)
    except NoStick as error:
        raise StickTrouble(f"{options.file}: {error}") from error
    write_whole(inbox_of(config.folder), options.file.read_bytes())
    print(said(f"{new} sự kiện đã có trên máy chủ", f"{new} events are on the server"))
    return 0


class _Trial(Backlog):
    """Notes that are not kept."""

    def save(self) -> None:
        """Uplink alone writes them."""
