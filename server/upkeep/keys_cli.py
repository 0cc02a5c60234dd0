"""`ghepmau-server keys status | rotate`: which keys there are, and new ones while all runs."""

import argparse
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from contract.spoken import said
from server import vault
from server.archives import aging
from server.audit import services as audit
from server.config import Loaded
from server.db import Database
from server.speaking import tell
from server.upkeep import key_file, rotation
from server.upkeep.opening import BY, Trouble, now, opened

Add = Callable[..., argparse.ArgumentParser]
LEAST_WAIT = 3 * vault.RELOAD_SECONDS  # in which every process sees a new key file
LONGEST_WAIT = 3600.0  # for a transaction that began before


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add(
        "keys",
        run,
        said(
            "Cho biết đang dùng khóa nào, hoặc đổi khóa trong lúc mọi thứ vẫn chạy.",
            "Say which keys are in use, or bring in new ones while all runs.",
        ),
    )
    parser.add_argument("act", choices=("status", "rotate"))
    parser.add_argument(
        "--wait",
        type=float,
        default=LEAST_WAIT,
        metavar="SECONDS",
        help=said(
            "thời gian để chép tệp khóa sang máy khác, hai lần",
            "time to bring the key file to other machines, twice",
        ),
    )


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
    known = ", ".join(sorted(keys.data))
    tell(
        f"đang dùng khóa {keys.current}; có các khóa: {known}",
        f"in use: key {keys.current}; known: {known}",
    )
    with database.read() as session:
        behind = rotation.left(session)
    for table, count in behind.items():
        tell(
            f"{table}: {count} dòng còn dưới khóa khác", f"{table}: {count} rows under another key"
        )
    if keys.step:
        tell(
            f"việc đổi khóa đang ở bước '{keys.step}': chạy `ghepmau-server keys rotate`",
            f"a rotation is at '{keys.step}': run `ghepmau-server keys rotate`",
        )


def rotate(database: Database, path: Path, wait: float, archives: Path | None = None) -> None:
    """Go on from wherever the last rotation was left, or begin one; *archives* is their folder."""
    vault.install(vault.Vault.load(path))
    keys = vault.current().keys
    if not keys.step:
        key_file.put(path, key_file.with_new_keys(keys))
        tell(
            f"đã thêm khóa mới; chờ {wait:.0f} giây để mọi tiến trình biết",
            f"new keys are added; waiting {wait:.0f} s until every process knows them",
        )
    if vault.current().keys.step == key_file.ADDED:
        time.sleep(wait)
        key_file.put(path, key_file.switched(vault.current().keys))
        current = vault.current().keys.current
        tell(
            f"đang dùng khóa {current}; chờ {wait:.0f} giây",
            f"key {current} is in use; waiting {wait:.0f} s",
        )
    time.sleep(wait)
    since = rotation.clock_of(database)
    count = _until_nothing_is_left(database, since)
    if archives is not None:
        aging.renew_keys(database, archives)
    _retire(database, path, count)


def _until_nothing_is_left(database: Database, since: datetime) -> int:
    """Work through everything until a whole round, begun after all older work, finds nothing."""
    count, until = 0, time.monotonic() + LONGEST_WAIT
    while True:
        old = rotation.older_runs(database, since)
        done = rotation.work_through(database)
        count += done.count
        for name, number in done.values.items():
            tell(f"{name}: đã mã hóa lại {number}", f"{name}: {number} sealed anew")
        if not old and not done.count:
            return count
        if time.monotonic() > until:
            raise Trouble(
                "một giao dịch cũ chưa kết thúc: chạy lại lệnh này sau",
                "a transaction of before does not end: run this command again later",
            )
        if old:
            time.sleep(1)


def _retire(database: Database, path: Path, count: int) -> None:
    with database.read() as session:
        behind = rotation.left(session)
    if behind:
        raise Trouble(
            f"có giá trị dưới khóa cũ vừa vào ({behind}): chạy lại lệnh này",
            f"values under an old key came meanwhile ({behind}): run this command again",
        )
    keys = vault.current().keys
    kept = key_file.retire(path, keys, now())
    key_file.put(path, key_file.without_old(keys))
    with database.write() as session:
        detail = f"key {keys.current}, {count} values"
        audit.record(session, "keys.rotated", "keys", by=BY, now=now(), detail=detail)
    tell(
        f"xong: {count} giá trị. Khóa cũ nằm trong {kept}: bản sao lưu cũ cần chúng.",
        f"done: {count} values. The keys that went are in {kept}: older backups need them.",
    )
    tell(
        "Cất một bản của tệp khóa mới vào két, và cả tệp kia.",
        "Put a copy of the new key file into the safe, and that file too.",
    )
