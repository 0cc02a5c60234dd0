"""FHIR R4 for partners: Patient by identifier and $match, Observation, DiagnosticReport, Specimen.

Answers and errors are FHIR's own; a token with the scope `fhir:read` opens them.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from contract.events import UNREADABLE
from server.accounts.partners import KnownPartner
from server.errors import DomainError
from server.exchange import capability, facade
from server.exchange.answering import answer as _fhir
from server.exchange.answering import refusal
from server.exchange.codes import Codes, codes
from server.exchange.facade import FhirBadInput
from server.exchange.facade_limits import check, counted
from server.exchange.resources import Json
from server.exchange.shapes import MOST_IDENTIFIERS, Asked, AskedIdentifier, AskedPatient
from server.permissions import Scope
from server.web import actor, now, partner, public, settings, transaction

bp = Blueprint("fhir", __name__, url_prefix="/fhir")
FINDINGS = ("Observation", "DiagnosticReport")
_SINCE = {"ge": 0, "gt": 0}


class NoSuchResource(DomainError):
    code = "fhir-not-found"
    status = 404


@bp.errorhandler(DomainError)
def explain(error: DomainError) -> ResponseReturnValue:
    """Say no in FHIR's form."""
    return refusal(error.code, error.en, error.status)


@bp.get("/metadata")
@public
def metadata() -> ResponseReturnValue:
    return _fhir(capability.statement(_base()))


@bp.get("/Patient")
@partner(Scope.FHIR_READ)
@counted
def search_patients() -> ResponseReturnValue:
    return _answer_patients(_one("identifier"))


@bp.post("/Patient/$match")
@partner(Scope.FHIR_READ)
@counted
def match_patient() -> ResponseReturnValue:
    """Find the person with an identifier of the Patient that was sent; names alone match nobody.

    Each identifier is a question: within the limits the next is tried, beyond them none is.
    """
    for each in _identifiers(request.get_data()):
        if g.answered:
            check()
        answer = _patients(f"{each.system}|{each.value}")
        if answer:
            certain = {"extension": [{"url": capability.MATCH_GRADE, "valueCode": "certain"}],
                       "mode": "match", "score": 1}  # fmt: skip
            made = facade.bundle(answer, _base())
            for entry in made["entry"]:
                entry["search"] = certain
            return _fhir(made)
    return _fhir(facade.bundle([], _base()))


@bp.get("/Patient/<uuid:wanted>")
@partner(Scope.FHIR_READ)
@counted
def read_patient(wanted: UUID) -> ResponseReturnValue:
    with transaction() as session:
        found = facade.patient(session, wanted, _codes(), _me().place)
        facade.note_look(session, [wanted] if found else [], by=actor(), now=now())
    return _found(found)


@bp.get("/<any(Observation, DiagnosticReport):kind>")
@partner(Scope.FHIR_READ)
@counted
def search_findings(kind: str) -> ResponseReturnValue:
    """Search by `patient` (an id) or `patient.identifier`, and `_lastUpdated=ge…`."""
    since = _since()
    reference = request.args.get("patient") or request.args.get("subject") or ""
    persons = [_id_of(reference)] if reference else _known_by(_one("patient.identifier"))
    with transaction() as session:
        known = [each for each in persons if facade.lines_of(session, each, _me().place)]
        found = [
            each
            for person in known
            for each in facade.findings(session, kind, person, _codes(), _me().place, since)
        ]
        facade.note_look(session, known, by=actor(), now=now())
    if reference:
        g.answered.append(bool(known))
    return _fhir(facade.bundle(found, _base()))


def _subjects(found: Json | None) -> list[UUID]:
    return [UUID(found["subject"]["reference"].removeprefix("Patient/"))] if found else []


@bp.get("/<any(Observation, DiagnosticReport):kind>/<uuid:wanted>")
@partner(Scope.FHIR_READ)
@counted
def read_finding(kind: str, wanted: UUID) -> ResponseReturnValue:
    with transaction() as session:
        found = facade.finding(session, kind, wanted, _codes(), _me().place)
        facade.note_look(session, _subjects(found), by=actor(), now=now())
    return _found(found)


@bp.get("/Specimen/<uuid:wanted>")
@partner(Scope.FHIR_READ)
@counted
def read_specimen(wanted: UUID) -> ResponseReturnValue:
    with transaction() as session:
        found = facade.specimen(session, wanted, _codes(), _me().place)
        facade.note_look(session, _subjects(found), by=actor(), now=now())
    return _found(found)


def _answer_patients(identifier: str) -> ResponseReturnValue:
    return _fhir(facade.bundle(_patients(identifier), _base()))


def _patients(identifier: str) -> list[Json]:
    with transaction() as session:
        found = facade.find_patients(session, identifier, _codes(), _me().place)
        facade.note_look(session, [UUID(each["id"]) for each in found], by=actor(), now=now())
    g.answered.append(bool(found))
    return found


def _known_by(identifier: str) -> list[UUID]:
    return [UUID(each["id"]) for each in _patients(identifier)]


def _id_of(reference: str) -> UUID:
    try:
        return UUID(reference.removeprefix("Patient/"))
    except ValueError as error:
        raise FhirBadInput(
            "patient phải là mã của ta.", "patient must be an id of ours."
        ) from error


def _one(name: str) -> str:
    value = request.args.get(name, "")
    if not value:
        raise FhirBadInput(
            f"Cần tham số {name}: không liệt kê ai cả.",
            f"The parameter {name} is needed: nobody is listed.",
        )
    return value


def _since() -> datetime | None:
    text = request.args.get("_lastUpdated", "")
    if not text:
        return None
    try:
        since = datetime.fromisoformat(text[2:] if text[:2] in _SINCE else text)
    except ValueError as error:
        raise FhirBadInput(
            "_lastUpdated phải như ge2026-11-23T00:00:00Z.",
            "_lastUpdated must be like ge2026-11-23T00:00:00Z.",
        ) from error
    if since.tzinfo is None:
        raise FhirBadInput("_lastUpdated cần múi giờ.", "_lastUpdated needs a time zone.")
    return since


def _identifiers(body: bytes) -> list[AskedIdentifier]:
    try:
        sent: Asked = msgspec.json.decode(body, type=Asked)
    except UNREADABLE as error:
        raise _no_patient() from error
    if isinstance(sent, AskedPatient):
        return sent.identifier
    meant = [each.resource for each in sent.parameter if each.name == "resource"]
    if not meant or meant[0] is None:
        raise _no_patient()
    return meant[0].identifier


def _no_patient() -> FhirBadInput:
    return FhirBadInput(
        f"Cần Parameters có một Patient với identifier (nhiều nhất {MOST_IDENTIFIERS}).",
        f"Parameters with a Patient that has an identifier are needed (at most {MOST_IDENTIFIERS}"
        " of them).",
    )


def _found(found: Json | None) -> ResponseReturnValue:
    g.answered.append(found is not None)
    if found is None:
        raise NoSuchResource("Không có.", "There is no such resource.")
    return _fhir(found)


def _me() -> KnownPartner:
    found: KnownPartner = g.partner
    return found


def _codes() -> Codes:
    return codes(settings().fhir_preset)


def _base() -> str:
    return f"{settings().public_url or request.host_url.rstrip('/')}/fhir"
