"""Rosters: hand in a list, see how it was read, make it ready, see who came and who did not."""

from collections import Counter
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contract.tubes import TubeKind, kind_of
from server import sheets
from server.accounts.current import current_within, place_in
from server.audit import services as audit
from server.display import local
from server.forms import day_in, number, optional_text, required_text
from server.sampling import (
    lot_parts,
    lot_queries,
    queries,
    roster_drafts,
    roster_import,
    roster_matches,
    roster_seats,
    roster_words,
    rosters,
)
from server.sampling.lot_views import choices
from server.sampling.roster_seats import Presence
from server.web import Permission, actor, now, reading, requires, t, transaction

SERIES = [series for series in range(10, 40) if kind_of(series) is TubeKind.SAMPLING]
SHOWN = 200


@requires(Permission.ROSTER_READ)
def list_rosters() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "sampling/rosters.html",
            rosters=rosters.rosters(session, current_within()),
            stations=queries.stations(session, current_within()),
            series=SERIES,
            longest=roster_import.LONGEST,
            today=local(now()).date(),
        )


@requires(Permission.LOT_WRITE)
def read_list() -> ResponseReturnValue:
    """Take a pasted list, or a file of one, and show how it was read."""
    return redirect(url_for(".show_draft", draft_id=_read()))


def _read() -> UUID:
    file = request.files.get("file")
    if file and file.filename:
        rows = sheets.rows_of(file.read())
    else:
        rows = sheets.rows_of_text(request.form.get("people", ""))
    place = place_in(request.form)
    station = optional_text(request.form, "station", longest=32) or None
    with transaction() as session:
        lot_parts.check_station(session, station, current_within())
        draft = roster_drafts.stage_list(
            session,
            roster_import.read(rows, year=local(now()).year),
            title=required_text(request.form, "title", longest=40),
            series=number(request.form, "series", low=0, high=99),
            place=place,
            station=station,
            day=day_in(request.form.get("day", "")),
            by=actor(),
            now=now(),
        )
        return draft.id


@requires(Permission.LOT_WRITE)
def show_draft(draft_id: UUID) -> ResponseReturnValue:
    """Show what was taken, what was refused and why; nothing is made yet."""
    with transaction() as session:
        draft = roster_drafts.draft_named(session, draft_id)
        if draft.roster_id:
            return redirect(url_for(".show_roster", roster_id=draft.roster_id))
        read = roster_drafts.reading_of(draft)
        detail = f"{len(read.taken)} taken, {len(read.refused)} refused"
        audit.record(session, "roster.draft-read", draft.id, by=actor(), now=now(), detail=detail)
        return render_template(
            "sampling/roster_draft.html",
            draft=draft,
            read=read,
            shown=SHOWN,
            reasons=Counter(row.reason for row in read.refused),
            words=roster_words,
        )


@requires(Permission.LOT_WRITE)
def make_roster(draft_id: UUID) -> ResponseReturnValue:
    """Make a tube ready for each row that was taken."""
    with transaction() as session:
        roster = roster_drafts.make_ready(session, draft_id, by=actor(), now=now())
    flash(
        t(
            f"{roster.size} ống đã sẵn sàng, theo thứ tự danh sách. In nhãn rồi dán.",
            f"{roster.size} tubes stand ready, in the list's order. Print their labels.",
        )
    )
    return redirect(url_for(".show_roster", roster_id=roster.id))


@requires(Permission.ROSTER_READ)
def show_roster(roster_id: UUID) -> ResponseReturnValue:
    """Show the list, or those of it who came, who did not, or in whose place another came."""
    shown = request.args.get("show", "")
    page = number({"page": "1", **request.args}, "page", low=1, high=1000)
    with transaction() as session:
        roster = rosters.roster_named(session, roster_id)
        audit.record(session, "roster.read", roster.id, by=actor(), now=now())
    with reading() as session:
        roster = rosters.roster_named(session, roster_id)
        lot = lot_queries.lot_named(session, roster.lot_id)
        seats = roster_seats.seats(session, roster, current_within())
        asked = [seat for seat in seats if shown in ("", seat.presence)]
        return render_template(
            "sampling/roster.html",
            roster=roster,
            lot=lot,
            prints=lot_queries.prints_of(session, lot),
            counts=Counter(seat.presence for seat in seats),
            presences=Presence,
            show=shown,
            seats=asked[(page - 1) * SHOWN : page * SHOWN],
            page=page,
            pages=max(1, -(-len(asked) // SHOWN)),
            matches=roster_matches.waiting(session, roster_id, current_within()),
            **choices(),
        )
