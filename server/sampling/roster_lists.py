"""The list of people that a factory or a hamlet hands in: pasted, or a file from a spreadsheet.

A line that cannot be read stops the whole list and is named.
"""

from server.errors import BadInput
from server.people.roster import Row, read

LONGEST = 5000
_HEADS = {"họ tên", "họ và tên", "ho ten", "ho va ten", "name", "tên", "họ"}
_WORKBOOK = b"PK\x03\x04"  # a zip file
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def people_of(text: str) -> list[Row]:
    """Return the people of *text*, a line each: name; year of birth; sex, the latter two optional.

    Fields may be parted by ; or tab or, where neither occurs, by commas.  Raises BadInput.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    parted = any(mark in line for line in lines for mark in ";\t")
    tidy = [_tidy(line, parted=parted) for line in lines]
    first = next((at for at, line in enumerate(tidy) if line), None)
    if first is not None and tidy[first].split(";")[0].strip().casefold() in _HEADS:
        tidy[first] = ""  # a heading; the lines below keep their numbers
    return read("\n".join(tidy), longest=LONGEST)


def text_of(content: bytes) -> str:
    """Return the text of a file, as spreadsheets save it.  Raises BadInput."""
    if content.startswith(_WORKBOOK):
        raise _not_text()
    try:
        return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_text() from error


def _not_text() -> BadInput:
    return BadInput(
        "Không đọc được tệp. Trong Excel chọn Lưu dưới dạng “CSV UTF-8”, hoặc dán danh sách vào"
        " ô bên cạnh.",
        "The file cannot be read. In Excel save it as “CSV UTF-8”, or paste the list instead.",
    )


def _tidy(line: str, *, parted: bool) -> str:
    fields = line.replace("\t", ";") if parted else line.replace(",", ";")
    shown = [field.strip().strip('"').strip() for field in fields.split(";")]
    return ";".join(shown) if any(shown) else ""
