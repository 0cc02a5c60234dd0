"""Bytes become lines of cells, in whatever letters and with whatever sign between them.  Pure.

UTF-8 and UTF-16 with or without a mark are known for certain.  Anything else is read as Western
letters (from which TCVN3 and VNI can be told) with a notice, because only names suffer by it; as
Japanese, Chinese, Korean or Russian where only so a heading of results is found.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from contract import legacy_text
from server.lab.instruments.columns import heading

HEAD = 65536
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DELIMITERS = "\t;,|"
_ABROAD = ("cp932", "gb18030", "big5", "cp949", "cp1251")
_LOOKED_THROUGH = 2000  # lines in which a heading is looked for
_LONGEST_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a file's text is written."""

    encoding: str
    guessed: bool
    delimiter: str
    ended: bool  # the last line has its end


def spelling_of(file: BinaryIO) -> Spelling:
    """Find out how *file* is written; it is read through once and left at its beginning."""
    file.seek(0)
    head = file.read(HEAD)
    encoding, guessed = _encoding(file, head)
    text = head.decode(encoding, errors="replace")
    ended = _ended(file, width={"16": 2, "32": 4}.get(encoding[4:6], 1))
    file.seek(0)
    return Spelling(encoding, guessed, delimiter_of(text), ended)


def _encoding(file: BinaryIO, head: bytes) -> tuple[str, bool]:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, False
    nulls = head[:512].count(0)
    if nulls * 3 > len(head[:512]):
        return ("utf-16-be" if head[:1] == b"\0" else "utf-16-le"), False
    return ("utf-8", False) if _is_utf_8(file) else (_guess(head), True)


def _guess(head: bytes) -> str:
    western = head.decode("cp1252", errors="replace")
    if any(map(_has_heading, (western, *respell(western)))):
        return "cp1252"
    spoken = (each for each in _ABROAD if _has_heading(head.decode(each, errors="replace")))
    return next(spoken, "cp1252")


def _has_heading(text: str) -> bool:
    lines = text.splitlines()[:_LOOKED_THROUGH]
    return any(heading(row) for delimiter in _DELIMITERS for row in _cells(lines, delimiter))


def _is_utf_8(file: BinaryIO) -> bool:
    file.seek(0)
    held = b""
    while part := file.read(1 << 20):
        whole = held + part
        try:
            whole.decode("utf-8")
            held = b""
        except UnicodeDecodeError as error:
            if len(whole) - error.start > 3 or error.reason != "unexpected end of data":
                return False
            held = whole[error.start :]
    return True  # a letter cut in two at the very end is a cut file, not another encoding


def _ended(file: BinaryIO, *, width: int) -> bool:
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - width))
    tail = file.read().replace(b"\0", b"")
    return size == 0 or tail in {b"\n", b"\r"}


def delimiter_of(text: str) -> str:
    """Return the sign between cells: the one by which a heading of results is found, or else the
    one that stands in most lines."""
    lines = text.splitlines()[:_LOOKED_THROUGH]
    counts = {}
    for delimiter in _DELIMITERS:
        rows = list(_cells(lines, delimiter))
        if any(heading(row) for row in rows):
            return delimiter
        counts[delimiter] = sum(len(row) > 1 for row in rows)
    return max(counts, key=lambda each: counts[each])


def _cells(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return


def opened(file: BinaryIO, spelling: Spelling) -> io.TextIOWrapper:
    """Return *file* as text; detach it in the end, for the file is the caller's."""
    return io.TextIOWrapper(file, spelling.encoding, errors="replace", newline="")


def rows_of(text: Iterable[str], spelling: Spelling) -> Iterator[tuple[int, list[str]]]:
    """Yield (row, cells), counted from 1 as a spreadsheet shows them.  Raises csv.Error.

    Up to the first quotation mark a line is its cells and the signs between them; from there on
    Python's reader says what is what, more slowly.
    """
    csv.field_size_limit(_LONGEST_CELL)
    delimiter, lines = spelling.delimiter, iter(text)
    for number, line in enumerate(lines, 1):
        if '"' in line or len(line) > _LONGEST_CELL:
            yield from enumerate(csv.reader(chain([line], lines), delimiter=delimiter), number)
            return
        plain = line.rstrip("\r\n")
        yield number, plain.split(delimiter) if plain else []


def respell(text: str) -> tuple[str, str, str]:
    """Return the ways in which Western letters may have been meant: TCVN3, VNI, Windows-1258."""
    windows = text.encode("cp1252", errors="replace").decode("cp1258", errors="replace")
    return legacy_text.decode_tcvn3(text), legacy_text.decode_vni(text), windows
