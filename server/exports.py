"""Tables that leave the server: CSV and XLSX, harmless to spreadsheets, marked where they must be.

A mark says who took the table out, when, why and by which filter: it stands on top, at the end, in
each row, and in XLSX at the head and foot of every printed page and on a sheet of its own.  Rows
are written as they come; none is kept, so that a long table takes no more memory than a short one.

Numbers go out as programs read them (1234.5), of durations with their unit in the head; what people
read on the page (`Amount`) stays there.  Days and times go out as `date` and `datetime` cells and
are written here alone: 2026-11-23, and 2026-11-23 08:14:05 by clocks in Vietnam; in XLSX they are
dates to the spreadsheet.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from io import StringIO
from itertools import islice
from tempfile import TemporaryFile
from uuid import UUID

from flask import Response, request

from server.display import Amount, local
from server.forms import tidy
from server.takeouts import Asking
from server.web import actor, user

Cell = str | int | float | date | datetime | None  # a `datetime` with its zone
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NOTHING = "—"  # of a cell on a page
_AT_ONCE, _PIECE = 500, 1 << 16
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(cell: Cell) -> str | int | float:
    """Return *cell* so that a spreadsheet takes it for what it is: a number, a day, or text."""
    if isinstance(cell, Amount):
        return "" if cell.number is None else cell.number
    if cell is None or cell == NOTHING:
        return ""
    if isinstance(cell, date):
        return str(_ours(cell))
    if not isinstance(cell, str):
        return cell
    text = "".join(letter for letter in cell if letter.isprintable() or letter in "\t\r\n")
    return f"'{text}" if text.startswith(_RISKY) or text.lstrip().startswith(_RISKY) else text


def _ours(cell: date) -> date:
    """Return a day; of a moment what clocks in Vietnam show, to the second."""
    if isinstance(cell, datetime):
        return local(cell).replace(tzinfo=None, microsecond=0)
    return cell


def _in_sheet(cell: Cell) -> str | int | float | date:
    return _ours(cell) if isinstance(cell, date) else harmless(cell)


def stream_csv(
    heads: Sequence[str], rows: Iterable[Sequence[Cell]], mark: str = ""
) -> Iterator[bytes]:
    """Yield UTF-8 with a byte order mark, so that Excel reads the letters."""
    yield "\ufeff".encode()
    every = iter(_marked(heads, rows, mark))
    while some := list(islice(every, _AT_ONCE)):
        text = StringIO()
        csv.writer(text).writerows([harmless(cell) for cell in row] for row in some)
        yield text.getvalue().encode()


def stream_xlsx(
    heads: Sequence[str], rows: Iterable[Sequence[Cell]], mark: str = ""
) -> Iterator[bytes]:
    """Yield a workbook that was written to a file of its own, which is gone afterwards."""
    from openpyxl import Workbook  # 16 MB, and a tenth of a start: for those who write one

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Danh sách")
    for part in (sheet.oddHeader, sheet.oddFooter):
        part.center.text = mark.replace("&", "&&")[:200]  # '&' begins a code there
    sheet.print_title_rows = "1:2" if mark else "1:1"
    for row in _marked(heads, rows, mark):
        sheet.append([_in_sheet(cell) for cell in row])
    if mark:
        source = book.create_sheet("Nguồn · Source")
        for part in mark.split(" · "):
            source.append([harmless(part)])
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def write_csv(heads: Sequence[str], rows: Iterable[Sequence[Cell]], mark: str = "") -> bytes:
    return b"".join(stream_csv(heads, rows, mark))


def with_units(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[str]:
    """Return *heads* with the unit behind each whose figures have one: 'p50 (min)'."""
    units = dict[int, str]()
    for row in rows:
        units |= {at: cell.unit for at, cell in enumerate(row)
                  if isinstance(cell, Amount) and cell.unit}  # fmt: skip
    return [f"{head} ({units[at]})" if at in units else head for at, head in enumerate(heads)]


def write_xlsx(heads: Sequence[str], rows: Iterable[Sequence[Cell]], mark: str = "") -> bytes:
    return b"".join(stream_xlsx(heads, rows, mark))


def _marked(
    heads: Sequence[str], rows: Iterable[Sequence[Cell]], mark: str
) -> Iterator[Sequence[Cell]]:
    if mark:
        yield [mark]
    yield [*heads, "Dấu · Mark"] if mark else heads
    for row in rows:
        yield [*row, mark] if mark else row
    if mark:
        yield [mark]


def asking(said: Mapping[str, str], *, asked: str = "", person_id: UUID | None = None) -> Asking:
    """Return what a form for an export says, and who sent it."""
    me = user()
    reason = tidy(said.get("reason", ""))[:200]
    return Asking(reason, said.get("form", ""), actor(), me.role if me else "", asked, person_id)


def download(
    form: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], mark: str, name: str
) -> Response:
    """Return a file for the browser to keep, sent as its rows come."""
    stream = stream_xlsx if form == "xlsx" else stream_csv
    return attachment(stream(heads, rows, mark), f"{name}.{form}")


def board(heads: Sequence[str], rows: Iterable[Sequence[Cell]], name: str) -> Response:
    """Return a table that names nobody, as the address that was asked for ends: CSV or XLSX.

    No reason is asked for and nothing is marked; cells are as harmless as in every other table.
    """
    if request.path.endswith(".xlsx"):
        return attachment(write_xlsx(heads, rows), f"{name}.xlsx")
    return attachment(write_csv(heads, rows), f"{name}.csv")


def attachment(content: bytes | Iterator[bytes], name: str) -> Response:
    """Return a file for the browser to keep; its name says what it is."""
    kind = XLSX if name.endswith(".xlsx") else "text/csv; charset=utf-8"
    headers = {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store"}
    return Response(content, mimetype=None, content_type=kind, headers=headers)
