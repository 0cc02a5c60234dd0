"""`ghepmau-server demo-week`: an invented week at 300 points, for boards, zones and traces."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime

from contract.spoken import said
from server import vault
from server.config import Loaded
from server.db import open_database
from server.demo.week import make_week
from server.speaking import tell

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    about = said(
        "Dựng một tuần khai báo giả ở 300 điểm; từ chối nếu đã có điểm.",
        "Invent a week of check-ins at 300 points; refused where there are points.",
    )
    parser = add("demo-week", demo_week, about)
    parser.add_argument(
        "--seed",
        type=int,
        default=20210603,
        help=said("của những người được dựng ra", "of the invented people"),
    )


def demo_week(asked: argparse.Namespace, loaded: Loaded) -> None:
    vault.install(vault.Vault.load(loaded.settings.vault_path))
    database = open_database(loaded.settings.database_url)
    try:
        made = make_week(database, seed=asked.seed, now=datetime.now(UTC))
    finally:
        database.engine.dispose()
    tell(
        f"{made.points} điểm, {made.people} người, {made.check_ins} lượt khai trong một tuần, "
        f"{made.declarations} lượt có tờ khai.",
        f"{made.points} points, {made.people} people, {made.check_ins} check-ins of a week,"
        f" {made.declarations} of them with a declaration.",
    )
