"""A spare place for the journal, on another medium that the settings name: a stick, an SSD.

Where the card cannot be written, the journal goes on there, in a file of its own epoch with the
next number; the beep means what it always means, for the file there is as durable.  The link
`journal/spare` lets everybody who reads the journal find it.  At the next start on a card that can
be written, those files are copied home, checked, and only then removed from the spare place.
"""

import logging
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from device.files import sync_folder
from device.journal_file import SPARE, files_of, open_for_writing
from device.reading import check_file

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Spare:
    """The folder *at* on a medium that is *there* only while it is mounted."""

    at: Path
    station: str
    is_there: Callable[[Path], bool] = os.path.ismount

    @property
    def folder(self) -> Path:
        return self.at / f"ghepmau-journal-{self.station}"

    def ready(self) -> bool:
        """Return whether a journal can be begun there now: never on the card itself."""
        try:
            if not self.is_there(self.at):
                return False
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            return False
        return True


def make_known(journal: Path, spare: Spare) -> None:
    """Put the link into the journal's folder while that can be written."""
    link = journal / SPARE
    try:
        journal.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not link.is_symlink() or link.readlink() != spare.folder:
            link.unlink(missing_ok=True)
            link.symlink_to(spare.folder)
            sync_folder(journal)
    except OSError as error:
        log.warning("the spare place cannot be made known: %s", error)


def opened(journal: Path, at: str, station: str) -> Callable[[], bool]:
    """Bring home what the spare place holds; return what tells whether it can be used now."""
    bring_home(journal)
    if not at:
        return lambda: False
    spare = Spare(Path(at), station)
    make_known(journal, spare)
    return spare.ready


def bring_home(journal: Path) -> list[Path]:
    """Copy what was written in the spare place into the journal's own folder; return the files.

    For the station alone, before it opens its journal.  What cannot be copied now stays there,
    and is read there.
    """
    home = list[Path]()
    for path in files_of(journal):
        if path.parent == journal:
            continue
        try:
            home.append(_bring(path, journal / path.name))
        except (OSError, sqlite3.Error) as error:
            log.warning("%s stays in the spare place: %s", path.name, error)
            break  # the order of the files must stay the order of what happened
    return home


def _bring(path: Path, target: Path) -> Path:
    with closing(open_for_writing(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    there, here = check_file(path).good, check_file(target).good if target.exists() else []
    if here[: len(there)] != there or not there:  # else it was copied before, and perhaps gone on
        if here:
            raise OSError(f"{target.name} is there already, and is another")
        _copy(path, target)
        if check_file(target).good != there:
            raise OSError(f"{target} is not what {path} is")
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    sync_folder(path.parent)
    return target


def _copy(path: Path, target: Path) -> None:
    if shutil.disk_usage(target.parent).free < 2 * path.stat().st_size:
        raise OSError(f"there is no room for it in {target.parent} yet")
    part = target.with_name(target.name + ".part")
    with path.open("rb") as source, part.open("wb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    part.chmod(0o600)
    part.replace(target)
    sync_folder(target.parent)
