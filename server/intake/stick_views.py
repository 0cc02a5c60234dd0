"""The page where a memory stick of a station is handed in, and its receipt fetched."""

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from server.accounts.enrolment import station_named
from server.errors import BadInput
from server.intake import sticks
from server.intake.writer import Writer
from server.web import Permission, actor, database, now, reading, requires

bp = Blueprint("sticks", __name__)


@bp.get("/intake/stick")
@requires(Permission.STATION_WRITE)
def show_stick() -> ResponseReturnValue:
    return render_template("intake/stick.html", report=None)


@bp.post("/intake/stick")
@requires(Permission.STATION_WRITE)
def take_stick() -> ResponseReturnValue:
    """Take one file of a stick; the same file again changes nothing."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise BadInput("Chọn một tệp .stick.", "Choose a .stick file.", field="file")
    writer: Writer = current_app.extensions["intake"][0]
    report = sticks.take(database(), writer.store, file.read(), by=actor(), now=now())
    return render_template("intake/stick.html", report=report)


@bp.get("/intake/stick/<station>/receipt")
@requires(Permission.STATION_WRITE)
def fetch_receipt(station: str) -> ResponseReturnValue:
    """The file to put beside the .stick files: the station learns what is stored."""
    with reading() as session:
        name = station_named(session, station).id
        body = sticks.receipt_for(session, name, now())
    answer = Response(body, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="ghepmau-{name}.receipt"'
    return answer
