"""`ghepmau-server archive plan | make | due | list | check | read | restore`: closed months out
and back.

Kept beside the backups, never without a copy elsewhere: what is in an archive is nowhere else.
"""

import argparse
import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import func, select

from contract.spoken import said
from server.archives import archiving, files, returning, standing, turns
from server.archives.aging import registered
from server.archives.models import Archive
from server.archives.months import Month
from server.archives.openness import still_open
from server.archives.shelves import BY_NAME, SHELVES, Damaged, Shelf
from server.config import Loaded, Settings
from server.db import Database
from server.speaking import say, tell
from server.upkeep import clock_sense
from server.upkeep.opening import Trouble, now, opened
from server.upkeep.strongbox import NotReadable

MONTHLESS = ("due", "list", "check")
Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add(
        "archive",
        run,
        said(
            "Đưa dữ liệu của tháng đã đóng ra tệp mã hóa, hoặc lấy về.",
            "Take a closed month's bulk out into encrypted files, or back.",
        ),
    )
    parser.add_argument("act", choices=(*ACTS, "due"))
    parser.add_argument(
        "--month",
        metavar="2026-05",
        help=said("cho mọi việc trừ `due`, `list`, `check`", "for all but `due`, `list`, `check`"),
    )
    parser.add_argument(
        "--shelf",
        choices=tuple(BY_NAME),
        help=said("chỉ kệ này; trống: tất cả", "only this; else all of them"),
    )
    parser.add_argument(
        "--reason",
        default="",
        help=said("vì sao đọc hoặc lấy về", "why it is read or brought back"),
    )
    parser.add_argument(
        "--event",
        default="",
        help=said("read: chỉ dòng có mã này", "read: only the row with this id"),
    )
    parser.add_argument(
        "--here",
        action="store_true",
        help=said(
            "make, due: từ nay tệp nằm ở đây, dù các tệp trước không có ở đây",
            "make, due: files lie here from now on, though none of those before does",
        ),
    )
    clock_sense.add_to(parser)


def run(asked: argparse.Namespace, loaded: Loaded) -> None:
    if asked.act not in MONTHLESS and not asked.month:
        raise Trouble("nói rõ tháng nào: --month 2026-05", "say which month: --month 2026-05")
    if asked.act in ("read", "restore") and not asked.reason:
        raise Trouble(
            "nói rõ vì sao: --reason '…'; lý do được ghi vào nhật ký",
            "say why: --reason '…'; it stands in the audit trail",
        )
    folder = loaded.settings.archive_folder
    with opened(loaded.settings) as database, turns.alone(database, folder):
        try:
            if asked.act in ("make", "due"):
                clock_sense.check(database, now(), even_so=asked.even_so)
                if not asked.here:
                    turns.check_folder(database, folder)
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
            tell(f"{month} chưa hết", f"{month} is not over")
        for what, count in still_open(session, month).items():
            tell(f"còn mở: {count} {what}", f"open: {count} {what}")
        for shelf in SHELVES:
            full = select(func.count()).select_from(shelf.table).where(shelf.full(month))
            rows = session.scalar(full)
            tell(
                f"{shelf.name}: {rows} dòng của {shelf.table_name}",
                f"{shelf.name}: {rows} rows of {shelf.table_name}",
            )


def make_due(database: Database, settings: Settings, at: datetime) -> None:
    """For the timer: archive each closed month that is due; one that is open says for what."""
    if not settings.archive_after_months:
        tell(
            "archive_after_months là 0: lưu trữ tháng bằng tay",
            "archive_after_months is 0: months are archived by hand",
        )
        return
    with database.read() as session:
        due = [each for each in standing.behind(session, settings, at) if each.due]
    for each in due:
        if each.waits:
            tell(f"{each.month} còn mở: {each.waits}", f"{each.month} is still open: {each.waits}")
        else:
            _make_all(database, settings.archive_folder, each.month, list(SHELVES), at)
    if not due:
        tell("không có tháng nào đến hạn", "no month is due")


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
            tell(f"{shelf.name}: không có gì để lưu trữ", f"{shelf.name}: nothing to archive")
        else:
            where = folder / made.name
            tell(
                f"{shelf.name}: {made.row_count} dòng ở {where} ({made.size} byte), nội dung đã ra "
                "khỏi cơ sở dữ liệu",
                f"{shelf.name}: {made.row_count} rows are in {where} ({made.size} bytes), and "
                "their content is out of the database",
            )
    if any_made:
        tell(
            "Chép thư mục sang máy khác: nội dung của các tệp này không còn ở đâu nữa.",
            "Copy the folder to another machine: what is in these files is nowhere else.",
        )


def _shelves(asked: argparse.Namespace) -> list[Shelf]:
    return [BY_NAME[asked.shelf]] if asked.shelf else list(SHELVES)


def _list(database: Database, folder: Path, _asked: argparse.Namespace) -> None:
    known = registered(database)
    for each in known:
        state = said("trong cả cơ sở dữ liệu", "in the database as well")
        if each.emptied_at:
            state = said("đã ra khỏi cơ sở dữ liệu", "out of the database")
        here = (folder / each.name).exists()
        gone = "" if here else "; " + said("TỆP KHÔNG CÓ Ở ĐÂY", "THE FILE IS NOT HERE")
        rows = said(f"{each.row_count} dòng", f"{each.row_count} rows")
        say(f"{each.name}: {rows}, {each.size} byte, {state}{gone}")
    names = {each.name for each in known}
    for path in sorted(folder.glob("*.ghepmau-archive")):
        if path.name not in names:
            tell(
                f"{path.name}: KHÔNG CÓ TRONG SỔ của cơ sở dữ liệu này",
                f"{path.name}: NOT IN THE REGISTER of this database",
            )


def _check(database: Database, folder: Path, _asked: argparse.Namespace) -> None:
    bad = 0
    for each in registered(database):
        try:
            archiving.check_known(folder / each.name, each.digest)
            rows = files.check(folder / each.name)
            tell(f"{each.name} nguyên vẹn: {rows} dòng", f"{each.name} is whole: {rows} rows")
        except (archiving.NotThisFile, NotReadable) as error:
            tell(f"HỎNG {each.name}: {error}", f"BAD {each.name}: {error}")
            bad += 1
    if bad:
        raise Trouble(
            f"{bad} tệp lưu trữ không như phải có", f"{bad} archives are not as they should be"
        )


def _read(database: Database, folder: Path, asked: argparse.Namespace) -> None:
    for each in _of(database, asked):
        for row in returning.look(database, folder, each, asked.reason, now()):
            if not asked.event or asked.event in map(str, row.values()):
                say(msgspec.json.encode(_shown(row)).decode())


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
        tell(
            f"{each.name}: {count} dòng đã về; tệp vẫn giữ",
            f"{each.name}: {count} rows are back; the file stays",
        )


def _of(database: Database, asked: argparse.Namespace) -> list[Archive]:
    month, wanted = str(Month.parse(asked.month)), {each.name for each in _shelves(asked)}
    found = [e for e in registered(database) if e.month == month and e.shelf in wanted]
    if not found:
        raise Trouble(f"không có tệp lưu trữ của {month}", f"there is no archive of {month}")
    return found


ACTS: dict[str, Callable[[Database, Path, argparse.Namespace], None]] = {
    "plan": _plan, "make": _make, "list": _list, "check": _check, "read": _read,
    "restore": _restore,
}  # fmt: skip
