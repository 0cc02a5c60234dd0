"""A list as a file: a workbook or text, in any Vietnamese encoding, becomes rows of cells.

No row is judged here.  Excel keeps numbers and dates as such: they come back as people see them.
"""

import csv
from collections.abc import Iterable
from io import BytesIO, StringIO
from itertools import islice
from zipfile import BadZipFile, ZipFile

from contract import legacy_text, names
from server.errors import BadInput
from server.workbooks.cells import Style
from server.workbooks.reading import Killed, Trouble, Unreadable, opened

Rows = list[list[str]]
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_LARGEST = 200 << 20  # bytes of a workbook once unpacked
_MOST_ROWS, _MOST_CELLS = 20_000, 60
_MARKS = "\t;,|"


def rows_of(content: bytes) -> Rows:
    """Return the rows of a file (CSV, text, XLSX, XLS, ODS).  Raises BadInput."""
    rows = _sheet(content) if content.startswith((_ZIP, _OLD_EXCEL)) else _lines(content)
    return _decoded(rows)


def rows_of_text(text: str) -> Rows:
    """Return the rows of a pasted list."""
    return _decoded(_split(text))


def _lines(content: bytes) -> Rows:
    return _split(legacy_text.text_of(content))


def _split(text: str) -> Rows:
    text = text.removeprefix("\ufeff").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    head = text[:20_000]
    mark = max(_MARKS, key=head.count)
    rows = csv.reader(StringIO(text), delimiter=mark, strict=False)
    return [row[:_MOST_CELLS] for row in islice(rows, _MOST_ROWS)]


def _sheet(content: bytes) -> Rows:
    """Return the sheet that holds most; others are covers, keys or empty."""
    _check_size(content)
    try:
        with opened(BytesIO(content)) as book:
            sheets = [
                list(islice(book.rows(at, Style.LIST, width=_MOST_CELLS), _MOST_ROWS))
                for at in range(len(book.names))
            ]
    except Unreadable as error:
        raise _refusal(error) from error
    except Killed as error:
        raise BadInput(
            "Máy chủ đang thiếu bộ nhớ nên việc đọc tệp bị dừng. Gửi lại sau ít phút.",
            "The server is short of memory and reading was stopped. Send it again in some minutes.",
        ) from error
    return max(sheets, key=lambda rows: sum(map(any, rows)), default=[])


def _refusal(error: Unreadable) -> BadInput:
    if error.why is Trouble.PASSWORD:
        return BadInput(
            "Tệp Excel có mật khẩu. Bỏ mật khẩu rồi gửi lại.",
            "The workbook has a password. Take it off and send it again.",
        )
    if error.why is Trouble.FAR:
        return BadInput(
            f"Bảng tính có ô rất xa các ô khác ({error.seen}). Xoá các hàng và cột thừa, hoặc chép"
            " danh sách sang tệp mới, rồi gửi lại.",
            f"The workbook has a cell very far from the others ({error.seen}). Delete the rows and"
            " columns that are not needed, or copy the list into a new file, and send it again.",
        )
    return _unreadable()


def _check_size(content: bytes) -> None:
    if not content.startswith(_ZIP):
        return
    try:
        with ZipFile(BytesIO(content)) as archive:
            size = sum(each.file_size for each in archive.infolist())
    except BadZipFile as error:
        raise _unreadable() from error
    if size > _LARGEST:
        raise _unreadable()


def _unreadable() -> BadInput:
    return BadInput(
        "Không đọc được tệp. Mở tệp trong Excel, lưu lại (.xlsx hoặc CSV), hoặc dán danh sách.",
        "The file cannot be read. Open it in Excel and save it again (.xlsx or CSV), or paste it.",
    )


def _decoded(rows: Rows) -> Rows:
    """Bring each column to Unicode by what all of it says: one name alone may be two names."""
    width = max(map(len, rows), default=0)
    for at in range(width):
        column = [row[at] for row in rows if at < len(row)]
        charset = legacy_text.detect("\n".join(column))
        _decode_column(rows, at, charset)
    return [[names.display(cell) for cell in row] for row in rows]


def _decode_column(rows: Iterable[list[str]], at: int, charset: legacy_text.Charset) -> None:
    if charset == "unicode":
        return
    read = legacy_text.decode_tcvn3 if charset == "tcvn3" else legacy_text.decode_vni
    for row in rows:
        if at < len(row) and not row[at].isascii():
            row[at] = _better(row[at], read(row[at]))


def _better(as_it_is: str, decoded: str) -> str:
    """A heading may be in Unicode above a column that is not."""
    return as_it_is if names.is_vietnamese(as_it_is) and not _odd(as_it_is) else decoded


def _odd(text: str) -> bool:
    return legacy_text.detect(text) != "unicode"
