"""Lots: register, issue, print their labels; stations ask which are theirs."""

from io import BytesIO

import msgspec
from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from contract.lots import tubes_of
from contract.tubes import kind_of
from labels.errors import LabelError
from labels.sheet import Label, label_sheet
from labels.stock import STOCKS
from server.accounts.stations import signed_station
from server.errors import BadInput
from server.forms import number, optional_text, required_text
from server.sampling import lots, queries
from server.sampling.conflict_views import decide, show_conflicts
from server.sampling.models import Lot
from server.web import (
    Permission,
    actor,
    now,
    reading,
    requires,
    station_signed,
    t,
    transaction,
    user,
)

bp = Blueprint("sampling", __name__)
bp.get("/conflicts")(show_conflicts)
bp.post("/conflicts/<uuid:conflict_id>/decide")(decide)
STOCK = "L7651"
SERIES = {series: kind_of(series) for series in (*range(10, 40), *range(90, 100))}


@bp.get("/lots")
@requires(Permission.LOT_READ)
def list_lots() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "sampling/lots.html",
            rows=queries.lots_with_use(session),
            stations=queries.stations(session),
            series=SERIES,
        )


@bp.post("/lots")
@requires(Permission.LOT_WRITE)
def register() -> ResponseReturnValue:
    """Register a run of our serials, or, where `codes` is filled, a maker's tubes."""
    person = user()
    place = optional_text(request.form, "place", longest=64) or (person.place if person else "")
    station = optional_text(request.form, "station", longest=32) or None
    codes = request.form.get("codes", "").split()
    with transaction() as session:
        if codes:
            lot = lots.register_foreign_lot(
                session, codes, place=place, station=station, by=actor(), now=now()
            )
        else:
            lot = lots.register_lot(
                session,
                series=number(request.form, "series", low=0, high=99),
                count=number(request.form, "count", low=1, high=lots.LARGEST_LOT),
                place=place,
                station=station,
                by=actor(),
                now=now(),
            )
    flash(t(f"Đã đăng ký lô {lot.id}: {lot.size} ống.", f"Registered {lot.id}: {lot.size} tubes."))
    return redirect(url_for(".show_lot", lot_id=lot.id))


@bp.get("/lots/<lot_id>")
@requires(Permission.LOT_READ)
def show_lot(lot_id: str) -> ResponseReturnValue:
    with reading() as session:
        lot = lots.lot_named(session, lot_id)
        return render_template(
            "sampling/lot.html",
            lot=lot,
            used=queries.used_of(session, lot),
            stations=queries.stations(session),
            stocks=STOCKS,
            default=STOCK,
            codes=[code.code for code in lot.codes],
            ends=[*tubes_of(lots.wire_of(lot))][:: max(1, lot.size - 1)][:2],
        )


@bp.post("/lots/<lot_id>/station")
@requires(Permission.LOT_WRITE)
def issue(lot_id: str) -> ResponseReturnValue:
    station = optional_text(request.form, "station", longest=32) or None
    with transaction() as session:
        lots.issue_lot(session, lot_id, station, by=actor(), now=now())
    flash(t(f"Đã giao lô {lot_id}.", f"Issued {lot_id}."))
    return redirect(url_for(".show_lot", lot_id=lot_id))


@bp.get("/lots/<lot_id>/labels.pdf")
@requires(Permission.LOT_WRITE)
def print_labels(lot_id: str) -> ResponseReturnValue:
    """Print a lot's labels; the copies of one code stand beside each other."""
    name = required_text({"stock": STOCK, **request.args}, "stock", longest=20)
    if name not in STOCKS:
        raise BadInput("Chọn loại nhãn trong danh sách.", "Choose a label stock from the list.")
    start = number({"start": "1", **request.args}, "start", low=1, high=1000)
    copies = number({"copies": "1", **request.args}, "copies", low=1, high=3)
    with reading() as session:
        labels = _labels(lots.lot_named(session, lot_id))
    paper = BytesIO()
    try:
        label_sheet(labels, STOCKS[name], paper, start=start, copies=copies)
    except LabelError as error:
        raise BadInput(error.vi, error.en) from error
    paper.seek(0)
    return send_file(paper, "application/pdf", download_name=f"{lot_id}-{name}.pdf")


def _labels(lot: Lot) -> list[Label]:
    return [Label(tube) for tube in tubes_of(lots.wire_of(lot))]


@bp.get("/api/v1/stations/me/lots")
@station_signed
def my_lots() -> ResponseReturnValue:
    """Tell a station which tubes it may use."""
    station = signed_station()
    with reading() as session:
        wire = lots.lots_issued_to(session, station.id)
    return Response(msgspec.json.encode(wire), mimetype="application/json")
