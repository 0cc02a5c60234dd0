"""Answers in FHIR's own form: a resource, or an OperationOutcome that says why not."""

import msgspec
from flask import Response

from server.exchange.resources import Json

FHIR_JSON = "application/fhir+json"
_REFUSAL = "urn:ghepmau:refusal"  # the system of our errors' codes
_ISSUES = {400: "invalid", 401: "login", 403: "forbidden", 405: "not-supported", 413: "too-long",
           422: "invalid", 429: "throttled", 503: "transient"}  # fmt: skip


def speaks_fhir(path: str) -> bool:
    """Return whether whatever is asked at *path* is answered in this form."""
    return path == "/fhir" or path.startswith("/fhir/")


def answer(resource: Json, status: int = 200) -> Response:
    return Response(msgspec.json.encode(resource), status, mimetype=FHIR_JSON)


def refusal(code: str, sentence: str, status: int) -> Response:
    """Say no, with a type of issue that HL7 has and a *code* of ours that never changes."""
    kind = _ISSUES.get(status, "not-found" if status < 500 else "exception")
    issue = {"severity": "error", "code": kind, "diagnostics": sentence,
             "details": {"coding": [{"system": _REFUSAL, "code": code}]}}  # fmt: skip
    return answer({"resourceType": "OperationOutcome", "issue": [issue]}, status)
