"""`ghepmau-server audit verify | anchor`: is the trail whole, and what is kept of it elsewhere."""

import argparse
from collections.abc import Callable
from pathlib import Path

from contract.spoken import said
from server.audit import anchors, sealing
from server.audit import services as audit
from server.audit.chain import Seal
from server.audit.verifying import Findings, look_through
from server.config import Loaded, Settings
from server.db import Database
from server.speaking import say, tell
from server.upkeep.opening import BY, Trouble, now, opened

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add(
        "audit",
        run,
        said(
            "Kiểm tra nhật ký, hoặc ghi một mốc của nó.",
            "Verify the audit trail, or write an anchor of it.",
        ),
    )
    parser.add_argument("act", choices=("verify", "anchor"))
    parser.add_argument(
        "--anchors",
        type=Path,
        metavar="FOLDER",
        help=said(
            "nơi ghi và đọc các mốc (trống: cấu hình `anchors`)",
            "where anchors are written and read (else the setting `anchors`)",
        ),
    )


def run(asked: argparse.Namespace, loaded: Loaded) -> None:
    folder = asked.anchors or loaded.settings.anchor_folder
    with opened(loaded.settings) as database:
        sealing.seal_all(database, now, whole=True)
        if asked.act == "anchor":
            _anchor(database, loaded.settings, folder)
        else:
            _verify(database, folder)


def _anchor(database: Database, settings: Settings, folder: Path) -> None:
    with database.read() as session:
        last = sealing.last_seal(session)
    if last is None:
        raise Trouble(
            "nhật ký còn trống: chưa có gì để ghi mốc",
            "the audit trail is empty: there is nothing to anchor yet",
        )
    seal = Seal(last.number, last.at, last.position, last.head)
    written = anchors.write(folder, seal, issuer=settings.issuer, now=now())
    with database.write() as session:
        detail = f"seal {seal.number}, {seal.position} entries"
        audit.record(session, "audit.anchored", "audit", by=BY, now=now(), detail=detail)
    say(f"{written.file}\n{written.page}")
    tell(
        "In trang này, hai người ký; giữ cả hai tệp ở máy khác.",
        "Print the page, let two people sign it; keep both files on another machine.",
    )


def _verify(database: Database, folder: Path) -> None:
    """Say how the trail stands; raises Trouble where it does not hold."""
    kept, wrong = anchors.read_all(folder)
    found = look_through(database, kept)
    for sentence in wrong:
        found.fault(sentence)
    for sentence in [*found.odd, *found.faults]:
        say(sentence)
    with database.write() as session:
        said = "holds" if found.sound else f"{found.count} faults"
        audit.record(session, "audit.verified", "audit", by=BY, now=now(), detail=said)
    if not found.sound:
        raise Trouble(
            f"nhật ký KHÔNG nguyên vẹn: {found.count} lỗi",
            f"the audit trail does not hold: {found.count} faults",
        )
    say(told(found, len(kept)))


def told(found: Findings, kept: int) -> str:
    """Return how a sound trail stands, in one line."""
    line = said(
        f"Nhật ký nguyên vẹn: {found.entries} mục dưới {found.seals} dấu niêm, {kept} mốc.",
        f"The trail holds: {found.entries} entries under {found.seals} seals, {kept} anchors.",
    )
    return (
        line
        if kept
        else f"{line} "
        + said(
            "Giữ một mốc ở nơi khác: `ghepmau-server audit anchor`.",
            "Keep an anchor elsewhere: `ghepmau-server audit anchor`.",
        )
    )
