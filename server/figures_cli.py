"""`ghepmau-server rollups recount`: count the roll-ups anew, or with --check only compare.

How many messages arrived, and who has a card or declared by phone, is compared and mended with
them.  What is made of them is added here as well: `report`.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from contract.spoken import said
from server import report_cli, vault
from server.config import Loaded
from server.db import Database, look_at_one_moment, open_database
from server.declarations.targets import covering
from server.delivery import tally
from server.errors import DomainError
from server.figures import recount
from server.speaking import tell

Add = Callable[..., argparse.ArgumentParser]


class RollUpsDiffer(DomainError):
    code = "roll-ups-differ"


def add_to(add: Add) -> None:
    """Add the commands to the server's."""
    report_cli.add_to(add)
    parser = add(
        "rollups",
        rollups,
        said(
            "Đếm lại các bảng tổng từ dữ liệu gốc.",
            "Count the officers' roll-ups anew from the facts.",
        ),
    )
    parser.add_argument("action", choices=["recount"])
    parser.add_argument(
        "--check",
        action="store_true",
        help=said(
            "không đổi gì: nói chỗ nào khác, thoát với mã 2",
            "change nothing: say where they differ, exit 2",
        ),
    )


def rollups(asked: argparse.Namespace, loaded: Loaded) -> None:
    """A server may run meanwhile: what changes is marked, and counted after."""
    vault.install(vault.Vault.load(loaded.settings.vault_path))
    database = open_database(loaded.settings.database_url)
    try:
        (_check if asked.check else _recount)(database)
    finally:
        database.engine.dispose()


def _recount(database: Database) -> None:
    with database.read() as session:
        arrived = tally.differences(session)
    if arrived:  # which holds all who deliver, so not without need
        with database.write() as session:
            tally.recount(session)
    with database.read() as session:
        look_at_one_moment(session)
        covered = covering.differences(session)
    if covered:  # which holds all who merge
        with database.write() as session:
            covering.recount(session)
    cells = recount.recount(database, datetime.now(UTC), _told)
    tell(f"Đã đếm lại {cells} ngày của trạm.", f"{cells} stations' days were counted anew.")


def _check(database: Database) -> None:
    _check_arrived(database)
    _check_covered(database)
    wrong = recount.differences(database, _told)
    if wrong:
        some = ", ".join(f"{cell.station} {cell.day}" for cell in wrong[:5])
        raise RollUpsDiffer(
            f"{len(wrong)} ô đếm khác với dữ liệu: {some}. Chạy `rollups recount`.",
            f"{len(wrong)} stations' days differ from the facts: {some}. Run `rollups recount`.",
        )
    tell("Bảng tổng khớp với đếm lại.", "The roll-ups are what a recount finds.")


def _check_arrived(database: Database) -> None:
    with database.read() as session:
        wrong = tally.differences(session)
    for target, (kept, there) in sorted(wrong.items()):
        raise RollUpsDiffer(
            f"{target}: ghi {kept} tin đã tới, có {there}. Chạy `rollups recount`.",
            f"{target}: {kept} messages kept as arrived, {there} there. Run `rollups recount`.",
        )


def _check_covered(database: Database) -> None:
    with database.read() as session:
        look_at_one_moment(session)
        wrong = covering.differences(session)
    if wrong:
        raise RollUpsDiffer(
            f"Độ phủ ghi sai {len(wrong)} hồ sơ. Chạy `rollups recount`.",
            f"Coverage is kept wrongly of {len(wrong)} records. Run `rollups recount`.",
        )


def _told(done: int) -> None:
    if done % 100 == 0 and sys.stderr.isatty():
        print(f"\r{done}", end="", file=sys.stderr)  # noqa: T201 - progress
