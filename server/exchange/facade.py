"""What partners read of us as FHIR R4: persons by a number they know, and those persons' results.

Nobody is listed: every search names a person, by a number that was seen on a card and not only
typed by somebody.  A partner sees outcomes of its own place alone, and
each look is in the audit trail.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import System
from server.accounts.partners import covers
from server.audit import services as audit
from server.errors import BadInput
from server.exchange import resources
from server.exchange.codes import Codes
from server.exchange.gathering import line_of, told_of, who, whose
from server.exchange.instants import instant
from server.exchange.resources import Json
from server.exchange.told import Told
from server.outcomes import queries
from server.outcomes.models import Outcome
from server.people import merges
from server.people import queries as people
from server.people.models import Person

Line = list[Outcome]  # the versions of one outcome, oldest first


class FhirBadInput(BadInput):
    code = "fhir-bad-search"
    status = 400


def find_patients(session: Session, identifier: str, codes: Codes, place: str) -> list[Json]:
    """Return whoever is known by 'system|value', as far as *place* has anything about them.

    Raises FhirBadInput for a token without its system.
    """
    system, bar, value = identifier.partition("|")
    if not bar or not value:
        raise FhirBadInput(
            "Cần identifier dạng hệ|số.", "The identifier must be written system|value."
        )
    known = _persons(session, system, value, codes)
    ids = dict.fromkeys(first_of(session, each.id) for each in known)
    return [_patient(session, each, codes) for each in ids if lines_of(session, each, place)]


def _persons(session: Session, system: str, value: str, codes: Codes) -> list[Person]:
    if system == codes.system("person"):
        found = session.get(Person, _uuid(value)) if _is_uuid(value) else None
        return [found] if found else []
    ours = {uri: name for name, uri in codes.identifiers.items()}.get(system)
    if ours is None or ours == System.PHONE:
        return []
    return [
        person
        for person in people.person_with(session, value)
        if any(
            key.system == ours and key.value == value and not key.claimed
            for key in people.keys_of(session, person.id)
        )
    ]


def first_of(session: Session, person_id: UUID) -> UUID:
    """Return the record that stands for a person who has several: the eldest, until they part."""
    return merges.together(session, person_id)[0]


def lines_of(session: Session, person_id: UUID, place: str) -> list[Line]:
    """Return a person's outcomes of *place*, newest sample first, each with all its versions."""
    lines: dict[str, Line] = {}
    told = [
        outcome
        for record in merges.together(session, person_id)
        for outcome in queries.outcomes_of_person(session, record)
    ]
    for outcome in told:
        if covers(place, outcome.place):
            lines.setdefault(line_of(outcome), []).append(outcome)
    return [sorted(versions, key=lambda each: each.version) for versions in lines.values()]


def patient(session: Session, person_id: UUID, codes: Codes, place: str) -> Json | None:
    """Return a person of whom *place* has an outcome, or None.

    A record that was merged into another says which one stands for both now.
    """
    found = session.get(Person, person_id)
    if found is None or not lines_of(session, person_id, place):
        return None
    first = first_of(session, person_id)
    made = _patient(session, person_id, codes)
    if first == person_id:
        return made
    other = {"reference": f"Patient/{first}"}
    return made | {"active": False, "link": [{"other": other, "type": "replaced-by"}]}


def _patient(session: Session, person_id: UUID, codes: Codes) -> Json:
    return resources.patient(who(session, person_id), codes) | {"id": str(person_id)}


def findings(
    session: Session, kind: str, person_id: UUID, codes: Codes, place: str,
    since: datetime | None = None,
) -> list[Json]:  # fmt: skip
    """Return the Observations or DiagnosticReports about a person, changed at or after *since*."""
    return [
        resource(session, kind, line, codes)
        for line in lines_of(session, person_id, place)
        if since is None or line[-1].at >= since
    ]


def finding(session: Session, kind: str, wanted: UUID, codes: Codes, place: str) -> Json | None:
    """Return one by its id, which is that of the outcome's first version; None if there is none."""
    first = session.scalar(select(Outcome).where(Outcome.id == wanted, Outcome.version == 1))
    if first is None:
        return None
    mine = [line for line in lines_of(session, first.person_id, place) if line[0].id == wanted]
    return resource(session, kind, mine[0], codes) if mine else None


def resource(session: Session, kind: str, line: Line, codes: Codes) -> Json:
    """Return the current version of an outcome as *kind*, with ids of ours in its references."""
    told, ours = told_of(session, line[-1]), str(line[0].id)
    person = f"Patient/{first_of(session, told.who.id)}"
    specimen = f"Specimen/{told.sampled.pairing}"
    made = _made(kind, told, codes, person, specimen, f"Observation/{ours}")
    meta = made.get("meta", {})
    meta |= {"versionId": str(told.version), "lastUpdated": instant(told.at)}
    return made | {"id": ours, "meta": meta}


def _made(
    kind: str, told: Told, codes: Codes, person: str, specimen: str, observation: str
) -> Json:
    if kind == "Observation":
        return resources.observation(told, codes, person, specimen)
    return resources.report(told, codes, person, specimen, observation)


def specimen(session: Session, pairing: UUID, codes: Codes, place: str) -> Json | None:
    """Return what was taken in one pairing, or None where *place* has no outcome of it."""
    found = session.scalars(select(Outcome).where(Outcome.pairing_id == pairing))
    own = whose(session, pairing)
    for outcome in sorted(found, key=lambda each: (each.person_id != own, -each.version)):
        if covers(place, outcome.place):
            told = told_of(session, outcome)
            person = f"Patient/{first_of(session, told.who.id)}"
            made = resources.own_specimen(told, codes, person)
            return made | {"id": str(pairing)}
    return None


def note_look(session: Session, persons: Iterable[UUID], *, by: str, now: datetime) -> None:
    """Leave a trace of whose data a partner read."""
    audit.record_each(session, "person.read", [(by, each, "fhir") for each in persons], now=now)


def bundle(found: list[Json], base: str) -> Json:
    """Return a search's answer."""
    entries = [
        {"fullUrl": f"{base}/{each['resourceType']}/{each['id']}", "resource": each,
         "search": {"mode": "match"}}
        for each in found
    ]  # fmt: skip
    made: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
    return made | {"entry": entries} if entries else made


def _is_uuid(text: str) -> bool:
    try:
        _uuid(text)
    except ValueError:
        return False
    return True


def _uuid(text: str) -> UUID:
    return UUID(text)
