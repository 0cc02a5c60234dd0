"""Uploads of stations: kept before anything is made of them; and the page of what went wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from contract.events import EventError
from server.accounts.current import current_within, in_scope
from server.accounts.stations import STATION_HEADER, signed_station
from server.errors import DomainError
from server.intake import alerts, applier, clocks, quarantine, queries, refusals
from server.intake.answers import BUSY, JSON, PATH, RETRY_AFTER, answer_to
from server.intake.applier import Applier
from server.intake.upload import Upload, read_upload
from server.intake.writer import Busy, Writer
from server.web import (
    Permission,
    actor,
    now,
    reading,
    requires,
    settings,
    station_signed,
    t,
    transaction,
)

bp = Blueprint("intake", __name__)


@bp.record_once
def install(state: BlueprintSetupState) -> None:
    """Give the app its writer and its applier (not started yet)."""
    database, clock = state.app.extensions["database"], state.app.extensions["clock"]
    writer = Writer(database)
    state.app.extensions["intake"] = (writer, Applier(database, clock, writer))


@bp.post(PATH)
@station_signed
def take_batch() -> ResponseReturnValue:
    """Store an upload and say so.  Sending it again changes nothing."""
    with _kept():
        body = _body()
        station = signed_station().id
        if request.mimetype != JSON:
            raise refusals.wrong_content_type()
        at = now()
        try:
            upload = read_upload(station, body, at)
        except EventError as error:
            raise refusals.unreadable(error) from error
    writer: Writer = current_app.extensions["intake"][0]
    try:
        outcome = writer.store(upload)
    except Busy:
        return Response(BUSY, status=503, headers=[RETRY_AFTER], mimetype=JSON)
    _note_clock(upload)
    status, said = answer_to(outcome, at)
    return Response(said, status=status, mimetype=JSON)


def _note_clock(upload: Upload) -> None:
    """Learn how the clock of a station that does not trust its own stands to ours."""
    if upload.boot and not all(each.trusted for each in upload.arrivals):
        boot = (upload.station, upload.boot)
        with transaction() as session:
            clocks.learn(session, boot, upload.received_at, upload.mono, "upload")


def _body() -> bytes:
    try:
        return request.get_data()
    except RequestEntityTooLarge as error:
        raise refusals.too_large(settings().max_body_kib * 1024) from error


@contextmanager
def _kept() -> Iterator[None]:
    """Keep what is refused, as far as there is room for it, and let the refusal go on."""
    try:
        yield
    except DomainError as error:
        _keep(error)
        raise


def _keep(error: DomainError) -> None:
    station, remote = request.headers.get(STATION_HEADER, ""), request.remote_addr or ""
    with reading() as session:
        if not quarantine.has_room(session, station, error.code, remote):
            return
    body = b"" if isinstance(error, refusals.TooLarge) else request.get_data()
    with transaction() as session:
        quarantine.keep(
            session.connection(),
            body,
            station=station,
            reason=error.code,
            detail=error.en,
            remote=remote,
            now=now(),
            size=request.content_length,
        )


@bp.get("/intake/alerts")
@requires(Permission.ALERT_READ)
def show_alerts() -> ResponseReturnValue:
    with reading() as session:
        within = current_within()
        found = queries.alert_page(session, within)
        return render_template("intake/alerts.html", page=found, everywhere=within.everywhere)


@bp.post("/intake/alerts/<uuid:alert_id>/close")
@requires(Permission.STATION_WRITE)
def close_alert(alert_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        alerts.close_alert(session, alert_id, by=actor(), now=now())
    flash(t("Đã đóng cảnh báo.", "Closed the alert."))
    return redirect(url_for(".show_alerts"))


@bp.post("/intake/again")
@requires(Permission.STATION_WRITE)
def apply_again() -> ResponseReturnValue:
    """Try once more to apply what was refused: after a repair, or a new version."""
    in_scope("")  # what was refused is of all stations
    with transaction() as session:
        count = applier.apply_again(session, by=actor(), now=now())
    current_app.extensions["intake"][1].wake()
    flash(t(f"Đang xử lý lại {count} sự kiện.", f"Trying {count} events again."))
    return redirect(url_for(".show_alerts"))
