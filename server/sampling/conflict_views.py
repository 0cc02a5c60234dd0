"""Conflicts: both claims with what speaks for each, and the decision of a person."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.current import current_within
from server.audit.shown import note_shown
from server.forms import required_text, stamp_of, uuid_of
from server.sampling import conflicts, neighbours, queries, shifts
from server.sampling.decisions import About, latest_of
from server.web import Permission, actor, now, reading, requires, t, transaction

RECENT = 20


@requires(Permission.CONFLICT_DECIDE)
def show_conflicts() -> ResponseReturnValue:
    with reading() as session:
        within = current_within()
        standing = queries.open_conflicts(session, within)
        decided = queries.decided_conflicts(session, RECENT, within)
        claims = [claim.pairing for conflict in standing for claim in conflict.claims]
        tags = {(each.station, each.operator) for each in claims}
        page = render_template(
            "sampling/conflicts.html",
            standing=standing,
            decided=decided,
            beside=neighbours.beside(session, claims),
            operators=shifts.operators(session, tags),
            stamp=conflicts.stamp,
            last=latest_of(session, About.CONFLICT, [each.id for each in decided]),
        )
        shown = [claim.pairing.person_id for each in (*standing, *decided) for claim in each.claims]
    note_shown("conflicts.read", shown)
    return page


@requires(Permission.CONFLICT_DECIDE)
def decide(conflict_id: UUID) -> ResponseReturnValue:
    """Take the form of one conflict: which claim to keep, or "none", and why."""
    keep = required_text(request.form, "keep", longest=40)
    reason = required_text(request.form, "reason", longest=200)
    seen = stamp_of(request.form["seen"]) if "seen" in request.form else None
    instead_of = request.form.get("instead_of", "")
    with transaction() as session:
        conflict = conflicts.decide_conflict(
            session,
            conflict_id,
            keep=None if keep == "none" else uuid_of(keep),
            reason=reason,
            seen=seen,
            instead_of=uuid_of(instead_of) if instead_of else None,
            by=actor(),
            now=now(),
        )
    flash(
        t(
            f"Đã quyết định về ống {conflict.tube.grouped}.",
            f"Decided about tube {conflict.tube.grouped}.",
        )
    )
    return redirect(url_for(".show_conflicts"))
