"""The journal's chain: which rows are what they were when they were written.  Pure.

SQLite does not notice a flipped bit in a value, and takes a broken tail of its log for a crash;
so each row carries the hash of its body, and each body the hash of the row before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from contract.events import NO_EVENT, Envelope, EventError, decode_envelope, digest
from contract.spoken import said


class Row(NamedTuple):
    """One row of a journal; `body` is the event as it goes over the wire."""

    seq: int
    hash: str
    body: bytes


@dataclass
class Findings:
    """What a check of one journal file found: the rows that hold, and what is wrong."""

    good: list[Row] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.wrong


def fault_of(row: Row, station: str, epoch: str) -> str | None:
    """Return what is wrong with *row* by itself, or None; station '' stands for any."""
    if digest(row.body) != row.hash:
        return said("mã băm không khớp với nội dung", "its hash does not fit its content")
    try:
        event: Envelope = decode_envelope(row.body)
    except EventError:
        return said("không phải sự kiện", "it is no event")
    if (event.epoch, event.seq) != (epoch, row.seq) or station not in ("", event.station):
        return said("của nhật ký hoặc chỗ khác", "it belongs to another journal or place")
    return None


def check(rows: Iterable[Row], epoch: str, station: str = "") -> Findings:
    """Check *rows*, which come in the order of their seq."""
    found, expected, prev = Findings(), 1, NO_EVENT
    for row in rows:
        if row.seq != expected:
            found.wrong.append(
                said(
                    f"thiếu các dòng {expected} đến {row.seq - 1}",
                    f"rows {expected} to {row.seq - 1} are missing",
                )
            )
        fault = fault_of(row, station, epoch)
        if fault is None and row.seq == expected and decode_envelope(row.body).prev != prev:
            fault = said("không nối tiếp dòng trước", "it does not follow the row before")
        if fault is None:
            found.good.append(row)
        else:
            found.wrong.append(f"{said('dòng', 'row')} {row.seq}: {fault}")
        expected, prev = row.seq + 1, row.hash
    return found
