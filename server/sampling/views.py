"""Lots: list and register them; stations ask which are theirs.  Where every page of tubes hangs."""

import msgspec
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contract.tubes import kind_of
from server.accounts.current import current_within, place_in
from server.accounts.stations import signed_station
from server.display import local
from server.forms import number, optional_text
from server.sampling import (
    doubt_views,
    identity_views,
    lot_balance,
    lot_parts,
    lot_print_views,
    lot_queries,
    lot_views,
    lots,
    numbering,
    printed_views,
    queries,
    roster_match_views,
    roster_views,
    roster_wire,
    shift_views,
)
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
)

bp = Blueprint("sampling", __name__)
bp.get("/conflicts")(show_conflicts)
bp.post("/conflicts/<uuid:conflict_id>/decide")(decide)
bp.get("/matters")(doubt_views.show_matters)
bp.post("/matters/<uuid:matter_id>/decide")(doubt_views.decide_matter)
bp.post("/pairings/<uuid:pairing_id>/deny")(doubt_views.deny_pairing)
bp.get("/slips")(doubt_views.show_slips)
bp.post("/slips/<uuid:group_id>/decide")(doubt_views.decide_slip)
bp.post("/slips/suspicions/<uuid:event_id>/decide")(doubt_views.decide_suspicion)
bp.get("/manual")(doubt_views.show_manual)
bp.post("/manual/<uuid:pairing_id>/look")(doubt_views.look_at_manual)
bp.get("/shifts")(shift_views.show_shifts)
bp.get("/identities")(identity_views.show_identities)
bp.post("/identities/<uuid:question_id>/answer")(identity_views.answer_disagreement)
bp.post("/identities/persons/<uuid:question_id>/answer")(identity_views.answer_question)
bp.get("/lots/<lot_id>")(lot_views.show_lot)
bp.post("/lots/<lot_id>/issue")(lot_views.issue)
bp.post("/lots/<lot_id>/return")(lot_views.take_back)
bp.post("/lots/<lot_id>/void")(lot_views.void)
bp.post("/lots/<lot_id>/voids/<uuid:void_id>/lift")(lot_views.lift)
bp.post("/lots/printed")(printed_views.register_printed)
bp.get("/lots/balance")(lot_views.show_balance)
bp.get("/lots/sheets/commands.pdf")(lot_print_views.print_commands)
bp.get("/lots/sheets/readers.pdf")(lot_print_views.print_reader_sheet)
bp.get("/lots/<lot_id>/labels.pdf")(lot_print_views.print_sheet)
bp.post("/lots/<lot_id>/labels")(lot_print_views.print_labels)
bp.get("/rosters")(roster_views.list_rosters)
bp.post("/rosters")(roster_views.read_list)
bp.get("/rosters/drafts/<uuid:draft_id>")(roster_views.show_draft)
bp.post("/rosters/drafts/<uuid:draft_id>/make")(roster_views.make_roster)
bp.get("/rosters/<uuid:roster_id>/matches")(roster_match_views.show_matches)
bp.post("/rosters/<uuid:roster_id>/matches")(roster_match_views.decide_matches)
bp.get("/rosters/<uuid:roster_id>")(roster_views.show_roster)
bp.post("/rosters/<uuid:roster_id>/labels")(lot_print_views.print_roster)
SHOWN = 150
NOT_MODIFIED = 304
SERIES = {series: kind_of(series) for series in (*range(10, 40), *range(90, 100))}


@bp.get("/lots")
@requires(Permission.LOT_READ)
def list_lots() -> ResponseReturnValue:
    with reading() as session:
        known = queries.newest_lots(session, SHOWN + 1)
        return render_template(
            "sampling/lots.html",
            lots=known[:SHOWN],
            older=len(known) > SHOWN,
            whole=lot_balance.in_whole(session, known[:SHOWN]),
            shared=lot_queries.lots_given_out(session),
            printed=lot_queries.times_printed(session),
            stations=queries.stations(session, current_within()),
            series=SERIES,
            restored=numbering.marks(session),
        )


@bp.post("/lots")
@requires(Permission.LOT_WRITE)
def register() -> ResponseReturnValue:
    """Register a run of our serials, or, where `codes` is filled, a maker's tubes."""
    lot = _registered()
    flash(t(f"Đã đăng ký lô {lot.id}: {lot.size} ống.", f"Registered {lot.id}: {lot.size} tubes."))
    return redirect(url_for(".show_lot", lot_id=lot.id))


def _registered() -> Lot:
    station = optional_text(request.form, "station", longest=32) or None
    codes = request.form.get("codes", "").split()
    with transaction() as session:
        lot_parts.check_station(session, station, current_within())
        named = optional_text(request.form, "place", longest=64)
        of_station = lot_parts.place_of(session, station) if station and not named else ""
        place = of_station or place_in(request.form)
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
        return lot


@bp.get("/api/v1/stations/me/lots")
@station_signed
def my_lots() -> ResponseReturnValue:
    """Tell a station which tubes it may use; one that receives, which may arrive."""
    station = signed_station()
    with reading() as session:
        wire = lots.lots_for(session, station.id)
    return Response(msgspec.json.encode(wire), mimetype="application/json")


@bp.get("/api/v1/stations/me/roster")
@station_signed
def my_roster() -> ResponseReturnValue:
    """Tell a station which of its tubes bear a label, and whose it is, as keyed hashes."""
    station, today = signed_station(), local(now()).date()
    with reading() as session:
        answer = Response(mimetype="application/json")
        answer.set_etag(roster_wire.version_of(session, station.id, day=today))
        answer.make_conditional(request)
        if answer.status_code != NOT_MODIFIED:
            wire = roster_wire.roster_for(session, station.id, day=today)
            answer.data = msgspec.json.encode(wire)
    return answer
