"""Workbooks with cells where nobody puts any."""

import os
import signal
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

from tests.server.lab.instruments.biff import xls


def with_far(*places: str) -> bytes:
    """A small list, and a stray space in each of *places*."""
    book = Workbook()
    if book.active is None:
        raise ValueError
    for row in (["Mã ống", "Ct"], ["000000000000", 24.1]):
        book.active.append(row)
    for place in places:
        book.active[place] = " "
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def with_rows(rows: Iterable[list[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Results")
    for row in rows:
        sheet.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def out_of_bounds() -> bytes:
    """Return an old workbook whose last cell is out of all bounds: it ends its reader."""
    content = bytearray(xls({"DS": [["Họ tên", "Năm"], ["Mẫu", 1991.0]]}))
    number = content.index(b"\x03\x02\x0e\x00") + 4  # a NUMBER record: row, column
    content[number : number + 4] = b"\xff\xff\xff\xff"
    return bytes(content)


def end_readers(by: signal.Signals) -> None:
    """Do to the readers of this process what somebody outside may."""
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text(encoding="ascii").split():
            if b"server.workbooks.child" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(int(pid), by)
