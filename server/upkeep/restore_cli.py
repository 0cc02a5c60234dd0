"""`ghepmau-server restore FILE | restored`: a backup comes back, or came back by other means."""

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from contract.spoken import said
from server import serving
from server.audit import anchors, sealing
from server.audit.verifying import Findings, verify
from server.config import Loaded
from server.db import Database, open_database
from server.speaking import say, tell
from server.upkeep import afterwards, backups, set_back
from server.upkeep.lost import Lost, compare
from server.upkeep.opening import Trouble, now, open_kept_keys, opened
from server.upkeep.postgres_copy import NotEmpty
from server.upkeep.strongbox import NotReadable

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the commands to the server's."""
    about = said(
        "Khôi phục bản sao lưu vào cơ sở dữ liệu trống.", "Put a backup into an empty database."
    )
    parser = add("restore", restore, about)
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--replaced",
        metavar="DATABASE",
        help=said(
            "cơ sở dữ liệu bị thay thế, nếu còn đọc được: liệt kê việc phải làm lại",
            "the database that it replaces, if that can be read still: lists what to do again",
        ),
    )
    add(
        "restored",
        restored,
        said(
            "Ghi nhận rằng cơ sở dữ liệu bị đưa về trước bằng cách khác (ảnh máy ảo, PITR).",
            "Note that the database was set back by other means (a machine's snapshot, PITR).",
        ),
    )


def restore(asked: argparse.Namespace, loaded: Loaded) -> None:
    """Needs the key file, which no backup holds, and says how the trail stands in it."""
    open_kept_keys(loaded.settings)
    replaced = _open_replaced(asked.replaced) if asked.replaced else None
    database = open_database(loaded.settings.database_url)
    try:
        header = backups.restore(database, asked.file)
        sealing.seal_all(database, now, whole=True)
        with database.read() as session:
            found = verify(session)
        lost = _lost(replaced, database) if replaced else None
        detail = f"{asked.file.name[:80]} of {header.made_at}"
        made_at = datetime.fromisoformat(header.made_at)
        taken = set_back.given_out(replaced) if replaced and lost else {}
        set_back.mark(database, detail, made_at=made_at, now=now(), taken=taken)
    except (NotReadable, NotEmpty) as error:
        raise Trouble(f"{asked.file}: {error}") from error
    finally:
        database.engine.dispose()
    tell(
        f"Đã khôi phục những gì có lúc {header.made_at}.",
        f"Restored what was there at {header.made_at}.",
    )
    _tell_of_the_trail(found)
    afterwards.tell_of_anchors(anchors.read_all(loaded.settings.anchor_folder)[0], found.entries)
    if lost is not None:
        afterwards.tell_lost(lost)
    afterwards.tell_steps()


def _open_replaced(named: str) -> Database:
    """Open the database of a URL, or SQLite's of a path, which must be there."""
    if "://" not in named and not Path(named).is_file():
        raise Trouble(f"không có tệp {named}", f"there is no file {named}")
    return open_database(named if "://" in named else f"sqlite:///{named}")


def _lost(replaced: Database, database: Database) -> Lost | None:
    try:
        return compare(replaced, database)
    except SQLAlchemyError as error:
        tell(
            f"Cơ sở dữ liệu bị thay thế không đọc được: {type(error).__name__}.",
            f"The database that is replaced cannot be read: {type(error).__name__}.",
        )
        return None
    finally:
        replaced.engine.dispose()


def restored(_: argparse.Namespace, loaded: Loaded) -> None:
    """What it was set back to is as old as the newest entry of the trail."""
    with serving.alone(loaded.settings), opened(loaded.settings) as database:
        at = now()
        made_at = set_back.last_written(database) or at
        set_back.mark(database, f"by other means, of {made_at}", made_at=made_at, now=at)
    tell(
        f"Đã ghi: cơ sở dữ liệu là của lúc {made_at}.",
        f"Noted: the database is of {made_at}.",
    )
    afterwards.tell_steps()


def _tell_of_the_trail(found: Findings) -> None:
    whole = said("nguyên vẹn", "holds")
    if not found.sound:
        whole = said(f"KHÔNG nguyên vẹn: {found.faults[0]}", f"DOES NOT HOLD: {found.faults[0]}")
    say(said("Nhật ký của nó", "The audit trail of it") + f": {whole} ({found.entries}).")
