"""`ghepmau-server index-names`: let names be found by their parts; `run` and `init` do it too."""

import argparse
from collections.abc import Callable

from server import vault
from server.config import Loaded
from server.db import open_database
from server.people.indexing import index_names as index_names

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add("index-names", number_names, "Let names be found by their parts.")
    parser.add_argument("--anew", action="store_true", help="all of them: the search key changed")


def number_names(asked: argparse.Namespace, loaded: Loaded) -> None:
    vault.install(vault.Vault.load(loaded.settings.vault_path))
    database = open_database(loaded.settings.database_url)
    try:
        count = index_names(database, anew=asked.anew)
    finally:
        database.engine.dispose()
    print(f"{count} names can now be found by their parts.")  # noqa: T201 - a command's answer
