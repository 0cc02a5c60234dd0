"""`ghepmau-server import-stick FILE...`: the page's work from the command line."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from server import vault
from server.config import Loaded
from server.db import Database, open_database
from server.intake import sticks
from server.intake.sticks import Report
from server.intake.writer import Writer

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add("import-stick", import_sticks, "Take files that stations wrote onto a stick.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--receipt", type=Path, help="the folder for receipts; else the file's own")


def import_sticks(asked: argparse.Namespace, loaded: Loaded) -> None:
    """A server that runs meanwhile applies what is stored; else it does when it starts."""
    vault.install(vault.Vault.load(loaded.settings.vault_path))
    database = open_database(loaded.settings.database_url)
    try:
        for path in asked.files:
            _import_one(database, path, asked.receipt or path.parent)
    finally:
        database.engine.dispose()


def _import_one(database: Database, path: Path, receipts: Path) -> None:
    now, store = datetime.now(UTC), Writer(database).store
    report = sticks.take(database, store, path.read_bytes(), by="operator", now=now)
    print(_told(path, report))  # noqa: T201 - a command's answer
    with database.read() as session:
        receipt = sticks.receipt_for(session, report.station, now)
    (receipts / f"ghepmau-{report.station}.receipt").write_bytes(receipt)


def _told(path: Path, report: Report) -> str:
    said = f"{path}: {report.station}: {report.stored} new, {report.known} known"
    if report.refused:
        said += f", {report.refused} parts refused ({'; '.join(report.why[:3])})"
    if report.changed:
        said += f", {report.changed} unlike what we have: see the page Alerts"
    return said if report.whole else said + "; the file was cut off or damaged: export it again"
