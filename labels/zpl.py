"""Tube labels in ZPL II: the printer draws the bars, we draw the words as pictures.

The code is Code 128 set C for our own ids (`>;`), set B for makers' codes (`>:`); one ^XA..^XZ
a label, so that a stream of any length needs no more memory than one label.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import BinaryIO

from labels.face import Label
from labels.report import SheetReport
from labels.stock import Stock
from labels.thermal import Block, Dotted, dotted, exact


def zpl(
    labels: Iterable[Label],
    stock: Stock,
    out: BinaryIO,
    *,
    copies: int = 1,
    dpi: float = 203.2,
    darkness: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> SheetReport:
    """Write *labels* for a roll of *stock* to *out*; `darkness` (0 to 30) is left alone if None.

    Raises DoesNotFit for sheets, and for resolutions that thermal printers do not have.
    """
    dpi = exact(dpi)
    report = SheetReport(0, 0, 0, dpi)
    setting = f"~SD{darkness:02d}\n" if darkness is not None else ""
    out.write(setting.encode("ascii"))
    for label in dotted(labels, stock, dpi, copies, progress):
        out.write(_label(label, copies).encode("ascii"))
        report = report.counting(label.face, codes=1, labels=copies)
    return replace(report, pages=report.labels)


def _label(label: Dotted, copies: int) -> str:
    own = label.face.code.text.isdigit() and len(label.face.code.text) % 2 == 0
    start = ">;" if own else ">:"
    parts = [
        f"^XA^PW{label.width}^LL{label.height}^LH0,0^LS0",
        f"^FO{label.code_x},{label.code_y}^BY{label.face.fit.dots}",
        f"^BCN,{label.bar_height},N,N,N,N^FD{start}{label.face.code.text}^FS",
        *(_block(block) for block in label.blocks),
        f"^PQ{copies}^XZ\n",
    ]
    return "".join(parts)


def _block(block: Block) -> str:
    dots = block.dots
    size = len(dots.data)
    data = _packed(dots.data, dots.row_bytes)
    return f"^FO{block.x},{block.y}^GFA,{size},{size},{dots.row_bytes},{data}^FS"


def _packed(data: bytes, row_bytes: int) -> str:
    """Return *data* in ZPL's own short hexadecimal: ',' ends a row of zeros, ':' repeats a row."""
    rows, before = [], ""
    for at in range(0, len(data), row_bytes):
        row = data[at : at + row_bytes].hex().upper()
        kept = row.rstrip("0")
        kept += "0" * (len(kept) % 2)
        short = f"{kept}," if len(kept) < len(row) else row
        rows.append(":" if row == before else short)
        before = row
    return "".join(rows)
