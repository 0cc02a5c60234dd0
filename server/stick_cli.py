"""`ghepmau-server import-stick FILE...`: the page's work from the command line."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from contract.spoken import said
from server import vault
from server.config import Loaded
from server.db import Database, open_database
from server.intake import sticks
from server.intake.sticks import Report
from server.intake.writer import Writer
from server.speaking import say

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add(
        "import-stick",
        import_sticks,
        said("Nhận tệp mà trạm ghi ra USB.", "Take files that stations wrote onto a stick."),
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--receipt",
        type=Path,
        help=said(
            "thư mục để biên nhận; trống: cùng thư mục với tệp",
            "the folder for receipts; else the file's own",
        ),
    )


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
    say(_told(path, report))
    with database.read() as session:
        receipt = sticks.receipt_for(session, report.station, now)
    (receipts / f"ghepmau-{report.station}.receipt").write_bytes(receipt)


def _told(path: Path, report: Report) -> str:
    told = f"{path}: {report.station}: " + said(
        f"{report.stored} mới, {report.known} đã có", f"{report.stored} new, {report.known} known"
    )
    if report.refused:
        why = "; ".join(report.why[:3])
        told += said(
            f"; {report.refused} phần bị từ chối ({why})", f"; {report.refused} refused ({why})"
        )
    if report.changed:
        told += said(
            f"; {report.changed} khác với bản đã có: xem trang Cảnh báo",
            f"; {report.changed} unlike what we have: see the page Alerts",
        )
    if not report.whole:
        told += said(
            "; tệp bị đứt hoặc hỏng: ghi lại từ trạm",
            "; the file was cut off or damaged: export it again",
        )
    return told
