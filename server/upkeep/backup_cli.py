"""`ghepmau-server backup | restore FILE | backup-check FILE`: copies that name nobody, and back."""

import argparse
from collections.abc import Callable
from pathlib import Path

from server.audit import sealing
from server.audit import services as audit
from server.audit.verifying import verify
from server.config import Loaded
from server.db import open_database
from server.upkeep import backups
from server.upkeep.opening import BY, Trouble, now, open_keys, opened
from server.upkeep.postgres_copy import NotEmpty
from server.upkeep.strongbox import NotReadable

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the commands to the server's."""
    parser = add("backup", backup, "Write an encrypted copy of the database while all runs.")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="else the setting `backups`")
    parser = add("backup-check", check, "Open the whole of a backup, and change nothing.")
    parser.add_argument("file", type=Path)
    parser = add("restore", restore, "Put a backup into an empty database.")
    parser.add_argument("file", type=Path)


def backup(asked: argparse.Namespace, loaded: Loaded) -> None:
    folder = asked.to or loaded.settings.backup_folder
    with opened(loaded.settings) as database:
        made = backups.make(database, folder, now=now())
        header = backups.check(made)
        gone = backups.prune(folder, loaded.settings.keep_backups)
        with database.write() as session:
            detail = f"{made.name}, {made.stat().st_size} bytes"
            audit.record(session, "backup.made", "backup", by=BY, now=now(), detail=detail)
    print(f"{made} ({made.stat().st_size} bytes, {header.engine} at {header.revision})")  # noqa: T201
    if gone:
        print(f"{len(gone)} older ones were removed; {loaded.settings.keep_backups} stay.")  # noqa: T201
    print("It does not hold the key file, and cannot be read without it: keep that apart.")  # noqa: T201


def check(asked: argparse.Namespace, loaded: Loaded) -> None:
    open_keys(loaded.settings)
    try:
        header = backups.check(asked.file)
    except NotReadable as error:
        raise Trouble(f"{asked.file}: {error}") from error
    print(f"{asked.file} is whole: {header.engine} at {header.revision}, made {header.made_at}")  # noqa: T201


def restore(asked: argparse.Namespace, loaded: Loaded) -> None:
    """Needs the key file, which no backup holds, and says how the trail stands in it."""
    open_keys(loaded.settings)
    database = open_database(loaded.settings.database_url)
    try:
        header = backups.restore(database, asked.file)
        sealing.seal_all(database, now, whole=True)
        with database.read() as session:
            found = verify(session)
        with database.write() as session:
            detail = f"{asked.file.name[:80]} of {header.made_at}"
            audit.record(session, "backup.restored", "backup", by=BY, now=now(), detail=detail)
    except (NotReadable, NotEmpty) as error:
        raise Trouble(f"{asked.file}: {error}") from error
    finally:
        database.engine.dispose()
    print(f"Restored what was there at {header.made_at}.")  # noqa: T201 - a command's answer
    whole = "holds" if found.sound else f"DOES NOT HOLD: {found.faults[0]}"
    print(f"The audit trail of it {whole} ({found.entries} entries).")  # noqa: T201
    print("Stations still have what they recorded since: see docs/operators.md.")  # noqa: T201
