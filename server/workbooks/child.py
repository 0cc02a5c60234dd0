"""The process that reads one workbook: `python -m server.workbooks.child FD [why]`.

It takes little memory and time and nothing more: beyond its bounds the kernel ends it.  Questions
come line by line (`rows SHEET FROM COUNT WIDTH STYLE`); it ends with its input.
"""

import os
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from server.workbooks.cells import WRITE, Style
from server.workbooks.far import MOST_CELLS, corner
from server.workbooks.panics import PanicsTold, WorkbookPanic
from server.workbooks.wire import Said, column_name, packed

MEMORY = 1 << 30  # bytes of addresses: twice what 5 million cells of text take
SECONDS = 60  # of the processor
_SHEETS_HELD = 3


class Far(Exception):
    """A sheet spans too many cells."""


class Reader:
    """Sheets of one workbook, a few of them held."""

    def __init__(self, file: Any) -> None:
        self._book = CalamineWorkbook.from_filelike(file)
        self.names = list(self._book.sheet_names)
        self._sheets: dict[int, CalamineSheet] = {}
        self._turn: tuple[int, int, Iterator[list[Any]]] = (-1, 0, iter(()))

    def rows(self, at: int, start: int, count: int, width: int, style: Style) -> list[list[str]]:
        """Return *count* rows of sheet *at* from row *start* on, as a spreadsheet counts them."""
        sheet = self._sheet(at)
        margin = [""] * (sheet.start[1] if sheet.start and style is Style.LIST else 0)
        if self._turn[:2] != (at, start):
            self._turn = (at, start, islice(sheet.iter_rows(), start, None))
        found, write = list(islice(self._turn[2], count)), WRITE[style]
        self._turn = (at, start + len(found), self._turn[2])
        return [
            [*margin, *(cell if cell.__class__ is str else write(cell) for cell in row)][:width]
            for row in found
        ]

    def _sheet(self, at: int) -> CalamineSheet:
        sheet = self._sheets.pop(at, None)
        if sheet is None:
            while len(self._sheets) >= _SHEETS_HELD:
                del self._sheets[next(iter(self._sheets))]
            sheet = self._book.get_sheet_by_name(self.names[at])
            row, column = sheet.end or (0, 0)
            if (row + 1) * (column + 1) > MOST_CELLS:
                raise Far(f"{column_name(column)}{row + 1}")
        self._sheets[at] = sheet
        return sheet


def bound() -> None:
    """Give up what no list and no run of a machine needs; of all, this process is killed first."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(
        resource.RLIMIT_CPU, (SECONDS, SECONDS + 5)
    )  # SIGXCPU; at the second SIGKILL
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def say(said: Said, payload: bytes = b"") -> None:
    out = sys.stdout.buffer
    out.write(b"%s %d\n" % (said.encode(), len(payload)) + payload)
    out.flush()


def serve(file: Any) -> None:
    """Say the sheets' names, then answer until there are no more questions."""
    with PanicsTold():
        reader = Reader(file)
    say(Said.OK, packed([[name] for name in reader.names]))
    for line in sys.stdin.buffer:
        at, start, count, width, style = line.decode("ascii").split()
        with PanicsTold():
            rows = reader.rows(int(at), int(start), int(count), int(width), Style(style))
        say(Said.OK, packed(rows))


def main() -> None:
    bound()
    with os.fdopen(int(sys.argv[1]), "rb") as file:
        try:
            if sys.argv[2:] == ["why"]:
                say(Said.FAR, corner(file).encode())
            else:
                serve(file)
        except PasswordError:
            say(Said.PASSWORD)
        except Far as far:
            say(Said.FAR, str(far).encode())
        except (CalamineError, WorkbookPanic, OSError, ValueError) as error:
            say(Said.DAMAGED, str(error)[:200].encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
