"""`ghepmau-server restore FILE | restored`: a backup comes back, or came back by other means."""

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from contract.spoken import said
from server import serving
from server.audit import anchors, sealing
from server.audit.verifying import look_through
from server.config import Loaded, Settings
from server.db import Database, open_database
from server.sampling.numbering import GivenOut
from server.speaking import say, tell
from server.upkeep import afterwards, passed_over, restoring, set_back
from server.upkeep.opening import Trouble, now, open_kept_keys, opened
from server.upkeep.postgres_copy import NotEmpty
from server.upkeep.strongbox import Header, NotReadable

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
            "cơ sở dữ liệu bị thay thế, nếu còn đọc được: liệt kê việc phải làm lại; mật khẩu để ở "
            "PGPASSFILE hoặc PGPASSWORD, không ở dòng lệnh",
            "the database that it replaces, if that can be read still: lists what to do again; its "
            "password stands in PGPASSFILE or PGPASSWORD, not in the command",
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
    """Needs the key file, which no backup holds, and says how the trail stands in it.

    What comes back is marked before it is in its place: whatever ends this, nobody has one that
    does not know that it was set back.
    """
    open_kept_keys(loaded.settings)
    with ExitStack() as after:
        replaced = _open_replaced(asked.replaced) if asked.replaced else None
        database = open_database(loaded.settings.database_url)
        for each in filter(None, (replaced, database)):
            after.callback(each.engine.dispose)
        mark = _marking(asked.file, replaced, loaded.settings)
        try:
            header = restoring.restore(database, asked.file, before=mark)
        except (NotReadable, NotEmpty) as error:
            raise Trouble(f"{asked.file}: {error}") from error
        tell(
            f"Đã khôi phục những gì có lúc {header.made_at}.",
            f"Restored what was there at {header.made_at}.",
        )
        try:
            _look_at(database, replaced, loaded)
        finally:  # it is in its place, whatever ends the look at it
            afterwards.tell_steps()


def _marking(
    copy: Path, replaced: Database | None, settings: Settings
) -> Callable[[Session, Header], None]:
    others = _given_out(replaced) if replaced else []

    def mark(session: Session, header: Header) -> None:
        made_at = datetime.fromisoformat(header.made_at)
        detail = f"{copy.name[:80]} of {header.made_at}"
        notes = (Path(settings.data), copy.parent)
        set_back.mark(session, detail, made_at=made_at, now=now(), notes=notes, others=others)

    return mark


def _look_at(database: Database, replaced: Database | None, loaded: Loaded) -> None:
    """Tell how the trail stands that came back, and what is gone."""
    entries = _tell_of_the_trail(database)
    if entries is not None:
        afterwards.tell_of_anchors(anchors.read_all(loaded.settings.anchor_folder)[0], entries)
    if replaced is not None:
        afterwards.tell_what_is_lost(replaced, database)


def _open_replaced(named: str) -> Database:
    """Open the database of a URL, or SQLite's of a path, which must be there."""
    if "://" not in named and not Path(named).is_file():
        raise Trouble(f"không có tệp {named}", f"there is no file {named}")
    if "://" in named and _shows_password(make_url(named)):
        raise Trouble(
            "mật khẩu trên dòng lệnh thì ai trên máy này cũng đọc được: bỏ nó khỏi URL, đặt "
            "PGPASSFILE (tệp 0600 có dòng *:*:*:ghepmau:MẬT-KHẨU) hoặc PGPASSWORD; chưa có gì "
            "thay đổi",
            "everybody on this machine can read a password on the command line: leave it out of "
            "the URL and set PGPASSFILE (a file of mode 0600 with the line "
            "*:*:*:ghepmau:PASSWORD) or PGPASSWORD; nothing was changed",
        )
    return open_database(named if "://" in named else f"sqlite:///{named}")


def _shows_password(url: URL) -> bool:
    return url.password is not None or "password" in url.query


def _given_out(replaced: Database) -> list[GivenOut]:
    """Return how far its numbers are given out, as far as it can be read."""
    try:
        return [passed_over.of(replaced, now())]
    except (SQLAlchemyError, ValueError, TypeError):
        return []  # what is told of it later says so


def restored(_: argparse.Namespace, loaded: Loaded) -> None:
    """What it was set back to is as old as the newest entry of the trail."""
    with serving.alone(loaded.settings), opened(loaded.settings) as database:
        at = now()
        made_at = set_back.last_written(database) or at
        with database.write() as session:
            detail = f"by other means, of {made_at}"
            notes = (Path(loaded.settings.data), loaded.settings.backup_folder)
            set_back.mark(session, detail, made_at=made_at, now=at, notes=notes)
    tell(
        f"Đã ghi: cơ sở dữ liệu là của lúc {made_at}.",
        f"Noted: the database is of {made_at}.",
    )
    afterwards.tell_steps()


def _tell_of_the_trail(database: Database) -> int | None:
    """Tell whether it holds; return how many entries it has, None where it cannot be read."""
    try:
        sealing.seal_all(database, now, whole=True)
        found = look_through(database)
    except (SQLAlchemyError, ValueError) as error:
        why = type(error).__name__
        tell(
            f"Nhật ký của nó không đọc hết được: {why}.", f"Its audit trail cannot be read: {why}."
        )
        return None
    whole = said("nguyên vẹn", "holds")
    if not found.sound:
        whole = said(f"KHÔNG nguyên vẹn: {found.faults[0]}", f"DOES NOT HOLD: {found.faults[0]}")
    say(said("Nhật ký của nó", "The audit trail of it") + f": {whole} ({found.entries}).")
    return found.entries
