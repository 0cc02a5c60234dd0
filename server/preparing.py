"""What every command needs before it does anything: directory, keys, tables, a database opened."""

from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from server import names_cli, schema, vault
from server.accounts.models import User
from server.config import Settings
from server.db import Database, open_database
from server.engines import is_shared
from server.people.models import Person
from server.speaking import tell
from server.upkeep import upgrading
from server.upkeep.opening import Trouble, now, open_keys


def prepare(settings: Settings) -> None:
    """Make what is missing: directory, key file, tables.

    An older database gets the newest shape; SQLite's is copied first.
    """
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
        _bring(settings, opened.database)
        check_keys(settings, opened.database)
        names_cli.index_names(opened.database)


def _bring(settings: Settings, database: Database) -> None:
    alone = not is_shared(database.engine)
    brought = upgrading.bring(database, settings.backup_folder, now=now(), copy=alone)
    if brought.copy is not None:
        tell(
            f"Cơ sở dữ liệu có dạng mới; bản chép trước đó: {brought.copy}",
            f"The database has a new shape; the copy from before it: {brought.copy}",
        )
    elif brought.moved:
        tell(
            "Cơ sở dữ liệu có dạng mới, chưa chép trước: lần sau chạy `ghepmau-server upgrade`",
            "The database has a new shape, and was not copied before: let `ghepmau-server upgrade` "
            "do it next time",
        )


def check_shape(settings: Settings) -> None:
    """Raise Trouble where the database is not of this release: for programs beside the server."""
    with closing(Opened(settings)) as opened:
        stands, newest = schema.revision_of(opened.database), schema.newest_revision()
    schema.check_known(stands)
    if stands not in (None, newest):
        raise Trouble(
            f"cơ sở dữ liệu đang ở {stands}, bản này cần {newest}: `ghepmau-server upgrade` trước",
            f"the database stands at {stands}, this release needs {newest}: `ghepmau-server "
            "upgrade` first",
        )


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
