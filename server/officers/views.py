"""The health officers' pages: overview, outcomes, a person's record, a tube's story.

They change nothing; opening a person's record and taking all outcomes out leave an audit entry.
"""

from datetime import date, timedelta
from uuid import UUID

import msgspec
from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from contract.tubes import Tube
from server.accounts.current import current_within
from server.audit import services as audit
from server.declarations.zones.queries import zones_of_person
from server.display import local
from server.errors import BadInput, NotFound
from server.officers import api, record, tube_now
from server.officers import day as days
from server.officers.picture import HEIGHT, WIDTH, draw
from server.officers.story import story_of
from server.officers.summary import summary
from server.outcomes import desks, words
from server.outcomes import queries as outcomes
from server.people.merges import keys_of
from server.people.queries import person
from server.sampling import queries as sampling
from server.web import Permission, actor, now, reading, requires, transaction

bp = Blueprint("officers", __name__)
YEARS = range(2000, 2100)
SENSITIVE = 4  # how many last digits of a number a page shows


@bp.app_template_filter("last_digits")
def last_digits(value: str) -> str:
    """0790•••••123 as people may see it on a page: '…0123'."""
    return f"…{value[-SENSITIVE:]}" if len(value) > SENSITIVE else value


def _date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day is None or day.year in YEARS:
        return day
    raise BadInput(
        "Ngày phải có dạng năm-tháng-ngày, ví dụ 2026-11-23.",
        "The date must be year-month-day, such as 2026-11-23.",
    )


@bp.get("/overview")
@requires(Permission.SUMMARY_READ)
def overview() -> ResponseReturnValue:
    today = local(now()).date()
    day = _date(request.args.get("date", "")) or today
    with reading() as session:
        return render_template(
            "officers/overview.html",
            day=day,
            today=today,
            steps=days.steps(session, day),
            before=days.steps(session, day - timedelta(days=1)),
            bars=draw(days.hours(session, day)),
            width=WIDTH,
            height=HEIGHT,
            loads=desks.loads(session),
            desks={desk: words.DESKS[desk] for desk in desks.UNMATCHED},
            statuses=outcomes.current_counts(session),
            calls=desks.load_of(session, desks.Desk.CALLBACKS_OPEN),
        )


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
