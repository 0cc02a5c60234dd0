"""One lot: who holds its tubes; issue them, take them back, void them, see that they add up."""

from collections.abc import Mapping
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from labels.stock import STOCKS
from server.accounts.current import current_within
from server.errors import BadInput, NotFound
from server.forms import optional_text, required_text
from server.sampling import lot_balance, lot_parts, lot_prints, lot_queries, queries, rosters
from server.sampling.lot_ranges import run_of
from server.sampling.lot_tiles import STORE, Holder, Run
from server.sampling.models import Lot
from server.web import Permission, actor, may, now, reading, requires, t, transaction

STOCK = "L7651"


@requires(Permission.LOT_READ)
def show_lot(lot_id: str) -> ResponseReturnValue:
    with reading() as session:
        lot = lot_queries.lot_named(session, lot_id)
        tiles = lot_queries.tiles_of(session, lot)
        used = lot_queries.used_positions(session, lot)
        roster = rosters.roster_of(session, lot.id)
        return render_template(
            "sampling/lot.html",
            lot=lot,
            balances=lot_balance.balances_of(session, lot),
            parts=[(tile, lot_queries.count_within(used, tile.run)) for tile in tiles],
            voids={void.id: void for void in lot_queries.voids_of(session, lot)},
            moves=lot_queries.moves_of(session, lot),
            prints=lot_queries.prints_of(session, lot),
            roster=roster,
            may_change=may(Permission.LOT_WRITE) and current_within().covers(lot.place),
            elsewhere=may(Permission.LOT_WRITE) and not current_within().covers(lot.place),
            may_open=roster is not None
            and may(Permission.ROSTER_READ)
            and current_within().covers(roster.place),
            stations=queries.stations(session, current_within()),
            tube_at=lot_queries.tube_at,
            **choices(),
        )


def choices() -> dict[str, object]:
    """Return what labels can be printed on."""
    return {
        "stocks": STOCKS,
        "default": STOCK,
        "forms": lot_prints.FORMS,
        "resolutions": lot_prints.RESOLUTIONS,
    }


@requires(Permission.LOT_READ)
def show_balance() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "sampling/balance.html",
            balances=lot_balance.balances(session),
            stations={station.id: station for station in queries.stations(session)},
        )


@requires(Permission.LOT_WRITE)
def issue(lot_id: str) -> ResponseReturnValue:
    """Issue the tubes of a range (empty: all) to a station, a team, or both."""
    to = Holder(
        optional_text(request.form, "station", longest=32) or None,
        optional_text(request.form, "team", longest=64),
    )
    if to.is_store:
        raise BadInput(
            "Chọn trạm, hoặc ghi tên đội, điểm nhận ống.",
            "Choose a station, or name the team or site that gets the tubes.",
            field="station",
        )
    return _move(lot_id, to)


@requires(Permission.LOT_WRITE)
def take_back(lot_id: str) -> ResponseReturnValue:
    """Take the unused tubes of a range back into the store."""
    return _move(lot_id, STORE)


def _move(lot_id: str, to: Holder) -> ResponseReturnValue:
    with transaction() as session:
        lot_parts.check_station(session, to.station, current_within())
        run = _run(session, lot_queries.lot_named(session, lot_id), request.form)
        moved = lot_parts.move_tubes(session, lot_id, run, to, by=actor(), now=now())
    vi, en = f"Đã giao {moved.tubes} ống cho {to}", f"Issued {moved.tubes} tubes to {to}"
    if to.is_store:
        vi, en = f"Đã nhận lại {moved.tubes} ống vào kho", f"Took {moved.tubes} tubes back"
    if moved.stayed:
        vi += f"; {moved.stayed} ống ở lại chỗ cũ (đã dùng, đã hủy, hoặc đã ở đó)"
        en += f"; {moved.stayed} stayed where they are (used, void, or there already)"
    flash(t(f"{vi}.", f"{en}."))
    return redirect(url_for(".show_lot", lot_id=lot_id))


@requires(Permission.LOT_WRITE)
def void(lot_id: str) -> ResponseReturnValue:
    """Make one tube or a range void; an empty range is refused: nobody voids a lot by a slip."""
    required_text(request.form, "first", longest=40)
    reason = required_text(request.form, "reason", longest=200)
    with transaction() as session:
        run = _run(session, lot_queries.lot_named(session, lot_id), request.form)
        lot_parts.void_tubes(session, lot_id, run, reason=reason, by=actor(), now=now())
    flash(
        t(
            f"Đã hủy {run.size} ống. Trạm sẽ từ chối các ống này sau lần đồng bộ tới.",
            f"{run.size} tubes are void. Stations refuse them from their next contact on.",
        )
    )
    return redirect(url_for(".show_lot", lot_id=lot_id))


@requires(Permission.LOT_WRITE)
def lift(lot_id: str, void_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        lifted = lot_parts.lift_void(session, void_id, by=actor(), now=now())
        if lifted.lot_id != lot_id:
            raise NotFound("Không có lần hủy này.", "There is no such void.")
        run = Run(lifted.first, lifted.last)
    flash(t(f"{run.size} ống dùng lại được.", f"{run.size} tubes can be used again."))
    return redirect(url_for(".show_lot", lot_id=lot_id))


def _run(session: Session, lot: Lot, fields: Mapping[str, str]) -> Run:
    return run_of(session, lot, fields.get("first", ""), fields.get("last", ""))
