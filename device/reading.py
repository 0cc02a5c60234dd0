"""Reads one journal file: its rows checked, its events, the tubes that it used."""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from contract.events import Event, EventError, decode
from contract.spoken import said
from device import journal_file, older
from device.chain import Findings, Row, check


def events_of(rows: list[Row]) -> Iterator[Event]:
    for row in rows:
        try:
            yield decode(row.body)
        except EventError:
            continue  # of a kind that a later version wrote


def drawn(path: Path) -> older.Tubes:
    """Draw the tubes of a closed file, and keep them for the next start."""
    good = check_file(path).good
    tubes = older.draw(events_of(good), len(good), path.stat().st_size)
    with contextlib.suppress(OSError):  # a full card: the next start draws them again
        older.keep(path, tubes)
    return tubes


def check_file(path: Path, station: str = "") -> Findings:
    """Check one journal file; raise sqlite3.Error where the disk, not the file, is at fault."""
    with closing(journal_file.open_for_reading(path)) as db:
        try:
            rows, complaint = journal_file.readable_rows(db)
        except sqlite3.Error as error:
            if not journal_file.is_damage(error):
                raise
            return Findings(
                wrong=[said(f"không mở được: {error}", f"it cannot be opened: {error}")]
            )
    findings = check(rows, journal_file.epoch_of(path), station)
    if complaint is not None:
        findings.wrong.append(said(f"SQLite báo: {complaint}", f"SQLite says: {complaint}"))
    return findings
