"""`ghepmau-server check`: one page says how the server stands; exit 2 where anything is bad."""

import argparse
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from sqlalchemy import text

from contract.spoken import said
from server import schema, vault
from server.archives import standing
from server.audit import anchors
from server.audit.verifying import look_through
from server.config import Loaded, Settings
from server.db import Database
from server.exchange import expiry
from server.exchange.targets import load_targets
from server.preparing import check_keys
from server.speaking import say
from server.upkeep import backups, copies, judging, nodes, rotation, vitals
from server.upkeep.judging import Judged, Level
from server.upkeep.opening import Trouble, now, opened
from server.upkeep.strongbox import NotReadable

Add = Callable[..., argparse.ArgumentParser]
CLOCK_OFF = timedelta(seconds=5)
PATIENCE = 3.0
MARKS = {Level.WELL: "  ok ", Level.LOOK: "look ", Level.BAD: " BAD "}


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add(
        "check",
        check,
        said(
            "Một trang về sức khỏe: khóa, cơ sở dữ liệu, bản sao, lưu trữ, trạm.",
            "One page of health: keys, database, copies, archives, stations.",
        ),
    )
    parser.add_argument(
        "--deep",
        action="store_true",
        help=said(
            "đọc cả cơ sở dữ liệu, nhật ký, bản sao mới nhất và lưu trữ",
            "also read the whole database, trail, newest backup and archives",
        ),
    )


def check(asked: argparse.Namespace, loaded: Loaded) -> None:
    """Print the page; raises Trouble where something is bad."""
    settings, bad = loaded.settings, 0
    with opened(settings) as database:
        if schema.revision_of(database) == schema.newest_revision():
            check_keys(settings, database)
        for line in _lines(database, settings, deep=asked.deep):
            say(f"{MARKS[line.level]} {line.what:<11} {line.sentence}")
            bad += line.level is Level.BAD
    if bad:
        raise Trouble(f"{bad} việc hỏng, cần sửa", f"{bad} things are bad")


def _lines(database: Database, settings: Settings, *, deep: bool) -> Iterator[Judged]:
    yield _keys()
    yield from _database(database, deep=deep)
    with database.read() as session:
        seen = vitals.look(session, settings, now())
        yield from nodes.look(session, settings.database_url)
    yield from judging.judged(seen)
    with database.read() as session:
        yield from standing.judged(session, settings, now(), deep=deep)
    yield _address(settings)
    yield from _certificates(settings)
    yield _clock(database)
    if deep:
        yield _trail(database, settings)
        yield _newest_backup(settings)


def _keys() -> Judged:
    keys = vault.current().keys
    if keys.step:
        return Judged(
            Level.LOOK,
            "keys",
            said(
                f"việc đổi khóa đang ở bước '{keys.step}': chạy `ghepmau-server keys rotate`",
                f"a rotation is at '{keys.step}': run `ghepmau-server keys rotate`",
            ),
        )
    return Judged(
        Level.WELL,
        "keys",
        said(
            f"đang dùng khóa {keys.current}, tệp không ai khác đọc được",
            f"key {keys.current} is in use, the file is closed to others",
        ),
    )


def _database(database: Database, *, deep: bool) -> Iterator[Judged]:
    if missing := schema.differences(database):
        first = str(missing[0])[:150]
        yield Judged(
            Level.BAD,
            "database",
            said(f"khác với chương trình: {first}", f"it differs from the program: {first}"),
        )
    with database.read() as session:
        kind = database.engine.dialect.name
        if deep and kind == "sqlite":
            found = session.execute(text("PRAGMA quick_check")).scalar()
            level = Level.WELL if found == "ok" else Level.BAD
            yield Judged(
                level,
                "database",
                said(f"SQLite đã xem hết tệp: {found}", f"SQLite looked through its file: {found}"),
            )
        if deep:
            behind = rotation.left(session)
            level = Level.LOOK if behind else Level.WELL
            yield Judged(
                level,
                "keys",
                said("giá trị dưới khóa khác", "values under other keys")
                + f": {behind or said('không', 'none')}",
            )
        yield Judged(Level.WELL, "database", said(f"{kind} trả lời", f"{kind} answers"))


