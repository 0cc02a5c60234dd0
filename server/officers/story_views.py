"""Stories and their evidence: of a tube, a person, a result; names open for a reason."""

from uuid import UUID

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.current import current_within
from server.accounts.within import ANYWHERE
from server.audit import purposes
from server.audit import services as audit
from server.audit.shown import note_shown
from server.declarations.zones.queries import InZone, zones_of_person
from server.display import local
from server.errors import NotFound
from server.lab import arrivals, moves
from server.lab.words import CALLS
from server.officers import evidence, record, seen, tube_now
from server.officers.person_facts import person_story
from server.officers.story import story_of
from server.outcomes import queries as outcomes
from server.people.merges import keys_of, together
from server.people.queries import person
from server.people.whole import check_whole, is_whole
from server.record.request_words import KINDS
from server.sampling import queries as sampling
from server.web import Permission, actor, now, reading, requires, transaction

bp = Blueprint("stories", __name__)


@bp.get("/people/<uuid:person_id>")
@requires(Permission.PERSON_READ)
def show_person(person_id: UUID) -> ResponseReturnValue:
    if (closed := _open(person_id, "person.read")) is not None:
        return closed
    with reading() as session:
        return render_template(
            "officers/person.html",
            person=person(session, person_id),
            keys=keys_of(session, person_id),
            zones=_zones(session, person_id),
            kinds=KINDS,
            purpose=purposes.current(session, by=actor(), now=now()),
            reasons=purposes.REASONS,
            whole=is_whole(session, current_within(), person_id),
            **record.of_person(session, person_id, current_within())._asdict(),
        )


def _zones(session: Session, person_id: UUID) -> list[InZone]:
    """Return the zones of where the person was last; for who sees a part, of their own places."""
    within = current_within()
    seen = ANYWHERE if is_whole(session, within, person_id) else within
    ids = together(session, person_id)
    return zones_of_person(session, ids, local(now()).date(), seen)


@bp.get("/people/<uuid:person_id>/story")
@requires(Permission.PERSON_READ)
def show_person_story(person_id: UUID) -> ResponseReturnValue:
    if (closed := _open(person_id, "person.story-read")) is not None:
        return closed
    with reading() as session:
        check_whole(session, person_id, current_within())
        return render_template(
            "officers/person_story.html",
            person=person(session, person_id),
            facts=person_story(session, person_id),
            purpose=purposes.current(session, by=actor(), now=now()),
            reasons=purposes.REASONS,
        )


def _open(person_id: UUID, action: str) -> str | None:
    """Note the opening with its reason; return the page that asks for one where none was said.

    Raises NotFound, for somebody of another district too.
    """
    with reading() as session:
        found = seen.person(session, person_id, current_within())
        purpose = purposes.current(session, by=actor(), now=now())
        if purpose is None:
            return render_template("officers/ask_why.html", person=found, reasons=purposes.REASONS)
        why = purposes.trail(purpose)
    with transaction() as session:
        audit.record(session, action, person_id, by=actor(), now=now(), detail=why)
    return None


@bp.get("/tubes/<tube:tube>")
@requires(Permission.STORY_READ)
def show_tube(tube: Tube) -> ResponseReturnValue:
    with reading() as session:
        seen.tube(session, tube, current_within())
        facts = story_of(session, tube)
        if not facts:
            raise NotFound(
                f"Chưa có gì về ống {tube.grouped}.", f"Nothing is known of tube {tube.grouped}."
            )
        people = {fact.person for fact in facts if fact.person}
        purpose = purposes.current(session, by=actor(), now=now())
        page = render_template(
            "officers/tube.html",
            tube=tube,
            facts=facts,
            people={each: person(session, each) for each in people},
            current=outcomes.current_of(session, tube),
            state=tube_now.WORDS[tube_now.state_now(session, tube)],
            beside=tube_now.beside(session, tube),
            live=sampling.live_pairings(session, tube),
            elsewhere=moves.held_by_it(session, tube),
            arrivals=arrivals.arrivals_of(session, tube, current_within()),
            purpose=purpose,
            reasons=purposes.REASONS,
            calls=CALLS,
        )
    if purpose is not None and people:
        note_shown("tube.story-read", people, subject=tube, why=purposes.trail(purpose))
    return page


@bp.get("/stories/results/<uuid:result_id>")
@requires(Permission.STORY_READ)
def show_result(result_id: UUID) -> ResponseReturnValue:
    """A result's story is its tube's, from where it was entered."""
    with reading() as session:
        tube = seen.result(session, result_id, current_within())
    return redirect(f"/tubes/{tube}#result-{result_id}")


@bp.get("/evidence/events/<uuid:event_id>")
@requires(Permission.STORY_READ)
def show_event(event_id: UUID) -> ResponseReturnValue:
    with reading() as session:
        found = evidence.event(session, event_id, current_within())
    return render_template("officers/event.html", event=found)


@bp.get("/evidence/files/<uuid:import_id>/<tube:tube>")
@requires(Permission.STORY_READ)
def show_rows(import_id: UUID, tube: Tube) -> ResponseReturnValue:
    with reading() as session:
        seen.tube(session, tube, current_within())
        file, rows = evidence.rows_of(session, import_id, tube)
        return render_template("officers/file_rows.html", file=file, rows=rows, tube=tube)
