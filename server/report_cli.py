"""`ghepmau-server report --date … --place …`: the daily report, made when its numbers are right.

What waits to be counted is counted first.  Then every station's day that the report rests on is
held against a recount of the facts, and counted anew where it differs.
"""

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from contract.spoken import said
from server import place_names, vault
from server.accounts.within import ANYWHERE
from server.config import Loaded
from server.db import Database, open_database
from server.display import local
from server.figures import folding, recount
from server.officers.report import queries, writers
from server.officers.report.contents import Report, report_of
from server.speaking import say, tell

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add(
        "report",
        report,
        said(
            "Lập báo cáo ngày của một nơi, dạng PDF và XLSX.",
            "Write the daily report of a place as PDF and XLSX.",
        ),
    )
    parser.add_argument(
        "--date",
        type=date.fromisoformat,
        help=said("YYYY-MM-DD; trống: hôm nay", "YYYY-MM-DD; else today"),
    )
    parser.add_argument(
        "--place",
        default="",
        help=said(
            "ví dụ vn-2021:24.222; trống: mọi nơi", "such as vn-2021:24.222; else all places"
        ),
    )
    parser.add_argument(
        "--to",
        type=Path,
        default=Path(),
        help=said("thư mục để tệp", "the directory for the files"),
    )


def report(asked: argparse.Namespace, loaded: Loaded) -> None:
    """Write both files; a server may run meanwhile."""
    vault.install(vault.Vault.load(loaded.settings.vault_path))
    place_names.install(loaded.settings.place_names)
    now = datetime.now(UTC)
    day = asked.date or local(now).date()
    database = open_database(loaded.settings.database_url)
    try:
        mended = make_right(database, day, now)
        with database.read() as session:
            made = report_of(session, day, asked.place, ANYWHERE, now)
    finally:
        database.engine.dispose()
    if mended:
        tell(
            f"{mended} ngày của trạm khác với đếm lại và đã được sửa.",
            f"{mended} stations' days differed from a recount and were mended.",
        )
    _write(made, loaded.settings.issuer, asked.to)


def make_right(database: Database, day: date, now: datetime) -> int:
    """Count what waits, and anew what is wrong of *day*; return how many cells were wrong."""
    folding.fold_all(database)
    wrong = [cell for each in (day - timedelta(days=1), day)
             for cell in queries.wrong_cells(database, each)]  # fmt: skip
    if wrong:
        recount.mend(database, wrong, now)
    return len(wrong)


def _write(made: Report, issuer: str, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for form, write in (("pdf", writers.pdf), ("xlsx", writers.workbook)):
        path = to / f"bao-cao-{made.day}.{form}"
        path.write_bytes(write(made, issuer))
        say(str(path))
