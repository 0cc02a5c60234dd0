"""Labels for boxes of tubes: the box's code as bars and as a QR, and room to write a count.

Stick two on each box, on the lid and on a side: one opens it at the laboratory, one closes it.
"""

from collections.abc import Sequence
from typing import BinaryIO

from contract.boxes import BoxLabel
from labels.cards import CUT, GREY
from labels.codes import draw_qr, room_for
from labels.fonts import BOLD
from labels.pdf import Document, Page
from labels.stock import Stock, pages_of
from labels.symbols import code128, fit

_STOCK = Stock("BOXES", "Nhãn hộp, 10 nhãn một tờ A4", 95.0, 54.0, (210.0, 297.0),
               columns=2, rows=5, left=9.0, top=10.5, pitch_x=97.0, pitch_y=55.5)  # fmt: skip
_DPI = 300.0
_BARS = 14.0  # mm


def box_sheet(labels: Sequence[BoxLabel], out: BinaryIO) -> int:
    """Write *labels*, ten on an A4 page; return the number of pages."""
    with Document(out, "Ghép Mẫu · nhãn hộp") as document:
        for first, some in pages_of(labels, _STOCK.per_page):
            with document.page(*_STOCK.page) as page:
                for index, label in enumerate(some, first):
                    with page.moved(*_STOCK.place(index)):
                        _draw(page, label)
        return document.pages


def _draw(page: Page, label: BoxLabel) -> None:
    width, height = _STOCK.width, _STOCK.height
    page.panel((0, 0, width, height), radius=3, edge=CUT, thick=0.15)
    page.text(5, 10, "HỘP ỐNG MẪU", 13, weight=BOLD)
    page.text(5, 15, "Box of sample tubes", 8, colour=GREY)
    page.text(5, 24, label.box.grouped, 15, weight=BOLD)
    count = f"{label.tubes} ống" if label.tubes is not None else "…………… ống"
    page.text(5, 31.5, count, 13)
    size, quiet = room_for(label.text, 32)
    draw_qr(page, label.text, width - 33 + quiet, 2 + quiet, size)
    _bars(page, label.text, height - _BARS - 3)


def _bars(page: Page, text: str, top: float) -> None:
    code = code128(text)
    room = fit(code.modules, _STOCK.width, _DPI)
    left = (_STOCK.width - room.width_mm) / 2
    module = room.module_mm
    page.fill((left + at * module, top, wide * module, _BARS) for at, wide in code.bars)
