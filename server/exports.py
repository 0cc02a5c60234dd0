"""Tables that leave the server: CSV and XLSX, harmless to spreadsheets, marked where they must be.

A mark says who took the table out, when and why: it stands on top, at the end, in each row, and in
XLSX at the head and foot of every printed page.
"""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

from flask import Response
from openpyxl import Workbook

Cell = str | int | float | None
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(cell: Cell) -> str | int | float:
    """Return *cell* so that a spreadsheet takes it for what it is: a number, or text."""
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RISKY) else cell


def write_csv(heads: Sequence[str], rows: Iterable[Sequence[Cell]], mark: str = "") -> bytes:
    """Return UTF-8 with a byte order mark, so that Excel reads the letters."""
    text = StringIO()
    out = csv.writer(text)
    for row in _marked(heads, rows, mark):
        out.writerow([harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(heads: Sequence[str], rows: Iterable[Sequence[Cell]], mark: str = "") -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Danh sách")
    for part in (sheet.oddHeader, sheet.oddFooter):
        part.center.text = mark.replace("&", "&&")[:200]  # '&' begins a code there
    sheet.print_title_rows = "1:2"
    for row in _marked(heads, rows, mark):
        sheet.append([harmless(cell) for cell in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _marked(
    heads: Sequence[str], rows: Iterable[Sequence[Cell]], mark: str
) -> Iterable[Sequence[Cell]]:
    if not mark:
        return [heads, *rows]
    return [[mark], [*heads, "Dấu · Mark"], *[[*row, mark] for row in rows], [mark]]


def attachment(content: bytes, name: str) -> Response:
    """Return a file for the browser to keep; its name says what it is."""
    kind = XLSX if name.endswith(".xlsx") else "text/csv; charset=utf-8"
    headers = {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store"}
    return Response(content, mimetype=None, content_type=kind, headers=headers)
