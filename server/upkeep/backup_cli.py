"""`ghepmau-server backup | backup-check FILE`: copies that name nobody."""

import argparse
from collections.abc import Callable
from pathlib import Path

from contract.spoken import said
from server.audit import services as audit
from server.config import Loaded
from server.speaking import say, tell
from server.upkeep import backups, copies
from server.upkeep.opening import BY, Trouble, now, open_kept_keys, opened
from server.upkeep.strongbox import NotReadable

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the commands to the server's."""
    parser = add(
        "backup",
        backup,
        said(
            "Ghi một bản sao mã hóa của cơ sở dữ liệu trong lúc mọi thứ vẫn chạy.",
            "Write an encrypted copy of the database while all runs.",
        ),
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        help=said("trống: cấu hình `backups`", "else the setting `backups`"),
    )
    parser = add(
        "backup-check",
        check,
        said(
            "Mở thử toàn bộ một bản sao lưu, không đổi gì.",
            "Open the whole of a backup, and change nothing.",
        ),
    )
    parser.add_argument("file", type=Path)


def backup(asked: argparse.Namespace, loaded: Loaded) -> None:
    folder = asked.to or loaded.settings.backup_folder
    with opened(loaded.settings) as database:
        made = backups.make(database, folder, now=now())
        header = backups.check(made)
        gone = copies.prune(folder, loaded.settings.keep_backups, made)
        with database.write() as session:
            detail = f"{made.name}, {made.stat().st_size} bytes"
            audit.record(session, "backup.made", "backup", by=BY, now=now(), detail=detail)
    say(f"{made} ({made.stat().st_size} byte, {header.engine}, {header.revision})")
    if gone:
        keep = loaded.settings.keep_backups
        tell(
            f"Đã xóa {len(gone)} bản cũ; giữ {keep} bản.",
            f"{len(gone)} older ones were removed; {keep} stay.",
        )
    tell(
        "Bản sao không chứa tệp khóa và thiếu nó thì không đọc được: giữ tệp khóa riêng.",
        "It does not hold the key file, and cannot be read without it: keep that apart.",
    )


def check(asked: argparse.Namespace, loaded: Loaded) -> None:
    open_kept_keys(loaded.settings)
    try:
        header = backups.check(asked.file)
    except NotReadable as error:
        raise Trouble(f"{asked.file}: {error}") from error
    tell(
        f"{asked.file} nguyên vẹn: {header.engine}, {header.revision}, lập {header.made_at}",
        f"{asked.file} is whole: {header.engine} at {header.revision}, made {header.made_at}",
    )
