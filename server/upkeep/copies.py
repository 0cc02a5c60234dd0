"""The folder of backups: which are there, of when each says that it is, and which have to go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

SUFFIX = ".ghepmau-backup"
COUNTS = ".after-upgrade"  # beside a copy from before an upgrade: see `upgrading`
NAMED = "%Y%m%dT%H%M%SZ"
CLOCKS_DIFFER = timedelta(minutes=10)


def names_in(folder: Path) -> list[Path]:
    """Return the backups in *folder*, oldest first."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def ahead(copies: list[Path], now: datetime) -> list[Path]:
    """Return those of *copies* that are dated after *now*, by name or by the disk: a clock was
    wrong when they were made, or is wrong now."""
    return [path for path in copies if dated(path) > now + CLOCKS_DIFFER]


def dated(path: Path) -> datetime:
    """Return when a backup says that it was made: the later of its name's time and the disk's."""
    kept = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    try:
        named = datetime.strptime(path.name.removesuffix(SUFFIX), NAMED).replace(tzinfo=UTC)
    except ValueError:
        return kept  # somebody gave it another name
    return max(named, kept)


def prune(folder: Path, keep: int, made: Path) -> list[Path]:
    """Remove the oldest backups beyond *keep*, never *made*, the one of just now; return which.

    What is dated after *made* is of a clock that ran ahead, so it is older, and goes first.
    """
    others = [path for path in names_in(folder) if path != made]
    in_turn = sorted(others, key=lambda path: (path.name < made.name, path.name))
    gone = in_turn[: max(0, len(others) + 1 - keep)] if keep else []
    for path in gone:
        path.unlink()
        path.with_suffix(COUNTS).unlink(missing_ok=True)
    return gone
