"""Who on a list may be whom on record: each suggestion with its reasons, for a person to decide."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contract.tubes import Tube, TubeError, tube
from server.accounts.current import current_within
from server.audit import names_shown
from server.errors import BadInput
from server.forms import uuid_of
from server.people.matching import LIKELY, read_parts
from server.sampling import roster_matches, roster_words, rosters
from server.web import Permission, actor, now, requires, t, transaction

SHOWN = 100


@requires(Permission.MATCH_DECIDE)
def show_matches(roster_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        roster = rosters.roster_named(session, roster_id)
        within = current_within()
        standing, decided = (
            [
                each
                for each in roster_matches.matches_of(session, roster_id, state=state)
                if within.covers(each.person.place)
            ]
            for state in ("open", "confirmed")
        )
        shown = standing[:SHOWN]
        names_shown.note(
            session, "roster.matches-read", (each.person_id for each in (*shown, *decided)),
            by=actor(), now=now(), subject=roster.id,
        )  # fmt: skip
        return render_template(
            "sampling/roster_matches.html",
            roster=roster,
            matches=shown,
            more=max(0, len(standing) - SHOWN),
            decided=decided,
            words=roster_words,
            likely=LIKELY,
            parts=read_parts,
        )


@requires(Permission.MATCH_DECIDE)
def decide_matches(roster_id: UUID) -> ResponseReturnValue:
    """Confirm or deny the suggestions that were ticked."""
    pairs = [_pair(value) for value in request.form.getlist("pair")]
    verdict = request.form.get("same", "")
    if not pairs or verdict not in ("yes", "no"):
        raise BadInput("Chọn ít nhất một dòng.", "Choose at least one row.", field="pair")
    with transaction() as session:
        count = roster_matches.decide_matches(
            session, roster_id, pairs, same=verdict == "yes", by=actor(), now=now(),
            within=current_within(),
        )  # fmt: skip
    flash(t(f"Đã ghi {count} quyết định.", f"{count} decisions were noted."))
    return redirect(url_for(".show_matches", roster_id=roster_id))


def _pair(value: str) -> tuple[Tube, UUID]:
    text, _, person = value.partition("|")
    try:
        return tube(text), uuid_of(person)
    except TubeError as error:
        raise BadInput("Trang đã cũ. Mở lại trang.", "The page is old. Open it again.") from error
