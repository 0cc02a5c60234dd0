"""Labels from the page: any stock, as PDF or for a thermal printer; each time counted."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from uuid import UUID

from flask import request, send_file
from flask.typing import ResponseReturnValue

from labels.commands import command_sheet
from labels.face import Label
from labels.readers import reader_sheet
from labels.stock import STOCKS
from server.errors import BadInput
from server.forms import number, required_text
from server.sampling import lot_prints, lot_queries, rosters
from server.sampling.lot_prints import Order
from server.sampling.lot_ranges import run_of
from server.sampling.lot_tiles import Run
from server.sampling.lot_views import STOCK
from server.sampling.models import Lot
from server.web import Permission, actor, now, reading, requires, transaction

MIME = {"pdf": "application/pdf", "zpl": "application/octet-stream"}


@requires(Permission.LOT_WRITE)
def print_sheet(lot_id: str) -> ResponseReturnValue:
    """Give a lot's labels as PDF, for programs and old links; the page sends a form instead."""
    return _print(lot_id, {**request.args, "form": "pdf"})


@requires(Permission.LOT_WRITE)
def print_labels(lot_id: str) -> ResponseReturnValue:
    return _print(lot_id, request.form)


def _print(lot_id: str, fields: Mapping[str, str]) -> ResponseReturnValue:
    order = order_of(fields)
    with reading() as session:
        lot = lot_queries.lot_named(session, lot_id)
        run = run_of(session, lot, fields.get("first", ""), fields.get("last", ""))
        runs = lot_prints.printable(session, lot, run)
        labels = list(lot_prints.plain_labels(lot, runs))
    return _hand_out(lot, runs, labels, order)


@requires(Permission.LOT_WRITE)
def print_roster(roster_id: UUID) -> ResponseReturnValue:
    """Give the labels of a roster, with short names, in the order of the list."""
    order = order_of(request.form)
    with reading() as session:
        roster = rosters.roster_named(session, roster_id)
        lot = lot_queries.lot_named(session, roster.lot_id)
        run = run_of(session, lot, request.form.get("first", ""), request.form.get("last", ""))
        runs = lot_prints.printable(session, lot, run)
        labels = rosters.labels_of(roster, runs)
    return _hand_out(lot, runs, labels, order, roster=roster_id)


def _hand_out(
    lot: Lot, runs: Sequence[Run], labels: Iterable[Label], order: Order, roster: UUID | None = None
) -> ResponseReturnValue:
    paper = BytesIO()
    lot_prints.write(labels, order, paper)
    if request.method != "HEAD":
        with transaction() as session:
            lot_prints.record_print(session, lot, runs, order, roster=roster, by=actor(), now=now())
    paper.seek(0)
    return send_file(
        paper,
        MIME.get(order.form, MIME["zpl"]),
        download_name=f"{lot.id}-{order.stock.name}.{order.form}",
        as_attachment=order.form != "pdf",
    )


@requires(Permission.LOT_READ)
def print_commands() -> ResponseReturnValue:
    """Give the command cards and the card of sounds, for the swab tables."""
    paper = BytesIO()
    command_sheet(paper)
    return _shown(paper, "the-lenh.pdf")


@requires(Permission.LOT_READ)
def print_reader_sheet() -> ResponseReturnValue:
    """Give the sheet that sets up a tube reader, and proves it."""
    paper = BytesIO()
    reader_sheet(paper)
    return _shown(paper, "dau-doc.pdf")


def _shown(paper: BytesIO, name: str) -> ResponseReturnValue:
    paper.seek(0)
    return send_file(paper, MIME["pdf"], download_name=name)


def order_of(fields: Mapping[str, str]) -> Order:
    """Return what to print on; whatever is not said is as usual."""
    said = {"stock": STOCK, "form": "pdf", "start": "1", "copies": "1", **fields}
    name = required_text(said, "stock", longest=20)
    form = required_text(said, "form", longest=4)
    if name not in STOCKS or form not in lot_prints.FORMS:
        raise BadInput(
            "Chọn loại nhãn trong danh sách.", "Choose a label stock from the list.", field="stock"
        )
    return Order(
        STOCKS[name],
        form,
        start=number(said, "start", low=1, high=1000),
        copies=number(said, "copies", low=1, high=3),
        dpi=_dpi(said.get("dpi", "")),
    )


def _dpi(text: str) -> int | None:
    if not text:
        return None
    known = {str(dpi): dpi for dpi in lot_prints.RESOLUTIONS}
    if text not in known:
        raise BadInput(
            "Máy in có 203, 300 hoặc 600 dpi.", "Printers have 203, 300 or 600 dpi.", field="dpi"
        )
    return known[text]
