"""Hand out a lot's labels to be printed, and keep each run: who, when, on what, which tubes.

A reprint carries the same ids.  Void tubes are left out: their labels must not exist twice, nor at
all.  The paper is made first and outside the transaction (20 000 labels take their time); a run is
kept before its paper leaves, so that nothing is printed uncounted.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from labels.sheet import Label, label_sheet
from labels.stock import Stock
from labels.thermal import exact
from labels.tspl import tspl
from labels.zpl import zpl
from server.audit import services as audit
from server.errors import DomainError
from server.sampling import lot_queries
from server.sampling.lot_models import PrintRun
from server.sampling.lot_tiles import Run
from server.sampling.models import Lot

FORMS = ("pdf", "zpl", "tspl")
RESOLUTIONS = (203, 300, 600)


class NothingToPrint(DomainError):
    code = "nothing-to-print"


@dataclass(frozen=True, slots=True)
class Order:
    """What to print on: `dpi` None is what the stock is usually printed at."""

    stock: Stock
    form: str = "pdf"
    start: int = 1
    copies: int = 1
    dpi: int | None = None

    @property
    def dots(self) -> float:
        """Dots an inch, as the printer has them: a thermal one sold as 203 has 203.2."""
        dpi = self.dpi or self.stock.dpi
        return exact(dpi) if self.stock.roll else float(dpi)


def printable(session: Session, lot: Lot, run: Run) -> list[Run]:
    """Return the tubes of *run* that are not void.  Raises NothingToPrint, for a lot that was
    printed before a restore too: nobody knows of which of its labels there are two then."""
    if lot.printed_before:
        raise NothingToPrint(
            f"Nhãn của lô {lot.id} đã in trước khi khôi phục máy chủ, không in lần nữa. Nhãn hỏng:"
            " hủy ống đó, dùng ống khác.",
            f"The labels of {lot.id} were printed before the server was restored, and are not"
            " printed again. Where one is damaged, make the tube void and use another.",
        )
    tiles = lot_queries.tiles_of(session, lot)
    runs = [common for tile in tiles if not tile.void and (common := tile.run.common(run))]
    if not runs:
        raise NothingToPrint(
            "Không có nhãn nào để in: các ống này đều đã bị hủy.",
            "There is nothing to print: all of these tubes are void.",
        )
    return runs


def plain_labels(lot: Lot, runs: Sequence[Run]) -> Iterator[Label]:
    return (Label(tube) for tube in lot_queries.tubes_in(lot, runs))


def write(labels: Iterable[Label], order: Order, out: BinaryIO) -> None:
    """Write what the printer is to get.  Raises LabelError."""
    if order.form == "pdf":
        label_sheet(
            labels, order.stock, out, start=order.start, copies=order.copies, dpi=order.dots
        )
        return
    thermal = zpl if order.form == "zpl" else tspl
    thermal(labels, order.stock, out, copies=order.copies, dpi=order.dots)


def record_print(
    session: Session,
    lot: Lot,
    runs: Sequence[Run],
    order: Order,
    *,
    roster: UUID | None = None,
    by: str,
    now: datetime,
) -> PrintRun:
    """Keep that the labels of *runs* were handed out to be printed."""
    printed = PrintRun(
        id=uuid4(), lot_id=lot.id, first=runs[0].first, last=runs[-1].last,
        codes=sum(run.size for run in runs), copies=order.copies, form=order.form,
        stock=order.stock.name, start=order.start,
        dpi=order.dpi or round(order.stock.dpi), roster_id=roster, at=now, by=by,
    )  # fmt: skip
    session.add(printed)
    detail = (
        f"{printed.first}-{printed.last}: {printed.codes} codes x {order.copies},"
        f" {printed.stock} {order.form}"
    )
    audit.record(session, "lot.printed", lot.id, by=by, now=now, detail=detail)
    if roster is not None:  # with short names, for whoever takes the sheet
        audit.record(session, "roster.printed", roster, by=by, now=now, detail=detail)
    session.flush()
    return printed
