"""The form for a lot that was printed before the database was restored."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.current import current_within, place_in
from server.forms import optional_text, tube_of
from server.sampling import lot_parts, printed_before
from server.web import Permission, actor, now, requires, t, transaction


@requires(Permission.LOT_WRITE)
def register_printed() -> ResponseReturnValue:
    first, last = tube_of(request.form, "first"), tube_of(request.form, "last")
    name = optional_text(request.form, "name", longest=20)
    station = optional_text(request.form, "station", longest=32) or None
    with transaction() as session:
        lot_parts.check_station(session, station, current_within())
        named = optional_text(request.form, "place", longest=64)
        of_station = lot_parts.place_of(session, station) if station and not named else ""
        lot = printed_before.register(
            session, first, last, name=name, place=of_station or place_in(request.form),
            station=station, by=actor(), now=now(),
        )  # fmt: skip
    flash(
        t(
            f"Lô {lot.id} được biết lại: {lot.size} ống. Không in gì.",
            f"{lot.id} is known again: {lot.size} tubes. Nothing is printed.",
        )
    )
    return redirect(url_for(".show_lot", lot_id=lot.id))
