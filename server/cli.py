"""`ghepmau-server`: set up, look after and run the server.  Trouble is one sentence and exit 2."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from server import accounts_cli, demo_cli, figures_cli, names_cli, schema, stick_cli, vault, wsgi
from server.accounts import enrolment
from server.accounts.models import User
from server.config import ConfigError, Loaded, Settings, load
from server.db import Database, open_database
from server.errors import DomainError
from server.lab.imports import machines
from server.lab.links import listening
from server.outcomes import rebuilding
from server.people.models import Person
from server.upkeep import audit_cli, backup_cli, check_cli, keys_cli
from server.upkeep.opening import BY, Trouble, now, open_keys

MORE = (
    *(accounts_cli, names_cli, stick_cli, demo_cli, figures_cli),
    *(audit_cli, backup_cli, check_cli, keys_cli),
)
TROUBLES = (
    Trouble,
    ConfigError,
    vault.VaultError,
    wsgi.CannotListen,
    listening.CannotListen,
    machines.MachinesError,
)


def main(arguments: Sequence[str] | None = None, typed: TextIO | None = None) -> int:
    """Run one command; return the exit code.  *typed* stands for standard input."""
    asked = _parser().parse_args(arguments)
    asked.typed = typed or sys.stdin
    try:
        command: Callable[[argparse.Namespace, Loaded], None] = asked.command
        command(asked, load(asked.config, os.environ))
    except TROUBLES as error:
        return _complain(str(error))
    except DomainError as error:
        return _complain(error.en)
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}")
    except SQLAlchemyError as error:
        return _complain(f"the database does not answer as it should: {error}".splitlines()[0])
    return 0


def _complain(sentence: str) -> int:
    print(f"ghepmau-server: {sentence}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ghepmau-server", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[..., None], about: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=about, description=about)
        one.add_argument("--config", type=Path, help="TOML file with the settings")
        one.set_defaults(command=command)
        return one

    add("init", init, "Make the data directory, the key file and the database; harmless again.")
    for name in ("upgrade", "migrate"):
        add(name, migrate, "Bring the database to the newest shape.")
    for name in ("settings", "config"):
        add(name, show, "Print every setting and where it came from.")
    code = add("enrol-code", enrol_code, "Print a new one-time code for a station.")
    code.add_argument("station")
    add("listen", listen, "Hear the laboratory's machines until told to stop.")
    add("rebuild-desks", rebuild_desks, "Work out anew where every tube stands.")
    for more in MORE:
        more.add_to(add)
    run_it = add("run", run, "Serve until told to stop.")
    run_it.add_argument("--host")
    run_it.add_argument("--port", type=int)
    return parser


def init(_asked: argparse.Namespace, loaded: Loaded) -> None:
    settings = loaded.settings
    prepare(settings)
    print(f"The server's data is in {Path(settings.data).resolve()}.")
    print(f"Keep a copy of {settings.vault_path} in a safe place: without it no name can be read.")


def prepare(settings: Settings) -> None:
    """Make what is missing: directory, key file, tables."""
    try:
        Path(settings.data).mkdir(parents=True, exist_ok=True, mode=0o700)
        if not settings.vault_path.exists():
            check_no_data(settings)
            vault.Vault.create(settings.vault_path)
    except OSError as error:
        raise Trouble(f"cannot write in {settings.data}: {error.strerror}") from error
    open_keys(settings)
    with closing(_Opened(settings)) as opened:
        schema.upgrade(opened.database)
        check_keys(settings, opened.database)
        names_cli.index_names(opened.database)


def check_no_data(settings: Settings) -> None:
    """Raise Trouble where there is a database already: new keys would not open what is in it."""
    with closing(_Opened(settings)) as opened:
        if schema.revision_of(opened.database) is not None:
            raise Trouble(
                f"there is a database but no key file {settings.vault_path}: put the copy of the "
                "key file back; new keys cannot read the names in it"
            )


def check_keys(settings: Settings, database: Database) -> None:
    """Raise Trouble where the keys do not open what the database holds."""
    with database.read() as session:
        try:
            session.scalar(select(User.name).limit(1))
            session.scalar(select(Person.name).limit(1))
        except vault.VaultError as error:
            raise Trouble(
                f"the keys in {settings.vault_path} are not those of this database ({error}): "
                "put the key file back that belongs to it"
            ) from error


def rebuild_desks(_asked: argparse.Namespace, loaded: Loaded) -> None:
    open_keys(loaded.settings)
    with closing(_Opened(loaded.settings)) as opened:
        seen, changed = rebuilding.rebuild_desks(opened.database, datetime.now(UTC))
        print(f"Of {seen} tubes, {changed} stood elsewhere and were put where they belong.")


def migrate(_asked: argparse.Namespace, loaded: Loaded) -> None:
    open_keys(loaded.settings)
    with closing(_Opened(loaded.settings)) as opened:
        before = schema.revision_of(opened.database)
        schema.upgrade(opened.database)
        print(f"The database went from {before or 'nothing'} to {schema.newest_revision()}.")


def show(_asked: argparse.Namespace, loaded: Loaded) -> None:
    print("\n".join(loaded.lines()))


def enrol_code(asked: argparse.Namespace, loaded: Loaded) -> None:
    open_keys(loaded.settings)
    life = timedelta(minutes=loaded.settings.enrol_minutes)
    with closing(_Opened(loaded.settings)) as opened, opened.database.write() as session:
        code = enrolment.issue_code(session, asked.station, life=life, by=BY, now=now())
    print(code)


def run(asked: argparse.Namespace, _loaded: Loaded) -> None:
    given = {"host": asked.host, "port": asked.port}
    changed = {f"GHEPMAU_{key.upper()}": str(value) for key, value in given.items() if value}
    settings = load(asked.config, os.environ | changed).settings
    machines.load(settings.machines)
    wsgi.check_port(settings)
    prepare(settings)
    wsgi.serve(settings)


def listen(_asked: argparse.Namespace, loaded: Loaded) -> None:
    settings = loaded.settings
    heard = machines.load(settings.machines)
    if not heard:
        raise Trouble("no machine to hear: name a file of machines in the setting `machines`")
    open_keys(settings)
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with closing(_Opened(settings)) as opened:
        listening.listen(
            opened.database, heard, now, told=partial(print, flush=True), stopping=stopping
        )


class _Opened:
    """The database for one command."""

    def __init__(self, settings: Settings) -> None:
        self.database: Database = open_database(settings.database_url)

    def close(self) -> None:
        self.database.engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
