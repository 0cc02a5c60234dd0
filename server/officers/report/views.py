"""The page of the daily report, and the report as PDF and workbook.  Nobody is named in it."""

from datetime import date

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server import exports
from server.accounts.current import current_within
from server.audit import services as audit
from server.display import local
from server.errors import NotFound
from server.forms import day_in, tidy
from server.officers.overview import page
from server.officers.overview.wish import Wish
from server.officers.report import writers
from server.officers.report.contents import Report, report_of
from server.web import Permission, actor, now, reading, requires, settings, transaction

bp = Blueprint("reports", __name__)
PDF = "application/pdf"


@bp.get("/reports")
@requires(Permission.SUMMARY_READ)
def show_report() -> ResponseReturnValue:
    day, place = _asked()
    within = current_within()
    with reading() as session:
        report = report_of(session, day, place, within, now())
        places = page.choices(session, Wish(day, place=place), within).places
    return render_template(
        "officers/report.html", report=report, places=places, today=_today(),
        issuer=settings().issuer,
    )  # fmt: skip


@bp.get("/reports/report.<form>")
@requires(Permission.SUMMARY_READ)
def take_report(form: str) -> ResponseReturnValue:
    """Give the report as a file; that it was taken stands in the trail."""
    if form not in ("pdf", "xlsx"):
        raise NotFound("Không có dạng tệp này.", "There is no such kind of file.")
    day, place = _asked()
    with transaction() as session:
        report = report_of(session, day, place, current_within(), now())
        audit.record(
            session, "report.taken", f"{day} {place}".strip(), by=actor(), now=now(), detail=form
        )
    return _file(report, form)


def _file(report: Report, form: str) -> Response:
    name = f"bao-cao-{report.day}.{form}"
    if form == "xlsx":
        return exports.attachment(writers.workbook(report, settings().issuer), name)
    headers = {"Content-Disposition": f"inline; filename={name}", "Cache-Control": "no-store"}
    return Response(writers.pdf(report, settings().issuer), content_type=PDF, headers=headers)


def _asked() -> tuple[date, str]:
    day = day_in(request.args.get("date", "")) or _today()
    return day, tidy(request.args.get("place", ""))[:64]


def _today() -> date:
    return local(now()).date()
