"""Which backups stay, and what is said of one that a wrong clock made."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.config import Settings
from server.upkeep import copies, judging, vitals
from server.upkeep.judging import Level
from server.upkeep.metrics import Traffic, text_of

NOW = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)


def copy(folder: Path, at: datetime) -> Path:
    folder.mkdir(exist_ok=True)
    made = folder / f"{at:%Y%m%dT%H%M%SZ}{copies.SUFFIX}"
    made.touch()
    os.utime(made, (at.timestamp(), at.timestamp()))
    return made


def test_old_copies_go_and_the_newest_stay(tmp_path: Path) -> None:
    made = [copy(tmp_path, NOW + timedelta(days=day)) for day in range(5)]
    gone = copies.prune(tmp_path, 2, made[-1])
    assert gone == made[:3]
    assert copies.names_in(tmp_path) == made[3:]
    assert copies.prune(tmp_path, 0, made[-1]) == []


def test_tonights_copy_stays_whatever_a_wrong_clock_named_the_others(tmp_path: Path) -> None:
    """Two weeks a year ahead, then right: those of then make room, one each night."""
    wrong = [copy(tmp_path, NOW + timedelta(days=365 + day)) for day in range(14)]
    for night in range(3):
        made = copy(tmp_path, NOW + timedelta(days=night))
        assert copies.prune(tmp_path, 14, made) == [wrong[night]]
        assert made.exists()
    assert copies.prune(tmp_path, 1, made) != []
    assert copies.names_in(tmp_path) == [made]


def look(settings: Settings) -> tuple[vitals.Vitals, list[judging.Judged]]:
    seen = vitals.Vitals(NOW)
    vitals.look_at_folders(seen, settings)
    return seen, [line for line in judging.judged(seen) if line.what == "backup"]


def test_a_copy_dated_in_the_future_is_something_to_look_at(settings: Settings) -> None:
    copy(settings.backup_folder, NOW + timedelta(days=365))
    seen, lines = look(settings)
    assert [line.level for line in lines] == [Level.LOOK, Level.LOOK]
    assert "dated in the future" in lines[0].sentence
    assert "there is none" in lines[1].sentence
    figures = text_of(Traffic(), seen, 1)
    assert b"ghepmau_backups_ahead 1.0" in figures
    assert b"ghepmau_backup_age_seconds" not in figures
    copy(settings.backup_folder, NOW - timedelta(minutes=1))
    assert [line.level for line in look(settings)[1]] == [Level.LOOK, Level.WELL]


def test_an_anchor_dated_in_the_future_is_not_the_newest(settings: Settings) -> None:
    settings.anchor_folder.mkdir()
    for days in (-2, 365):
        at = NOW + timedelta(days=days)
        anchor = settings.anchor_folder / f"anchor-{at:%Y%m%dT%H%M%SZ}-7.json"
        anchor.touch()
        os.utime(anchor, (at.timestamp(), at.timestamp()))
    seen = vitals.Vitals(NOW, audit_sealed=7, sealed_at=NOW)
    vitals.look_at_folders(seen, settings)
    assert seen.anchored_at == NOW - timedelta(days=2)
