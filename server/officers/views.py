"""What programs of health officers read; each page of outcomes leaves an audit entry."""

import msgspec
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from server.accounts.current import current_within
from server.audit import services as audit
from server.forms import uuid_of
from server.officers import api
from server.officers.summary import summary
from server.outcomes import ordinals
from server.web import (
    Permission,
    actor,
    database,
    now,
    reading,
    requires,
    surely,
    transaction,
)

bp = Blueprint("officers", __name__)
SENSITIVE = 4  # how many last digits of a number a page shows


@bp.app_template_filter("last_digits")
def last_digits(value: str) -> str:
    """0790•••••123 as people may see it on a page: '…0123'."""
    return f"…{value[-SENSITIVE:]}" if len(value) > SENSITIVE else value


@bp.get("/api/v1/summary")
@requires(Permission.SUMMARY_READ)
def api_summary() -> ResponseReturnValue:
    with reading() as session:
        return _json(summary(session, now(), current_within()))


@bp.get("/api/v1/outcomes")
@requires(Permission.OUTCOME_READ)
def api_outcomes() -> ResponseReturnValue:
    after = uuid_of(request.args["after"]) if "after" in request.args else None
    ordinals.number(database())
    with surely() as session:
        rows = api.outcome_rows(session, api.versions(session, current_within(), after))
    with transaction() as session:
        audit.record(
            session, "outcomes.exported", "all", by=actor(), now=now(), detail=f"{len(rows)} rows"
        )
    return _json(rows)


def _json(document: object) -> Response:
    return Response(msgspec.json.encode(document), content_type="application/json")
