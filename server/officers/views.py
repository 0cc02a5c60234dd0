"""The health officers' pages: outcomes, a person's record, a tube's story.

They change nothing; opening a person's record and taking all outcomes out leave an audit entry.
"""

from uuid import UUID

import msgspec
from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from contract.tubes import Tube
from server.accounts.current import current_within
from server.audit import services as audit
from server.declarations.zones.queries import zones_of_person
from server.display import local
from server.errors import NotFound
from server.officers import api, record, tube_now
from server.officers.story import story_of
from server.officers.summary import summary
from server.outcomes import queries as outcomes
from server.people.merges import keys_of
from server.people.queries import person
from server.sampling import queries as sampling
from server.web import Permission, actor, now, reading, requires, transaction

bp = Blueprint("officers", __name__)
SENSITIVE = 4  # how many last digits of a number a page shows


@bp.app_template_filter("last_digits")
def last_digits(value: str) -> str:
    """0790•••••123 as people may see it on a page: '…0123'."""
    return f"…{value[-SENSITIVE:]}" if len(value) > SENSITIVE else value


@bp.get("/people/<uuid:person_id>")
@requires(Permission.PERSON_READ)
def show_person(person_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        found = person(session, person_id)
        audit.record(session, "person.read", person_id, by=actor(), now=now())
        return render_template(
            "officers/person.html",
            person=found,
            keys=keys_of(session, person_id),
            zones=zones_of_person(session, person_id, local(now()).date()),
            **record.of_person(session, person_id)._asdict(),
        )


@bp.get("/tubes/<tube:tube>")
@requires(Permission.STORY_READ)
def show_tube(tube: Tube) -> ResponseReturnValue:
    with reading() as session:
        facts = story_of(session, tube)
        if not facts:
            raise NotFound(
                f"Chưa có gì về ống {tube.grouped}.", f"Nothing is known of tube {tube.grouped}."
            )
        people = {fact.person for fact in facts if fact.person}
        return render_template(
            "officers/tube.html",
            tube=tube,
            facts=facts,
            people={each: person(session, each) for each in people},
            current=outcomes.current_of(session, tube),
            state=tube_now.WORDS[tube_now.state_now(session, tube)],
            beside=tube_now.beside(session, tube),
            live=sampling.live_pairings(session, tube),
        )


@bp.get("/api/v1/summary")
@requires(Permission.SUMMARY_READ)
def api_summary() -> ResponseReturnValue:
    with reading() as session:
        return _json(summary(session, now()))


@bp.get("/api/v1/outcomes")
@requires(Permission.OUTCOME_READ)
def api_outcomes() -> ResponseReturnValue:
    with transaction() as session:
        rows = api.versions(session, current_within())
        audit.record(
            session, "outcomes.exported", "all", by=actor(), now=now(), detail=f"{len(rows)} rows"
        )
        return _json(api.outcome_rows(session, rows))


def _json(document: object) -> Response:
    return Response(msgspec.json.encode(document), content_type="application/json")
