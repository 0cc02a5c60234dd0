"""What a format is, and the little that all of them share.  Pure."""

import csv
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from server.lab.instruments import tables, texts
from server.lab.instruments.readings import Item, Notice, Reading, Unread
from server.lab.instruments.reasons import Why

# What a damaged zip or gzip raises, names in it that are no text and passwords included.
BROKEN_PACK = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
Read = Callable[[BinaryIO], Iterator[Item]]


class Box(StrEnum):
    """What the bytes are, before anybody asks what they say."""

    TEXT = "text"
    WORKBOOK = "workbook"
    RDML = "rdml"
    HL7 = "hl7"
    ASTM = "astm"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class Head:
    """What a format is known by: the box, its first letters, the names of its sheets."""

    box: Box
    text: str = ""
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file or message: its name for programs and people, its mark, its reader."""

    name: str
    title: str
    looks: Callable[[Head], bool]
    read: Read


def read_text(
    file: BinaryIO,
    *,
    empty_is_none: bool = False,
    hear: Callable[[Sequence[str]], None] | None = None,
    complete: Callable[[Item], Item] | None = None,
) -> Iterator[Item]:
    """Yield the items of a text table, however it is spelled; *hear* is told what is no table.

    *complete* puts into an item what was heard before its row, and nothing that is heard later.
    """
    spelling = texts.spelling_of(file)
    walk = tables.Walk(empty_is_none=empty_is_none, hear=hear)
    if spelling.guessed:
        walk.respell = texts.respell
        yield Notice(Why.GUESSED_LETTERS)
    text = texts.opened(file, spelling)
    items = tables.read(texts.rows_of(text, spelling), walk)
    items = map(complete, items) if complete else items
    try:
        yield from items if spelling.ended else _doubting_the_last(items, walk)
    except csv.Error as error:
        yield Notice(Why.DAMAGED, str(error))
    finally:
        text.detach()


def _doubting_the_last(items: Iterator[Item], walk: tables.Walk) -> Iterator[Item]:
    """Hold the last row back where its line is not ended: a Ct of 24.1 may have been cut to 2."""
    held: list[Item] = []
    for item in items:
        whole = not isinstance(item, (Reading, Unread))
        if held and not whole and item.row != getattr(held[-1], "row", None):  # type: ignore[union-attr]
            yield from held
            held = []
        if whole:
            yield item
        else:
            held.append(item)
    yield from (_doubted(item, walk) for item in held)
    if walk.reader is not None or walk.wide:
        yield Notice(Why.CUT_LAST_LINE)


def _doubted(item: Item, walk: tables.Walk) -> Item:
    columns = walk.columns
    open_row = walk.reader is not None or bool(walk.wide)
    if not open_row or columns is None or not isinstance(item, Reading):
        return item
    if walk.cells > columns.last + 1 and walk.cells >= columns.width:
        return item  # something that we do not read stands behind: our values are whole
    return Unread(
        item.row, Why.SHORT_ROW, item.well, item.sample, item.target, item.ct or item.call
    )
