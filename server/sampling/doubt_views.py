"""Desks of doubt: slips, typed pairs, one person twice, voids after a result.  A person decides."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.current import current_within
from server.audit.shown import note_shown
from server.errors import BadInput
from server.forms import choice, required_text, stamp_of, uuid_of
from server.sampling import (
    manual_pairs,
    matter_decisions,
    matter_queries,
    matters,
    neighbours,
    shifts,
    slip_decisions,
    slips,
)
from server.sampling.decisions import About, latest_of
from server.sampling.matter_decisions import Verdict
from server.web import Permission, actor, now, reading, requires, t, transaction


@requires(Permission.CONFLICT_DECIDE)
def show_slips() -> ResponseReturnValue:
    with reading() as session:
        suspicions = shifts.open_suspicions(session, current_within())
        groups = slips.open_groups(session, current_within())
        page = render_template(
            "sampling/slips.html",
            groups=groups,
            stamps=slips.stamps(session, groups),
            suspicions=suspicions,
            tubes_of=slips.tubes_of,
            operators=shifts.operators(session, {(e.station, e.operator) for e in suspicions}),
        )
        shown = [member.pairing.person_id for group in groups for member in group.members]
    note_shown("slips.read", shown)
    return page


@requires(Permission.CONFLICT_DECIDE)
def decide_slip(group_id: UUID) -> ResponseReturnValue:
    """Take back the pairings that were ticked as wrong; let the others go again."""
    wrong = [uuid_of(value) for value in request.form.getlist("wrong")]
    reason = required_text(request.form, "reason", longest=200)
    seen = stamp_of(request.form.get("seen", ""))
    with transaction() as session:
        slip_decisions.decide_group(
            session, group_id, wrong=wrong, reason=reason, by=actor(), now=now(), seen=seen
        )
    flash(t(f"Đã quyết định: {len(wrong)} lần ghép sai.", f"Decided: {len(wrong)} were wrong."))
    return redirect(url_for(".show_slips"))


@requires(Permission.CONFLICT_DECIDE)
def decide_suspicion(event_id: UUID) -> ResponseReturnValue:
    slipped = _yes("slipped")
    reason = required_text(request.form, "reason", longest=200)
    with transaction() as session:
        held = slip_decisions.decide_suspicion(
            session, event_id, slipped=slipped, reason=reason, by=actor(), now=now()
        )
    flash(t(f"Đã ghi. {held} ống bị giữ.", f"Noted. {held} tubes are held."))
    return redirect(url_for(".show_slips"))


@requires(Permission.CONFLICT_DECIDE)
def show_matters() -> ResponseReturnValue:
    with reading() as session:
        standing = matters.open_matters(session, within=current_within())
        bearers = matter_queries.bearers(session, standing, current_within())
        pairings = {
            pairing.id: pairing
            for each in standing
            for pairing in (each.pairing, each.other)
            if pairing and pairing.id in bearers[each.id].given
        }
        page = render_template(
            "sampling/matters.html",
            matters=standing,
            bearers=bearers,
            again=latest_of(session, About.MATTER, [each.id for each in standing]),
            beside=neighbours.beside(session, pairings.values()),
            may_say=matter_decisions.may_say,
            stamp=matter_decisions.stamp,
        )
        shown = [person.id for each in bearers.values() for person in each.seen]
    note_shown("matters.read", shown)
    return page


@requires(Permission.CONFLICT_DECIDE)
def decide_matter(matter_id: UUID) -> ResponseReturnValue:
    verdict = choice(request.form, "verdict", Verdict)
    reason = required_text(request.form, "reason", longest=200)
    seen = stamp_of(request.form["seen"]) if "seen" in request.form else None
    with transaction() as session:
        matter_decisions.decide_matter(
            session, matter_id, verdict=verdict, reason=reason, by=actor(), now=now(),
            within=current_within(), seen=seen,
        )  # fmt: skip
    flash(t("Đã quyết định.", "Decided."))
    return redirect(url_for(".show_matters"))


@requires(Permission.CONFLICT_DECIDE)
def deny_pairing(pairing_id: UUID) -> ResponseReturnValue:
    """Take back a pairing that its person denies."""
    reason = required_text(request.form, "reason", longest=200)
    with transaction() as session:
        pairing = matter_decisions.deny_pairing(
            session, pairing_id, reason=reason, by=actor(), now=now()
        )
    flash(
        t(
            f"Đã hủy lần ghép của ống {pairing.tube.grouped}. Xem các ống bên cạnh.",
            f"The pairing of tube {pairing.tube.grouped} is taken back. Look at its neighbours.",
        )
    )
    return redirect(url_for(".show_slips"))


@requires(Permission.CONFLICT_DECIDE)
def show_manual() -> ResponseReturnValue:
    with reading() as session:
        pairs = manual_pairs.waiting(session, current_within())
        tags = {(each.pairing.station, each.pairing.operator) for each in pairs}
        page = render_template(
            "sampling/manual.html", pairs=pairs, operators=shifts.operators(session, tags)
        )
    note_shown("manual.read", (each.pairing.person_id for each in pairs))
    return page


@requires(Permission.CONFLICT_DECIDE)
def look_at_manual(pairing_id: UUID) -> ResponseReturnValue:
    right = _yes("right")
    reason = required_text(request.form, "reason", longest=200)
    with transaction() as session:
        manual_pairs.look_at(session, pairing_id, right=right, reason=reason, by=actor(), now=now())
    flash(t("Đã ghi.", "Noted."))
    return redirect(url_for(".show_manual"))


def _yes(field: str) -> bool:
    said = request.form.get(field, "")
    if said not in ("yes", "no"):
        raise BadInput("Chọn một trong hai nút.", "Choose one of the two buttons.")
    return said == "yes"
