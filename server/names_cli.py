"""`ghepmau-server index-names`: let names be found by their parts; `run` and `init` do it too."""

import argparse
from collections.abc import Callable

from contract.spoken import said
from server import vault
from server.config import Loaded
from server.db import open_database
from server.people.indexing import index_names as index_names
from server.speaking import tell

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add(
        "index-names",
        number_names,
        said("Cho tìm tên theo từng phần.", "Let names be found by their parts."),
    )
    parser.add_argument(
        "--anew",
        action="store_true",
        help=said("tất cả: khóa tìm đã đổi", "all of them: the search key changed"),
    )


def number_names(asked: argparse.Namespace, loaded: Loaded) -> None:
    vault.install(vault.Vault.load(loaded.settings.vault_path))
    database = open_database(loaded.settings.database_url)
    try:
        count = index_names(database, anew=asked.anew)
    finally:
        database.engine.dispose()
    tell(f"Tìm được {count} tên theo từng phần.", f"{count} names can now be found by their parts.")
