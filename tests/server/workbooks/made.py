"""Workbooks with cells where nobody puts any."""

from io import BytesIO

from openpyxl import Workbook


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