def _address(settings: Settings) -> Judged:
    """What links, posters and cards say: paper that names this machine alone leads nobody here."""
    if settings.public_url:
        return Judged(Level.WELL, "address", settings.public_url)
    return Judged(
        Level.LOOK,
        "address",
        said(
            "public_url chưa đặt: liên kết, áp phích, thẻ in ra có thể không mở được từ máy khác",
            "public_url is not set: links, posters and cards may open from no other machine",
        ),
    )


def _certificates(settings: Settings) -> Iterator[Judged]:
    """What ends: our own certificate, and what receivers ask of us."""
    parts = urlsplit(settings.public_url)
    if parts.scheme == "https":
        found = None
        with suppress(OSError, ValueError):
            pem = ssl.get_server_certificate(
                (parts.hostname or "", parts.port or 443), timeout=PATIENCE
            )
            found = x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
        if found is None:
            yield Judged(
                Level.LOOK,
                "certificate",
                said(
                    f"{settings.public_url} không trả lời", f"{settings.public_url} does not answer"
                ),
            )
        else:
            yield judging.ends(settings.public_url, found, now())
    for target in load_targets(settings.targets):
        for end in expiry.endings(target):
            yield judging.ends(f"{end.target}: {end.what}", end.at, now())


def _clock(database: Database) -> Judged:
    """Compare our clock with the database's, and ask systemd whether it is kept right."""
    if database.engine.dialect.name == "postgresql":
        off = abs(rotation.clock_of(database) - datetime.now(UTC))
        if off > CLOCK_OFF:
            return Judged(
                Level.BAD,
                "clock",
                said(
                    f"đồng hồ ở đây và của cơ sở dữ liệu lệch {off}",
                    f"ours and the database's differ by {off}",
                ),
            )
    kept = Path("/run/systemd/timesync/synchronized").exists() or _said_by_systemd() == "yes"
    if kept:
        return Judged(
            Level.WELL, "clock", said("được chỉnh qua mạng", "is kept right over the network")
        )
    return Judged(
        Level.LOOK,
        "clock",
        said(
            "không rõ có được chỉnh không: xem `timedatectl`",
            "nobody says that it is kept right: see `timedatectl`",
        ),
    )


def _said_by_systemd() -> str:
    command = ["/usr/bin/timedatectl", "show", "--property=NTPSynchronized", "--value"]
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)  # noqa: S603
        return done.stdout.strip()
    return ""


def _trail(database: Database, settings: Settings) -> Judged:
    kept, wrong = anchors.read_all(settings.anchor_folder)
    found = look_through(database, kept)
    if found.sound and not wrong:
        return Judged(
            Level.WELL,
            "trail",
            said(
                f"{found.entries} mục nguyên vẹn, {len(kept)} mốc khớp",
                f"{found.entries} entries hold, {len(kept)} anchors fit",
            ),
        )
    return Judged(
        Level.BAD,
        "trail",
        said(
            "KHÔNG nguyên vẹn: `ghepmau-server audit verify` cho biết chỗ nào",
            "does not hold: `ghepmau-server audit verify` says where",
        ),
    )


def _newest_backup(settings: Settings) -> Judged:
    kept = copies.names_in(settings.backup_folder)
    ahead = copies.ahead(kept, now())
    kept = [path for path in kept if path not in ahead] or ahead
    if not kept:
        return Judged(Level.LOOK, "backup", said("chưa có bản nào để mở", "there is none to open"))
    try:
        backups.check(kept[-1])
    except NotReadable as error:
        return Judged(Level.BAD, "backup", f"{kept[-1].name}: {error}")
    return Judged(
        Level.WELL,
        "backup",
        said(f"{kept[-1].name} mở được toàn bộ", f"{kept[-1].name} opens, all of it"),
    )
