"""`ghepmau-server archive plan | make | due | list | check | read | restore`: closed months out
and back.

Kept beside the backups, never without a copy elsewhere: what is in an archive is nowhere else.
"""

import argparse
import base64
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import func, select

from server.archives import archiving, files, renewing, returning, standing
from server.archives.models import Archive
from server.archives.months import Month
from server.archives.openness import still_open
from server.archives.shelves import BY_NAME, SHELVES, Damaged, Shelf
from server.config import Loaded, Settings
from server.db import Database
from server.upkeep.opening import Trouble, now, opened
from server.upkeep.strongbox import NotReadable

MONTHLESS = ("due", "list", "check")
Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add("archive", run, "Take a closed month's bulk out into encrypted files, or back.")
    parser.add_argument("act", choices=(*ACTS, "due"))
    parser.add_argument("--month", metavar="2026-05", help="for all but `due`, `list`, `check`")
    parser.add_argument("--shelf", choices=tuple(BY_NAME), help="only this; else all of them")
    parser.add_argument("--reason", default="", help="why it is read or brought back")
    parser.add_argument("--event", default="", help="read: only the row with this id")


def run(asked: argparse.Namespace, loaded: Loaded) -> None:
    if asked.act not in MONTHLESS and not asked.month:
        raise Trouble("say which month: --month 2026-05")
    if asked.act in ("read", "restore") and not asked.reason:
        raise Trouble("say why: --reason '…'; it stands in the audit trail")
    folder = loaded.settings.archive_folder
    with opened(loaded.settings) as database, archiving.alone(folder):
        try:
            if asked.act == "due":
                make_due(database, loaded.settings, now())
            else:
                ACTS[asked.act](database, folder, asked)
        except Damaged as error:
            raise Trouble(str(error)) from error


def _plan(database: Database, _folder: Path, asked: argparse.Namespace) -> None:
    month = Month.parse(asked.month)
    with database.read() as session:
        if now() < month.end:
            _say(f"{month} is not over")
        for what, count in still_open(session, month).items():
            _say(f"open: {count} {what}")
        for shelf in SHELVES:
            full = select(func.count()).select_from(shelf.table).where(shelf.full(month))
            _say(f"{shelf.name}: {session.scalar(full)} rows of {shelf.table_name}")


def make_due(database: Database, settings: Settings, at: datetime) -> None:
    """For the timer: archive each closed month that is due; one that is open says for what."""
    if not settings.archive_after_months:
        _say("archive_after_months is 0: months are archived by hand")
        return
    with database.read() as session:
        due = [each for each in standing.behind(session, settings, at) if each.due]
    for each in due:
        if each.waits:
            _say(f"{each.month} is still open: {each.waits}")
        else:
            _make_all(database, settings.archive_folder, each.month, list(SHELVES), at)
    if not due:
        _say("no month is due")


def _make(database: Database, folder: Path, asked: argparse.Namespace) -> None:
    _make_all(database, folder, Month.parse(asked.month), _shelves(asked), now())


def _make_all(
    database: Database, folder: Path, month: Month, shelves: list[Shelf], at: datetime
) -> None:
    any_made = False
    for shelf in shelves:
        made = archiving.make(database, folder, month, shelf, at)
        any_made = any_made or made is not None
        if made is None:
            _say(f"{shelf.name}: nothing to archive")
        else:
            _say(f"{shelf.name}: {made.row_count} rows are in {folder / made.name} "
                 f"({made.size} bytes), and their content is out of the database")  # fmt: skip
    if any_made:
        _say("Copy the folder to another machine: what is in these files is nowhere else.")


def _shelves(asked: argparse.Namespace) -> list[Shelf]:
    return [BY_NAME[asked.shelf]] if asked.shelf else list(SHELVES)


