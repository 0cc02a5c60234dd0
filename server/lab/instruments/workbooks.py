"""Workbooks, whatever they are called: `.xls` that is xlsx inside, and real BIFF.

They are opened in a process of their own (`server.workbooks`), for what they may do to it.  The
sheet of results is found by its name, else by its heading; huge sheets of raw curves are not opened
at all.
"""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import BinaryIO

from server.lab.instruments import tables
from server.lab.instruments.columns import heading, setup_heading
from server.lab.instruments.formats import BROKEN_PACK
from server.lab.instruments.readings import Item, Notice
from server.lab.instruments.reasons import Why
from server.lab.instruments.tube_codes import tube_in
from server.lab.instruments.values import fold, well_of
from server.workbooks.cells import Style
from server.workbooks.reading import Book, Trouble, Unreadable, opened

LARGEST_INSIDE = 1 << 30  # bytes unpacked
LARGEST_RATIO = 400
Rows = Iterator[tuple[int, list[str]]]
_FIRST = ("results", "primaryresult", "result", "ketqua", "0", "quantificationcqresults")
_CALLS = "targetcall"
_SETUP = "samplesetup"
_NEVER = ("rawdata", "amplification", "multicomponent", "melt", "replicategroup", "standardcurve",
          "runinformation", "instructions")  # fmt: skip
_LOOK = 2000  # rows in which a heading is looked for
_WHY = {Trouble.FAR: Why.FAR_CELL, Trouble.TOO_MUCH: Why.ENDED_READER}


def sheets_of(file: BinaryIO) -> tuple[str, ...]:
    """Return the names of the sheets, () where it does not open."""
    try:
        with opened(file) as book:
            return book.names
    except Unreadable:
        return ()


def read(file: BinaryIO) -> Iterator[Item]:
    """Yield the items of the sheet of results, with the calls of the sheet beside it."""
    file.seek(0)
    try:
        if _is_bomb(file):
            yield Notice(Why.TOO_LARGE_INSIDE)
            return
    except BROKEN_PACK as error:
        yield Notice(Why.DAMAGED, str(error)[:120])
        return
    try:
        with opened(file) as book:
            yield from _read(book)
    except Unreadable as error:
        yield Notice(_WHY.get(error.why, Why.DAMAGED), error.seen[:120])


def _is_bomb(file: BinaryIO) -> bool:
    """Return whether a zip says of itself that it unpacks to far more than any export."""
    packed_anew = file.read(2) == b"PK"
    file.seek(0)  # an old workbook is no zip, and is read from its beginning
    if not packed_anew:
        return False
    with zipfile.ZipFile(file) as packed:
        members = packed.infolist()
    file.seek(0)
    unpacked, small = (
        sum(each.file_size for each in members),
        sum(each.compress_size for each in members),
    )
    return unpacked > LARGEST_INSIDE or (unpacked > 1 << 26 and unpacked > LARGEST_RATIO * small)


def _read(book: Book) -> Iterator[Item]:
    names = {fold(name): at for at, name in enumerate(book.names)}
    walk = tables.Walk()
    sheet = _sheet_of_results(book)
    if sheet is None:
        yield Notice(Why.NO_RESULTS, ", ".join(book.names)[:120])
        return
    if _CALLS in names and names[_CALLS] != sheet:
        calls = names[_CALLS]
        walk.plate_columns = _plate_columns(rows_of(book, sheet), rows_of(book, calls))
        walk.calls = _calls(rows_of(book, calls), walk.plate_columns)
    if _SETUP in names:
        _expect(walk, rows_of(book, names[_SETUP]))
    yield from tables.read(rows_of(book, sheet), walk)


def _sheet_of_results(book: Book) -> int | None:
    """Return which sheet it is, counted from 0."""
    folded = [fold(name) for name in book.names]
    wanted = [at for first in _FIRST for at, name in enumerate(folded) if name == first]
    others = [at for at, name in enumerate(folded) if not name.startswith(_NEVER)]
    for at in dict.fromkeys([*wanted, *others]):
        head = (cells for _, cells in islice(rows_of(book, at), _LOOK))
        if _first(head, heading) is not None:
            return at
    return None


def _first(rows: Iterable[list[str]], what: Callable[[list[str]], object]) -> list[str] | None:
    for at, cells in enumerate(rows):
        if what(cells):
            return cells
        if at > _LOOK:
            break
    return None


def _plate_columns(*sheets: Rows) -> int:
    """Return by how many columns wells are counted: in every sheet alike, wherever it is said."""
    walk = tables.Walk()
    for rows in sheets:
        for _, cells in islice(rows, _LOOK):
            if heading(cells):
                break
            walk.note(cells)
    return walk.plate_columns


def _calls(rows: Rows, plate_columns: int) -> tables.Calls:
    """Return what the machine concluded, by well and target, and by tube where it names one."""
    found: tables.Calls = {}
    columns = None
    for _, cells in rows:
        columns = columns or heading(cells)
        if columns is None or not {"well", "target", "call"} <= columns.at.keys():
            columns = None
            continue
        well, target, call = (cells[columns.at[name]] for name in ("well", "target", "call"))
        tube = tube_in(cells[columns.at["sample"]]) if "sample" in columns.at else ""
        found[well_of(well, plate_columns) or well, fold(target), tube] = call
    return found


def _expect(walk: tables.Walk, rows: Rows) -> None:
    columns = None
    for _, cells in rows:
        if columns is None:
            walk.note(cells)
            columns = setup_heading(cells)
        elif cells[columns.at["sample"]].strip():
            place = well_of(cells[columns.at["well"]], walk.plate_columns)
            if place:
                walk.expected.add(place)


def rows_of(book: Book, sheet: int) -> Rows:
    """Yield (row, cells) with the row numbers that a spreadsheet shows."""
    yield from enumerate(book.rows(sheet, Style.MACHINE), 1)
