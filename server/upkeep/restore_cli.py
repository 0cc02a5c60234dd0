"""`ghepmau-server restore FILE | restored`: a backup comes back, or came back by other means."""

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from contract.spoken import said
from server import serving
from server.audit import sealing
from server.audit.verifying import Findings, verify
from server.config import Loaded
from server.db import open_database
from server.speaking import say, tell
from server.upkeep import backups, set_back
from server.upkeep.opening import Trouble, now, open_keys, opened
from server.upkeep.postgres_copy import NotEmpty
from server.upkeep.strongbox import NotReadable

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the commands to the server's."""
    about = said(
        "Khôi phục bản sao lưu vào cơ sở dữ liệu trống.", "Put a backup into an empty database."
    )
    add("restore", restore, about).add_argument("file", type=Path)
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
    open_keys(loaded.settings)
    database = open_database(loaded.settings.database_url)
    try:
        header = backups.restore(database, asked.file)
        sealing.seal_all(database, now, whole=True)
        with database.read() as session:
            found = verify(session)
        detail = f"{asked.file.name[:80]} of {header.made_at}"
        made_at = datetime.fromisoformat(header.made_at)
        set_back.mark(database, detail, made_at=made_at, now=now())
    except (NotReadable, NotEmpty) as error:
        raise Trouble(f"{asked.file}: {error}") from error
    finally:
        database.engine.dispose()
    tell(
        f"Đã khôi phục những gì có lúc {header.made_at}.",
        f"Restored what was there at {header.made_at}.",
    )
    _tell_of_the_trail(found)
    _tell_what_follows()


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
    _tell_what_follows()


def _tell_of_the_trail(found: Findings) -> None:
    whole = said("nguyên vẹn", "holds")
    if not found.sound:
        whole = said(f"KHÔNG nguyên vẹn: {found.faults[0]}", f"DOES NOT HOLD: {found.faults[0]}")
    say(said("Nhật ký của nó", "The audit trail of it") + f": {whole} ({found.entries}).")


def _tell_what_follows() -> None:
    tell(
        "Lô mới bỏ qua mọi số có thể đã in. Lô in sau bản sao lưu: đăng ký lại ở trang Lô ống.",
        "New lots pass over every number that may be printed. Lots printed after the backup: "
        "register them again on the page Lots.",
    )
    tell(
        "Trạm vẫn giữ những gì ghi từ đó đến nay: xem docs/operators.md.",
        "Stations still have what they recorded since: see docs/operators.md.",
    )
