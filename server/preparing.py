"""What every command needs before it does anything: directory, keys, tables, a database opened."""

from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from server import names_cli, schema, vault
from server.accounts.models import User
from server.config import Settings
from server.db import Database, open_database
from server.people.models import Person
from server.upkeep.opening import Trouble, open_keys


def prepare(settings: Settings) -> None:
    """Make what is missing: directory, key file, tables."""
    try:
        Path(settings.data).mkdir(parents=True, exist_ok=True, mode=0o700)
        if not settings.vault_path.exists():
            check_no_data(settings)
            vault.Vault.create(settings.vault_path)
    except OSError as error:
        raise Trouble(
            f"không ghi được vào {settings.data}: {error.strerror}",
            f"cannot write in {settings.data}: {error.strerror}",
        ) from error
    open_keys(settings)
    with closing(Opened(settings)) as opened:
        schema.upgrade(opened.database)
        check_keys(settings, opened.database)
        names_cli.index_names(opened.database)


def check_no_data(settings: Settings) -> None:
    """Raise Trouble where there is a database already: new keys would not open what is in it."""
    with closing(Opened(settings)) as opened:
        if schema.revision_of(opened.database) is not None:
            raise Trouble(
                f"có cơ sở dữ liệu mà không có tệp khóa {settings.vault_path}: đặt bản sao của tệp "
                "khóa lại; khóa mới không đọc được tên nào trong đó",
                f"there is a database but no key file {settings.vault_path}: put the copy of the "
                "key file back; new keys cannot read the names in it",
            )


def check_keys(settings: Settings, database: Database) -> None:
    """Raise Trouble where the keys do not open what the database holds."""
    with database.read() as session:
        try:
            session.scalar(select(User.name).limit(1))
            session.scalar(select(Person.name).limit(1))
        except vault.VaultError as error:
            raise Trouble(
                f"khóa trong {settings.vault_path} không phải của cơ sở dữ liệu này ({error}): đặt "
                "lại tệp khóa đúng của nó",
                f"the keys in {settings.vault_path} are not those of this database ({error}): "
                "put the key file back that belongs to it",
            ) from error


class Opened:
    """The database for one command."""

    def __init__(self, settings: Settings) -> None:
        self.database: Database = open_database(settings.database_url)

    def close(self) -> None:
        self.database.engine.dispose()
