"""The versions of the form: which is asked, what it asks, and a new one from a file."""

from datetime import UTC, date, datetime, time

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.current import current_within, in_scope
from server.declarations import form_versions
from server.declarations.point_fields import day
from server.display import VIETNAM
from server.web import Permission, actor, now, reading, requires, t, transaction

bp = Blueprint("form_versions", __name__)
LONGEST = 60_000


@bp.get("/points/forms")
@requires(Permission.POINT_WRITE)
def list_forms() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "declarations/forms.html",
            asked=form_versions.current(session, now=now()),
            rows=[(row, form_versions.read(row)) for row in form_versions.versions(session)],
            shipped=form_versions.shipped(),
            may_publish=current_within().everywhere,
        )


@bp.post("/points/forms")
@requires(Permission.POINT_WRITE)
def publish_form() -> ResponseReturnValue:
    """Add a version that is asked from a day on, or from now, at every point."""
    in_scope("")
    form = form_versions.parse(request.form.get("text", "")[:LONGEST])
    from_day = day(request.form, "begins")
    begins = _beginning(from_day, now())
    with transaction() as session:
        form_versions.publish(session, form, begins=begins, by=actor(), now=now())
    flash(t(f"Mẫu {form.id} đã được lưu.", f"Version {form.id} is kept."))
    return redirect(url_for(".list_forms"))


def _beginning(from_day: date | None, at: datetime) -> datetime:
    """Return when a version begins: that day in Vietnam, or now where no day was said."""
    if from_day is None:
        return at
    return datetime.combine(from_day, time(0), VIETNAM).astimezone(UTC)
