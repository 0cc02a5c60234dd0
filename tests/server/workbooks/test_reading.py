"""What a workbook does to its reader is done to a process of its own, and is told in a sentence."""

import signal
from contextlib import suppress
from io import BytesIO

import pytest
from python_calamine import CalamineError

from server import sheets
from server.errors import BadInput
from server.lab.instruments import table
from server.lab.instruments.readings import Notice
from server.lab.instruments.reasons import Why
from server.workbooks.cells import Style
from server.workbooks.child import Far, Reader
from server.workbooks.panics import PanicsTold, WorkbookPanic
from server.workbooks.reading import Killed, Trouble, Unreadable, opened
from tests.server.lab.instruments.biff import xls
from tests.server.workbooks.made import end_readers, out_of_bounds, with_far


@pytest.mark.parametrize("place", ["XFD1048576", "ALL60000"])
def test_a_stray_space_far_out_is_named_and_ends_nothing(place: str) -> None:
    content = with_far(place)
    assert len(content) < 6000
    with pytest.raises(BadInput, match=place):
        sheets.rows_of(content)
    assert list(table.read(BytesIO(content))[1]) == [Notice(Why.FAR_CELL, place)]


def test_a_wide_and_a_long_sheet_are_read() -> None:
    assert len(sheets.rows_of(with_far("A9000"))) == 9000
    with opened(BytesIO(with_far("XFD3"))) as book:
        assert [len(row) for row in book.rows(0, Style.MACHINE)] == [16384] * 3


def test_an_old_workbook_whose_last_cell_is_out_of_all_bounds_ends_its_reader_alone() -> None:
    content = out_of_bounds()
    with pytest.raises(Unreadable) as told, opened(BytesIO(content)) as book:
        list(book.rows(0, Style.LIST))
    assert told.value.why is Trouble.TOO_MUCH
    assert list(table.read(BytesIO(content))[1]) == [Notice(Why.ENDED_READER)]


def read_while(by: signal.Signals) -> None:
    with opened(BytesIO(with_far("A3000"))) as book:
        rows = book.rows(0, Style.LIST)
        next(rows)
        end_readers(by)
        list(rows)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_a_reader_that_somebody_kills_says_nothing_of_the_workbook(by: signal.Signals) -> None:
    with pytest.raises(Killed):
        read_while(by)


def test_a_workbook_that_takes_all_its_time_is_too_much() -> None:
    with pytest.raises(Unreadable) as told:
        read_while(signal.SIGXCPU)
    assert told.value.why is Trouble.TOO_MUCH


def test_separators_within_a_cell_do_not_part_it() -> None:
    content = xls({"DS": [["a\x1fb\x1ec", "d"], ["e", ""]]})
    assert sheets.rows_of(content)[0] == ["a b c", "d"]


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_any_byte_wrong_gives_rows_or_an_error_that_is_caught(kind: str) -> None:
    content = with_far() if kind == "xlsx" else xls({"DS": [["Họ tên", "Năm"], ["Mẫu", 1991.0]]})
    for at in range(0, len(content), 23):
        wrong = bytearray(content)
        wrong[at] ^= 0xFF
        for damaged in (bytes(wrong), content[:at]):
            with suppress(CalamineError, WorkbookPanic, OSError, ValueError, Far), PanicsTold():
                reader = Reader(BytesIO(damaged))
                for sheet in range(len(reader.names)):  # perhaps it has none any more
                    reader.rows(sheet, 0, 9, 9, Style.LIST)
