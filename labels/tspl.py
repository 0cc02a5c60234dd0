"""Tube labels in TSPL, the language of many low-cost thermal printers.

The printer draws the bars; the words go as pictures (BITMAP, where 0 is black).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import BinaryIO

from labels.face import Label
from labels.report import SheetReport
from labels.stock import Stock
from labels.thermal import Block, Dotted, dotted, exact


def tspl(
    labels: Iterable[Label],
    stock: Stock,
    out: BinaryIO,
    *,
    copies: int = 1,
    dpi: float = 203.2,
    gap_mm: float = 2.0,
    progress: Callable[[int], None] | None = None,
) -> SheetReport:
    """Write *labels* for a roll of *stock* to *out*; `gap_mm` is the gap between two labels.

    Raises DoesNotFit for sheets, and for resolutions that thermal printers do not have.
    """
    dpi = exact(dpi)
    report = SheetReport(0, 0, 0, dpi)
    out.write(
        f"SIZE {stock.width:g} mm,{stock.height:g} mm\r\nGAP {gap_mm:g} mm,0 mm\r\n"
        "DIRECTION 1\r\nREFERENCE 0,0\r\n".encode("ascii")
    )
    for label in dotted(labels, stock, dpi, copies, progress):
        out.write(_label(label, copies))
        report = report.counting(label.face, codes=1, labels=copies)
    return replace(report, pages=report.labels)


def _label(label: Dotted, copies: int) -> bytes:
    head = (
        f"CLS\r\nBARCODE {label.code_x},{label.code_y},"
        f'"128",{label.bar_height},0,0,{label.face.fit.dots},{label.face.fit.dots},"{label.face.code.text}"\r\n'
    )
    words = b"".join(_block(block) for block in label.blocks)
    return head.encode("ascii") + words + f"PRINT 1,{copies}\r\n".encode("ascii")


def _block(block: Block) -> bytes:
    dots = block.dots
    head = f"BITMAP {block.x},{block.y},{dots.row_bytes},{dots.height},0,"
    return head.encode("ascii") + bytes(255 - byte for byte in dots.data) + b"\r\n"
