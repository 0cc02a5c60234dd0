"""An old workbook that is cut, or has rotten bytes, is refused with a sentence, whatever breaks."""

from contextlib import suppress

from server import sheets
from server.errors import BadInput
from tests.server.lab.instruments.biff import xls

ROWS = [["Họ tên", "Năm sinh"], ["Nguyễn Thị Mẫu", 1991.0]]


def test_a_list_in_an_old_workbook_is_read() -> None:
    content = xls({"DS": ROWS})
    assert sheets.rows_of(content)[1] == ["Nguyễn Thị Mẫu", "1991"]


def test_a_damaged_one_is_refused() -> None:
    content = xls({"DS": ROWS})
    for at in range(8, 3000, 797):
        for damaged in (content[:at], content[:at] + b"\xff" * 40 + content[at + 40 :]):
            with suppress(BadInput):
                assert sheets.rows_of(damaged) is not None
