"""Pages where a station is revoked, and where two persons let it in again."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts import enrolment, health_queries, returning
from server.forms import required_text
from server.web import Permission, actor, now, reading, requires, t, transaction

bp = Blueprint("station_trust", __name__)


@bp.get("/stations/<station>/revoke")
@requires(Permission.STATION_WRITE)
def ask_to_revoke(station: str) -> ResponseReturnValue:
    """What is still on the station, before nothing more comes from it."""
    with reading() as session:
        return render_template(
            "accounts/revoke_station.html",
            station=enrolment.station_named(session, station),
            heard=health_queries.heard_at(session, station),
            said=health_queries.report_of(session, station),
        )


@bp.post("/stations/<station>/revoke")
@requires(Permission.STATION_WRITE)
def revoke_station(station: str) -> ResponseReturnValue:
    with transaction() as session:
        enrolment.revoke_station(session, station, by=actor(), now=now())
    flash(t(f"Đã thu hồi trạm {station}.", f"Station {station} is revoked."))
    return redirect(url_for("station_pages.show_stations"))


@bp.get("/stations/<station>/return")
@requires(Permission.STATION_WRITE)
def show_return(station: str) -> ResponseReturnValue:
    """Ask that a revoked station be let in again, or agree to what somebody asked."""
    with reading() as session:
        return render_template(
            "accounts/return_station.html",
            station=enrolment.station_named(session, station),
            asked=returning.asked_of(session, station),
            decided=returning.decided_of(session, station),
            mine=actor(),
            heard=health_queries.heard_at(session, station),
            said=health_queries.report_of(session, station),
        )


@bp.post("/stations/<station>/return")
@requires(Permission.STATION_WRITE)
def ask_back(station: str) -> ResponseReturnValue:
    reason = required_text(request.form, "reason", longest=300)
    with transaction() as session:
        returning.ask_back(session, station, reason=reason, by=actor(), now=now())
    flash(
        t(
            f"Đã xin dùng lại trạm {station}: chờ người thứ hai đồng ý.",
            f"Asked for station {station}: it waits for a second person.",
        )
    )
    return redirect(url_for(".show_return", station=station))


@bp.post("/stations/<station>/return/agree")
@requires(Permission.STATION_WRITE)
def agree(station: str) -> ResponseReturnValue:
    with transaction() as session:
        returning.agree(session, station, by=actor(), now=now())
    flash(
        t(
            f"Trạm {station} được dùng lại. Trạm còn trong tay: lấy mã mới rồi ghi danh lại trên "
            "trạm. USB của trạm: nộp được ngay.",
            f"Station {station} is let in again. Where you have it: take a new code and enrol it "
            "anew. Its memory sticks can be handed in now.",
        )
    )
    return redirect(url_for("station_pages.show_stations"))


@bp.post("/stations/<station>/return/decline")
@requires(Permission.STATION_WRITE)
def decline(station: str) -> ResponseReturnValue:
    with transaction() as session:
        returning.decline(session, station, by=actor(), now=now())
    flash(t(f"Trạm {station} vẫn bị thu hồi.", f"Station {station} stays revoked."))
    return redirect(url_for("station_pages.show_stations"))
