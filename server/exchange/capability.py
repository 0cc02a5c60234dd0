"""What our FHIR façade can do, as FHIR says it.  Pure."""

from importlib.metadata import version

from server.exchange.resources import Json

MATCH_GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
_DEFINED = "2026-11-25"


def statement(base: str) -> Json:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _DEFINED,
        "kind": "instance",
        "software": {"name": "Ghép Mẫu", "version": version("ghepmau")},
        "implementation": {"description": "Results by person, for partners", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Authorization: Bearer, scope fhir:read"},
                "resource": [
                    _patient(),
                    _resource("Observation", "patient", "patient.identifier", "_lastUpdated"),
                    _resource("DiagnosticReport", "patient", "patient.identifier", "_lastUpdated"),
                    {"type": "Specimen", "interaction": [{"code": "read"}]},
                ],
            }
        ],
    }


def _resource(kind: str, *parameters: str) -> Json:
    types = {"patient": "reference", "_lastUpdated": "date"}
    searched = [{"name": each, "type": types.get(each, "token")} for each in parameters]
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": searched,
    }


def _patient() -> Json:
    operation = {
        "name": "match",
        "definition": "http://hl7.org/fhir/OperationDefinition/Patient-match",
    }
    return _resource("Patient", "identifier") | {"operation": [operation]}
