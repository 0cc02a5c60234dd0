"""What every command of the operator opens first: the keys, then the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from contract.spoken import Spoken
from server import vault
from server.config import Settings
from server.db import Database, open_database

BY = "operator"  # whoever may run commands on the server's machine


class Trouble(Spoken):
    """What the operator must know, in a sentence: Vietnamese and English."""


def open_keys(settings: Settings) -> None:
    """Install the vault; raises Trouble, VaultError."""
    if not settings.vault_path.exists():
        raise Trouble(
            f"chưa có tệp khóa {settings.vault_path}: chạy `ghepmau-server init`",
            f"there is no key file {settings.vault_path}: run `ghepmau-server init`",
        )
    vault.install(vault.Vault.load(settings.vault_path))


def open_kept_keys(settings: Settings) -> None:
    """Install the vault for a backup: a new one would open nothing, and `init` stand in the way."""
    if not settings.vault_path.exists():
        raise Trouble(
            f"chưa có tệp khóa {settings.vault_path}: chép vào đó tệp khóa đã cất (quyền 0600) rồi "
            "chạy lại. Đừng chạy `init`: khóa mới không mở được bản sao lưu nào",
            f"there is no key file {settings.vault_path}: put the key file that you kept there "
            "(mode 0600) and run this again. Do not run `init`: new keys open no backup",
        )
    open_keys(settings)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Open the keys and the database for one command."""
    open_keys(settings)
    database = open_database(settings.database_url)
    try:
        yield database
    finally:
        database.engine.dispose()


def now() -> datetime:
    return datetime.now(UTC)
