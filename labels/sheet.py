"""Tube labels as a PDF: any number of them, one page in memory at a time.

Nothing is drawn around a label: a border would only show how far the paper had slipped.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from typing import BinaryIO

from labels.face import Face, Label, face_of
from labels.pdf import Document, Page
from labels.report import SheetReport
from labels.stock import Stock, check_start, pages_of

__all__ = ["Label", "SheetReport", "label_sheet"]
Progress = Callable[[int], None]


def label_sheet(
    labels: Iterable[Label],
    stock: Stock,
    out: BinaryIO,
    *,
    start: int = 1,
    copies: int = 1,
    offset_mm: tuple[float, float] = (0.0, 0.0),
    scale: float = 1.0,
    progress: Progress | None = None,
    dpi: float | None = None,
    ladder: bool = False,
    title: str = "",
) -> SheetReport:
    """Write *labels* to *out*, beginning at label *start* of the first page.

    `offset_mm` (right, down) and `scale` come from the calibration page; `copies` (1 to 3) stand
    beside each other; `progress` is called with the number of codes done.  Raises DoesNotFit.
    """
    check_start(stock, start, copies)
    dpi = dpi or stock.dpi
    report = SheetReport(0, 0, 0, dpi)
    faces = (face_of(label, stock, dpi, ladder=ladder) for label in labels)
    copied = chain.from_iterable([face] * copies for face in faces)
    with Document(out, title or f"Ghép Mẫu · {stock.name}") as document:
        for first, batch in pages_of(copied, stock.per_page, start - 1):
            with document.page(*stock.page) as page, page.moved(*offset_mm, scale=scale):
                for index, face in enumerate(batch, first):
                    draw_label(page, face, *stock.place(index), dpi)
                    report = report.counting(face, codes=report.labels % copies == 0, labels=1)
            if progress is not None:
                progress(report.codes)
        if not document.pages:
            _say_empty(document, stock)
        return replace(report, pages=document.pages)


def draw_label(page: Page, face: Face, x: float, y: float, dpi: float) -> None:
    """Draw *face* with its stock's top left corner at (x, y); bars start on a printer dot."""
    if face.turned:
        with page.moved(x + face.height, y, degrees=90):
            _draw(page, face, dpi, 0.0, y)
        return
    _draw(page, face, dpi, x, x, y)


def _draw(page: Page, face: Face, dpi: float, x: float, along: float, y: float = 0.0) -> None:
    """Draw at (x, y); `along` is where the code's axis starts on the page, to find its dots."""
    dot = 25.4 / dpi
    left = round((along + face.code_x) / dot) * dot - along + x
    module = face.fit.module_mm
    page.fill(
        (left + first * module, y + face.code_y, wide * module, face.bar_height)
        for first, wide in face.code.bars
    )
    for words in face.words:
        page.text(x + words.x, y + words.y, words.text, words.points,
                  weight=words.weight, align=words.align)  # fmt: skip


def _say_empty(document: Document, stock: Stock) -> None:
    with document.page(*stock.page) as page:
        page.text(stock.page[0] / 2, stock.page[1] / 2, "Không có nhãn nào", 8, align="centre")
