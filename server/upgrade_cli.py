"""`ghepmau-server upgrade | go-back COPY | stands | ready`: what an upgrade consists of."""

import argparse
from collections.abc import Callable
from contextlib import closing, nullcontext
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from time import monotonic

from contract.spoken import said
from server import schema, serving
from server.config import Loaded, Settings
from server.db import Database
from server.preparing import Opened
from server.speaking import say, tell
from server.upkeep import afterwards, passed_over, restoring, set_back, upgrading
from server.upkeep.opening import Trouble, now, open_keys
from server.upkeep.strongbox import Header

Add = Callable[..., argparse.ArgumentParser]
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask who listens there


def add_to(add: Add) -> None:
    """Add the commands to the server's."""
    about = said(
        "Chép cơ sở dữ liệu, rồi nâng lên dạng mới nhất.",
        "Copy the database, then bring it to the newest shape.",
    )
    for name in ("upgrade", "migrate"):
        add(name, migrate, about).add_argument("--no-backup", action="store_true")
    back = add(
        "go-back",
        go_back,
        said(
            "Đặt lại bản chép trước khi nâng cấp (SQLite), nếu chưa ghi thêm gì.",
            "Put back the copy from before an upgrade (SQLite), if nothing was written since.",
        ),
    )
    back.add_argument("file", type=Path)
    back.add_argument(
        "--even-so",
        action="store_true",
        help=said("mất những gì đã ghi thêm", "lose what was written since"),
    )
    add("stands", stands, said("In dạng của cơ sở dữ liệu.", "Print the database's shape."))
    asked = add("ready", ready, said("Chờ máy chủ làm việc được.", "Wait until the server works."))
    asked.add_argument("--seconds", type=int, default=300)


def migrate(asked: argparse.Namespace, loaded: Loaded) -> None:
    """A database with something in it is copied first: the way back, should one be needed."""
    settings = loaded.settings
    if not settings.vault_path.exists() and not _has_data(settings):
        say(said("Chưa có cơ sở dữ liệu.", "There is no database yet."))
        return
    open_keys(settings)
    with closing(Opened(settings)) as opened:
        at_newest = schema.revision_of(opened.database) == schema.newest_revision()
        with nullcontext() if at_newest else serving.alone(settings):
            brought = upgrading.bring(
                opened.database,
                settings.backup_folder,
                now=now(),
                copy=not asked.no_backup,
                copied=_print_alone,
            )
    newest = schema.newest_revision()
    say(
        said(
            f"Cơ sở dữ liệu: từ {brought.before or 'trống'} lên {newest}.",
            f"The database went from {brought.before or 'nothing'} to {newest}.",
        )
    )


def stands(_: argparse.Namespace, loaded: Loaded) -> None:
    """Also what a release prints of a database that it does not know: upgrade.sh compares it."""
    standing = None
    if _has_data(loaded.settings):
        with closing(Opened(loaded.settings)) as opened:
            standing = schema.revision_of(opened.database)
    _print_alone(standing or "-")


def _print_alone(what: object) -> None:
    print(what, flush=True)  # noqa: T201 - on a line of its own: upgrade.sh reads it


def go_back(asked: argparse.Namespace, loaded: Loaded) -> None:
    settings = loaded.settings
    open_keys(settings)
    if serving.sqlite_file(settings) is None:
        raise Trouble(
            "PostgreSQL: tạo cơ sở dữ liệu trống, trỏ `database` vào đó, rồi "
            f"`restore {asked.file}` bằng bản phần mềm cũ",
            "PostgreSQL: create an empty database, let `database` name it, then "
            f"`restore {asked.file}` with the program of before",
        )
    with serving.alone(settings), closing(Opened(settings)) as opened:
        if not asked.even_so:  # then nothing was lost, and no number was given out since
            upgrading.check_unchanged(opened.database, asked.file)
        marked = _marking(opened.database, asked.file, settings) if asked.even_so else None
        aside = restoring.put_back(opened.database, asked.file, now=now(), before=marked)
    say(
        said(
            f"Đã đặt lại {asked.file}; cơ sở dữ liệu vừa dùng nằm ở {aside}.",
            f"{asked.file} is back in its place; the database of just now is {aside}.",
        )
    )


def _marking(
    present: Database, copy: Path, settings: Settings
) -> Callable[[Database, Header], None]:
    """Have what comes back pass over the numbers that the *present* one gave out since."""
    taken, notes = passed_over.of(present, now()), (Path(settings.data), copy.parent)

    def mark(comes: Database, header: Header) -> None:
        afterwards.tell_what_is_lost(present, comes)
        afterwards.tell_steps()
        made_at = datetime.fromisoformat(header.made_at)
        detail = f"{copy.name[:80]} of {header.made_at}, by go-back"
        if set_back.can_be_marked(comes):
            with comes.write() as session:
                set_back.mark(
                    session, detail, made_at=made_at, now=now(), notes=notes, others=[taken]
                )
            return
        passed_over.keep(notes, taken)  # `restored` reads it, once the new release is back
        before = passed_over.of(comes, now()).series
        lost = {each: last for each, last in taken.series.items() if last > before.get(each, 0)}
        for series, last in sorted(lost.items()):
            tell(
                f"BẢN CŨ KHÔNG BIẾT: dãy {series:02d} đã cấp đến số {last}. Đừng đăng ký lô nào "
                "trước khi lên lại bản mới và chạy `ghepmau-server restored`",
                f"THE OLD RELEASE DOES NOT KNOW: series {series:02d} is given out to {last}. "
                "Register no lot before the new release is back and `ghepmau-server restored` ran",
            )

    return mark


def ready(asked: argparse.Namespace, loaded: Loaded) -> None:
    """Ask the server at `host` and `port`, which need not be there yet."""
    until = monotonic() + asked.seconds
    while (answer := _answer(loaded.settings)) != "ready":
        if monotonic() >= until:
            raise Trouble(
                f"máy chủ chưa làm việc được sau {asked.seconds} giây: {answer}",
                f"the server does not work after {asked.seconds} s: {answer}",
            )
        Event().wait(0.5)
    say(said("Máy chủ làm việc được.", "The server works."))


def _answer(settings: Settings) -> str:
    host = EVERYWHERE.get(settings.host, settings.host)
    with closing(HTTPConnection(host, settings.port, timeout=10)) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().read(200).decode("utf-8", "replace").strip()
        except (OSError, HTTPException) as error:
            return str(error) or type(error).__name__


def _has_data(settings: Settings) -> bool:
    file = serving.sqlite_file(settings)
    if file is not None:
        return Path(file).exists()
    with closing(Opened(settings)) as opened:
        return schema.revision_of(opened.database) is not None