def _list(database: Database, folder: Path, _asked: argparse.Namespace) -> None:
    known = _known(database)
    for each in known:
        state = "out of the database" if each.emptied_at else "in the database as well"
        here = "" if (folder / each.name).exists() else "; THE FILE IS NOT HERE"
        _say(f"{each.name}: {each.row_count} rows, {each.size} bytes, {state}{here}")
    names = {each.name for each in known}
    for path in sorted(folder.glob("*.ghepmau-archive")):
        if path.name not in names:
            _say(f"{path.name}: NOT IN THE REGISTER of this database")


def _check(database: Database, folder: Path, _asked: argparse.Namespace) -> None:
    bad = 0
    for each in _known(database):
        try:
            archiving.check_known(folder / each.name, each.digest)
            _say(f"{each.name} is whole: {files.check(folder / each.name)} rows")
        except (archiving.NotThisFile, NotReadable) as error:
            _say(f"BAD {each.name}: {error}")
            bad += 1
    if bad:
        raise Trouble(f"{bad} archives are not as they should be")


def _read(database: Database, folder: Path, asked: argparse.Namespace) -> None:
    for each in _of(database, asked):
        for row in returning.look(database, folder, each, asked.reason, now()):
            if not asked.event or asked.event in map(str, row.values()):
                print(msgspec.json.encode(_shown(row)).decode())  # noqa: T201


def _shown(row: Mapping[str, Any]) -> dict[str, object]:
    return {name: _text(value) if isinstance(value, bytes) else value
            for name, value in row.items()}  # fmt: skip


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return base64.b64encode(content).decode()


def _restore(database: Database, folder: Path, asked: argparse.Namespace) -> None:
    for each in _of(database, asked):
        count = returning.restore(database, folder, each, asked.reason, now())
        _say(f"{each.name}: {count} rows are back; the file stays")


def _known(database: Database) -> list[Archive]:
    with database.read() as session:
        return renewing.registered(session)


def _of(database: Database, asked: argparse.Namespace) -> list[Archive]:
    month, wanted = str(Month.parse(asked.month)), {each.name for each in _shelves(asked)}
    found = [e for e in _known(database) if e.month == month and e.shelf in wanted]
    if not found:
        raise Trouble(f"there is no archive of {month}")
    return found


def keep_clocks(database: Database, settings: Settings, *, doing: bool) -> None:
    """For `retention`: let files go whose time is over, and erased people out of the others."""
    folder = settings.archive_folder
    if not folder.is_dir() and not _known(database):
        return
    with archiving.alone(folder):
        _clear(database, folder, doing=doing)
        for each in _known(database):
            if renewing.due(each, settings, now()):
                if doing:
                    renewing.remove(database, folder, each, now())
                _say(f"archives: {each.name} {'is gone' if doing else 'is due'}")
            elif doing and _forget(database, folder, each):
                _say(f"archives: {each.name} was written anew without who was erased")


def _clear(database: Database, folder: Path, *, doing: bool) -> None:
    """Let go what a killed run left: it is in the register as gone, or as written anew."""
    for path in renewing.left_over(database, folder):
        if doing:
            path.unlink()
        _say(f"archives: {path.name}, left over, {'is gone' if doing else 'is due'}")


def _forget(database: Database, folder: Path, made: Archive) -> bool:
    here = (folder / made.name).exists()
    return here and renewing.forget(database, folder, made, now())


def renew_keys(database: Database, folder: Path) -> None:
    """For `keys rotate`: bring every file under the key in use."""
    with archiving.alone(folder):
        behind, away = renewing.of_old_keys(database, folder)
        for each in behind:
            renewing.renew(database, folder, each, now())
            _say(f"archives: {each.name} is under the new key")
        for each in away:
            _say(f"archives: {each.name} is not here: it needs the retired keys")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stdout, flush=True)  # noqa: T201 - a command's answer


ACTS: dict[str, Callable[[Database, Path, argparse.Namespace], None]] = {
    "plan": _plan, "make": _make, "list": _list, "check": _check, "read": _read,
    "restore": _restore,
}  # fmt: skip
