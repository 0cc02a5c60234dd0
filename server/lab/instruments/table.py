"""The one table of formats, and how a file is recognised: by what is in it, never by its name."""

import gzip
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import BinaryIO, cast

from server.lab.instruments import (
    astm_records,
    cfx,
    design_analysis,
    hl7_messages,
    lightcycler,
    plain,
    quantstudio,
    rdml,
    texts,
    workbooks,
)
from server.lab.instruments.formats import BROKEN_PACK, Box, Format, Head, Read
from server.lab.instruments.readings import Item, Notice
from server.lab.instruments.reasons import Why

# The first that knows the file reads it: from the particular to the plain.
FORMATS = (
    hl7_messages.FORMAT, astm_records.FORMAT, rdml.FORMAT,
    quantstudio.WORKBOOK, design_analysis.FORMAT, cfx.WORKBOOK, plain.WORKBOOK,
    lightcycler.FORMAT, cfx.TEXT, quantstudio.TEXT, plain.TEXT,
)  # fmt: skip
BY_NAME = {each.name: each for each in FORMATS}
LARGEST_UNPACKED = 256 << 20
_HL7 = re.compile(rb"^[\s\x0b]*(?:\xef\xbb\xbf)?[\s\x0b]*(?:MSH|FHS|BHS)[^\w\s]|\x0bMSH[^\w\s]")
_ASTM = re.compile(
    rb"^[\x05\s]*(?:\xef\xbb\xbf)?\x02?[0-7]?H[^\w\s][^\w\s]|[\x02\x05][0-7]?H[^\w\s][^\w\s]"
)
_NOISE = 512  # bytes before the first frame of a capture
_FRAMED = re.compile(rb"^[\x05\s]*\x02")


class Unfit(Exception):
    """The file cannot be opened; `notice` says why."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice.seen)
        self.notice = notice


def sniff(file: BinaryIO) -> Format | None:
    """Return the format of *file* (seekable), None where nobody knows it."""
    head = _head(file)
    return next((each for each in FORMATS if each.looks(head)), None)


def read(
    file: BinaryIO, readers: Mapping[str, Read] | None = None
) -> tuple[Format | None, Iterator[Item]]:
    """Return the format of *file* and its items; gzip and a zip of one file are opened first.

    *readers* stand in for a format's own, such as one that knows a machine's profile.
    """
    try:
        inside = unpacked(file)
    except Unfit as unfit:
        return None, iter([unfit.notice])
    found = sniff(inside)
    if found is None:
        empty = inside.seek(0, io.SEEK_END) == 0
        return None, iter([Notice(Why.EMPTY_FILE if empty else Why.UNKNOWN_FORMAT)])
    return found, (readers or {}).get(found.name, found.read)(inside)


def unpacked(file: BinaryIO) -> BinaryIO:
    """Return what a gzip, or a zip with a single export in it, holds; else the file itself.

    Raises Unfit for what is damaged, cut short or too large.
    """
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    try:
        if start.startswith(b"\x1f\x8b"):
            return _bounded(cast("BinaryIO", gzip.GzipFile(fileobj=file)))
        if start.startswith(b"PK"):
            return _member(file)
    except BROKEN_PACK as error:
        raise Unfit(Notice(Why.DAMAGED, str(error)[:120])) from error
    return file


def _member(file: BinaryIO) -> BinaryIO:
    with zipfile.ZipFile(file) as packed:
        members = [each for each in packed.infolist() if not each.is_dir()]
        names = [each.filename for each in members]
        office = any(name.startswith(("[Content_Types]", "xl/")) for name in names)
        if office or any(name.endswith("rdml_data.xml") for name in names) or len(members) != 1:
            return file
        with packed.open(members[0]) as inside:
            return _bounded(cast("BinaryIO", inside))


def _bounded(packed: BinaryIO) -> BinaryIO:
    content = packed.read(LARGEST_UNPACKED + 1)
    if len(content) > LARGEST_UNPACKED:
        raise Unfit(Notice(Why.TOO_LARGE_INSIDE))
    return io.BytesIO(content)


def _head(file: BinaryIO) -> Head:
    file.seek(0)
    start = file.read(texts.HEAD)
    file.seek(0)
    if start.startswith(b"PK"):
        return _zipped(file)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return Head(Box.WORKBOOK, sheets=workbooks.sheets_of(file))
    spoken = start[:_NOISE]
    if b"\0" in spoken:
        spoken = spoken.decode(texts.spelling_of(file).encoding, errors="replace").encode()
    if _HL7.search(spoken):
        return Head(Box.HL7)
    if _ASTM.search(spoken):
        return Head(Box.ASTM)
    if not start or _FRAMED.match(start):
        return Head(Box.ODD)
    return _textual(file, start)


def _zipped(file: BinaryIO) -> Head:
    try:
        with zipfile.ZipFile(file) as packed:
            rdml_inside = any(name.endswith("rdml_data.xml") for name in packed.namelist())
    except BROKEN_PACK:
        return Head(Box.WORKBOOK)  # damaged: the reader of workbooks says so
    return Head(Box.RDML) if rdml_inside else Head(Box.WORKBOOK, sheets=workbooks.sheets_of(file))


def _textual(file: BinaryIO, start: bytes) -> Head:
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") and b"rdml" in start[:2000]:
        return Head(Box.RDML)
    spelling = texts.spelling_of(file)
    text = start.decode(spelling.encoding, errors="replace")
    control = sum(1 for letter in text[:4096] if ord(letter) < 32 and letter not in "\r\n\t\f\x1a")
    if control > 8 + len(text[:4096]) // 50:
        return Head(Box.ODD)
    return Head(Box.TEXT, text)
