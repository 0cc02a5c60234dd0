"""A paper as offices write it, A4: heads on both sides, a title, numbered tables, signatures."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

from labels.cards import GREY
from labels.fonts import BOLD, MEDIUM, REGULAR, clean, shorten, width_mm, wrap
from labels.pdf import Colour, Document, Page

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT, TOP, BOTTOM = 20.0, 15.0, 16.0, 18.0
ROOM = WIDTH - LEFT - RIGHT
_BODY, _LINE, _ROW = 9.5, 5.0, 5.6
_WASH: Colour = (0.93, 0.95, 0.95)


@dataclass(frozen=True, slots=True)
class Block:
    """A numbered part: what it is about, a table (the first column widest), and a remark."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on the paper, in the language in which it is sent."""

    issuer: Sequence[str]  # lines at the left
    state: Sequence[str]  # lines at the right
    title: str
    about: Sequence[str]
    blocks: Sequence[Block]
    signs: Sequence[str]  # who signs, from left to right
    foot: str


class _Sheet:
    """The page in hand and how far it is written; another begins where no room is left."""

    def __init__(self, document: Document, foot: str) -> None:
        self._document, self._foot, self._open, self._number = document, foot, ExitStack(), 0
        self._begin()

    def _begin(self) -> None:
        self._number += 1
        self.page: Page = self._open.enter_context(self._document.page(WIDTH, HEIGHT))
        self.page.text(LEFT, HEIGHT - 9, self._foot, 7.5, colour=GREY)
        number = str(self._number)
        self.page.text(WIDTH - RIGHT, HEIGHT - 9, number, 8, align="right", colour=GREY)
        self.y = TOP

    def need(self, room: float) -> bool:
        """Begin another page where there is no such room; return whether one began."""
        if self.y + room <= HEIGHT - BOTTOM:
            return False
        self.end()
        self._begin()
        return True

    def end(self) -> None:
        self._open.close()


def write_paper(paper: Paper, out: BinaryIO) -> None:
    """Write *paper* to *out* as a PDF."""
    with Document(out, f"Ghép Mẫu · {paper.title}") as document:
        sheet = _Sheet(document, paper.foot)
        _head(sheet, paper)
        for number, block in enumerate(paper.blocks, 1):
            _block(sheet, number, block)
        _signs(sheet, paper.signs)
        sheet.end()


def _head(sheet: _Sheet, paper: Paper) -> None:
    for centre, lines in ((LEFT + 38, paper.issuer), (WIDTH - RIGHT - 48, paper.state)):
        for number, line in enumerate(lines):
            weight = BOLD if number == len(lines) - 1 or number == 0 else REGULAR
            sheet.page.text(
                centre, sheet.y + 4.6 * number, line, 9.5, weight=weight, align="centre"
            )
    sheet.y += 4.6 * max(len(paper.issuer), len(paper.state)) + 8
    for line in wrap(paper.title, ROOM, 14, BOLD):
        sheet.page.text(WIDTH / 2, sheet.y, line, 14, weight=BOLD, align="centre")
        sheet.y += 6.6
    for line in paper.about:
        sheet.page.text(WIDTH / 2, sheet.y, line, 10, align="centre")
        sheet.y += _LINE
    sheet.y += 3


def _block(sheet: _Sheet, number: int, block: Block) -> None:
    sheet.need(_LINE + 4 * _ROW)
    sheet.page.text(LEFT, sheet.y + 3.5, f"{number}. {block.title}", 11, weight=BOLD)
    sheet.y += 6
    widths = _widths(block)
    if block.rows:
        _heads(sheet, block, widths)
    for place, row in enumerate(block.rows):
        if sheet.need(_ROW):
            _heads(sheet, block, widths)
        if place % 2:
            sheet.page.fill([(LEFT, sheet.y, ROOM, _ROW)], _WASH)
        _cells(sheet, row, widths, sheet.y + 4.0, REGULAR)
        sheet.y += _ROW
    sheet.page.line([(LEFT, sheet.y), (LEFT + ROOM, sheet.y)], thick=0.3)
    sheet.y += 1.5
    for line in wrap(block.remark, ROOM, 8.5) if block.remark else ():
        sheet.need(_LINE)
        sheet.page.text(LEFT, sheet.y + 3.2, line, 8.5, colour=GREY)
        sheet.y += 4.2
    sheet.y += 4


def _widths(block: Block) -> list[float]:
    """Share the room out: numbers get what their heads need, the first column the rest."""
    most = ROOM * 0.62 / max(1, len(block.heads) - 1)
    wide = []
    for number, head in enumerate(block.heads[1:], 1):
        said = max((width_mm(clean(row[number]), _BODY) for row in block.rows), default=0.0)
        wide.append(max(said + 3, min(most, max(15.0, width_mm(head, 8.5, MEDIUM) + 3))))
    return [ROOM - sum(wide), *wide]


def _heads(sheet: _Sheet, block: Block, widths: Sequence[float]) -> None:
    lines = [
        wrap(head, wide - 2, 8.5, MEDIUM, lines=2)
        for head, wide in zip(block.heads, widths, strict=True)
    ]
    high = max(map(len, lines))
    for number in range(high):
        words = [each[number] if number < len(each) else "" for each in lines]
        _cells(sheet, words, widths, sheet.y + 3.4 + 3.8 * number, MEDIUM, 8.5)
    sheet.y += 3.8 * high + 1.6
    sheet.page.line([(LEFT, sheet.y), (LEFT + ROOM, sheet.y)], thick=0.3)


def _cells(
    sheet: _Sheet, words: Sequence[str], widths: Sequence[float], y: float, weight: str,
    points: float = _BODY,
) -> None:  # fmt: skip
    at = LEFT
    for number, (word, wide) in enumerate(zip(words, widths, strict=True)):
        said = shorten(word, wide - 2, points, weight)
        if number:
            sheet.page.text(at + wide - 1, y, said, points, weight=weight, align="right")
        else:
            sheet.page.text(at + 1, y, said, points, weight=weight)
        at += wide


def _signs(sheet: _Sheet, signs: Sequence[str]) -> None:
    sheet.need(40)
    slot = ROOM / max(1, len(signs))
    for number, who in enumerate(signs):
        middle = LEFT + slot * (number + 0.5)
        sheet.page.text(middle, sheet.y + 6, who, 10, weight=BOLD, align="centre")
