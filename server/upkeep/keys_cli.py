"""`ghepmau-server keys status | rotate`: which keys there are, and new ones while all runs."""

import argparse
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from server import vault
from server.archives import archive_cli
from server.audit import services as audit
from server.config import Loaded
from server.db import Database
from server.upkeep import key_file, rotation
from server.upkeep.opening import BY, Trouble, now, opened

Add = Callable[..., argparse.ArgumentParser]
LEAST_WAIT = 3 * vault.RELOAD_SECONDS  # in which every process sees a new key file
LONGEST_WAIT = 3600.0  # for a transaction that began before


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add("keys", run, "Say which keys are in use, or bring in new ones while all runs.")
    parser.add_argument("act", choices=("status", "rotate"))
    parser.add_argument(
        "--wait", type=float, default=LEAST_WAIT, metavar="SECONDS",
        help="time to bring the key file to other machines, twice",
    )  # fmt: skip


def run(asked: argparse.Namespace, loaded: Loaded) -> None:
    path = loaded.settings.vault_path
    with opened(loaded.settings) as database:
        if asked.act == "status":
            _status(database)
            return
        try:
            with key_file.locked(path):
                folder = loaded.settings.archive_folder
                rotate(database, path, max(asked.wait, LEAST_WAIT), folder)
        except (key_file.OtherRotation, rotation.TwoLinks) as error:
            raise Trouble(str(error)) from error


def _status(database: Database) -> None:
    keys = vault.current().keys
    print(f"in use: key {keys.current}; known: {', '.join(sorted(keys.data))}")  # noqa: T201
    with database.read() as session:
        behind = rotation.left(session)
    for table, count in behind.items():
        print(f"{table}: {count} rows under another key")  # noqa: T201
    if keys.step:
        print(f"a rotation is at '{keys.step}': run `ghepmau-server keys rotate`")  # noqa: T201


def rotate(database: Database, path: Path, wait: float, archives: Path | None = None) -> None:
    """Go on from wherever the last rotation was left, or begin one; *archives* is their folder."""
    vault.install(vault.Vault.load(path))
    keys = vault.current().keys
    if not keys.step:
        key_file.put(path, key_file.with_new_keys(keys))
        _say(f"new keys are added; waiting {wait:.0f} s until every process knows them")
    if vault.current().keys.step == key_file.ADDED:
        time.sleep(wait)
        key_file.put(path, key_file.switched(vault.current().keys))
        _say(f"key {vault.current().keys.current} is in use; waiting {wait:.0f} s")
    time.sleep(wait)
    since = rotation.clock_of(database)
    count = _until_nothing_is_left(database, since)
    if archives is not None:
        archive_cli.renew_keys(database, archives)
    _retire(database, path, count)


def _until_nothing_is_left(database: Database, since: datetime) -> int:
    """Work through everything until a whole round, begun after all older work, finds nothing."""
    count, until = 0, time.monotonic() + LONGEST_WAIT
    while True:
        old = rotation.older_runs(database, since)
        done = rotation.work_through(database)
        count += done.count
        for name, number in done.values.items():
            _say(f"{name}: {number} sealed anew")
        if not old and not done.count:
            return count
        if time.monotonic() > until:
            raise Trouble("a transaction of before does not end: run this command again later")
        if old:
            time.sleep(1)


def _retire(database: Database, path: Path, count: int) -> None:
    with database.read() as session:
        behind = rotation.left(session)
    if behind:
        raise Trouble(f"values under an old key came meanwhile ({behind}): run this command again")
    keys = vault.current().keys
    kept = key_file.retire(path, keys, now())
    key_file.put(path, key_file.without_old(keys))
    with database.write() as session:
        detail = f"key {keys.current}, {count} values"
        audit.record(session, "keys.rotated", "keys", by=BY, now=now(), detail=detail)
    _say(f"done: {count} values. The keys that went are in {kept}: older backups need them.")
    _say("Put a copy of the new key file into the safe, and that file too.")


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - a command's answer
