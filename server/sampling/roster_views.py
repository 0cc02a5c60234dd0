"""Rosters: hand in a list, print its labels in its order, see who came and who did not."""

from collections import Counter
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contract.tubes import TubeKind, kind_of
from server.audit import services as audit
from server.forms import number, optional_text, required_text
from server.sampling import lot_queries, queries, roster_lists, rosters
from server.sampling.lot_views import choices
from server.sampling.rosters import Presence
from server.web import Permission, actor, now, reading, requires, t, transaction, user

SERIES = [series for series in range(10, 40) if kind_of(series) is TubeKind.SAMPLING]
SHOWN = 200


@requires(Permission.ROSTER_READ)
def list_rosters() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "sampling/rosters.html",
            rosters=rosters.rosters(session),
            stations=queries.stations(session),
            series=SERIES,
            longest=roster_lists.LONGEST,
        )


@requires(Permission.LOT_WRITE)
def make_roster() -> ResponseReturnValue:
    """Take a pasted list, or a file of one, and make a tube ready for each."""
    file = request.files.get("file")
    pasted = request.form.get("people", "")
    people = roster_lists.people_of(
        roster_lists.text_of(file.read()) if file and file.filename else pasted
    )
    person = user()
    place = optional_text(request.form, "place", longest=64) or (person.place if person else "")
    with transaction() as session:
        roster = rosters.make_roster(
            session,
            people,
            title=required_text(request.form, "title", longest=40),
            series=number(request.form, "series", low=0, high=99),
            place=place,
            station=optional_text(request.form, "station", longest=32) or None,
            by=actor(),
            now=now(),
        )
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
        seats = rosters.seats(session, roster)
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
            **choices(),
        )
