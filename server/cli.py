"""`ghepmau-server`: set up, look after and run the server.  Trouble is one sentence and exit 2."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from sqlalchemy.exc import SQLAlchemyError

from server import (
    accounts_cli,
    demo_cli,
    figures_cli,
    issuers_cli,
    names_cli,
    schema,
    serve_cli,
    stick_cli,
    vault,
    wsgi,
)
from server.accounts import enrolment
from server.archives import archive_cli
from server.config import ConfigError, Loaded, load
from server.errors import DomainError
from server.lab import open_work
from server.lab.imports import machines
from server.lab.links import listening
from server.outcomes import rebuilding
from server.preparing import Opened
from server.preparing import prepare as prepare
from server.upkeep import (
    audit_cli,
    backup_cli,
    backups,
    breach_cli,
    check_cli,
    keys_cli,
    retention_cli,
)
from server.upkeep.opening import BY, Trouble, now, open_keys
from server.upkeep.strongbox import NotReadable

MORE = (
    *(accounts_cli, names_cli, stick_cli, demo_cli, figures_cli, issuers_cli),
    *(
        archive_cli,
        audit_cli,
        backup_cli,
        breach_cli,
        check_cli,
        keys_cli,
        retention_cli,
        serve_cli,
    ),
)
TROUBLES = (
    Trouble,
    ConfigError,
    vault.VaultError,
    wsgi.CannotListen,
    listening.CannotListen,
    machines.MachinesError,
    NotReadable,  # such as a backup, or the database that one was asked of
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
        up = add(name, migrate, "Copy the database, then bring it to the newest shape.")
        up.add_argument("--no-backup", action="store_true")
    for name in ("settings", "config"):
        add(name, show, "Print every setting and where it came from.")
    code = add("enrol-code", enrol_code, "Print a new one-time code for a station.")
    code.add_argument("station")
    add("rebuild-desks", rebuild_desks, "Work out anew where every tube stands, and what is open.")
    for more in MORE:
        more.add_to(add)
    return parser


def init(_asked: argparse.Namespace, loaded: Loaded) -> None:
    settings = loaded.settings
    prepare(settings)
    print(f"The server's data is in {Path(settings.data).resolve()}.")
    print(f"Keep a copy of {settings.vault_path} in a safe place: without it no name can be read.")


def rebuild_desks(_asked: argparse.Namespace, loaded: Loaded) -> None:
    open_keys(loaded.settings)
    with closing(Opened(loaded.settings)) as opened:
        seen, changed = rebuilding.rebuild_desks(opened.database, datetime.now(UTC))
        print(f"Of {seen} tubes, {changed} stood elsewhere and were put where they belong.")
        wrong = open_work.rebuild_open_work(opened.database, datetime.now(UTC))
        print(f"{wrong} runs, orders and boxes were open and not kept so, or the other way round.")


def migrate(asked: argparse.Namespace, loaded: Loaded) -> None:
    """A database with something in it is copied first: the way back, should one be needed."""
    open_keys(loaded.settings)
    with closing(Opened(loaded.settings)) as opened:
        before = schema.revision_of(opened.database)
        if before not in (None, schema.newest_revision()) and not asked.no_backup:
            print(f"{backups.make(opened.database, loaded.settings.backup_folder, now=now())}")
        schema.upgrade(opened.database)
        print(f"The database went from {before or 'nothing'} to {schema.newest_revision()}.")


def show(_asked: argparse.Namespace, loaded: Loaded) -> None:
    print("\n".join(loaded.lines()))


def enrol_code(asked: argparse.Namespace, loaded: Loaded) -> None:
    open_keys(loaded.settings)
    life = timedelta(minutes=loaded.settings.enrol_minutes)
    with closing(Opened(loaded.settings)) as opened, opened.database.write() as session:
        code = enrolment.issue_code(session, asked.station, life=life, by=BY, now=now())
    print(code)


if __name__ == "__main__":
    sys.exit(main())
