"""FHIR R4 resources of one outcome, as plain JSON values.  Pure.

What each field means and which codes may stand in it: hl7.org/fhir/R4 (Patient, Specimen, Group,
Observation, DiagnosticReport).  A pool says so with the extension that carries R5's
`Specimen.combined` into R4.
"""

from typing import Any

from server.exchange.codes import Codes
from server.exchange.instants import instant, when
from server.exchange.told import Found, Told, Who

Json = dict[str, Any]
POOLED = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Specimen.combined"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
SECTION = "http://terminology.hl7.org/CodeSystem/v2-0074"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
GENDERS = {"M": "male", "F": "female"}
# What an outcome is as a status of Observation and DiagnosticReport, first told and changed later.
STATUSES = {
    "negative": ("final", "corrected"),
    "positive": ("final", "corrected"),
    "inconclusive": ("final", "corrected"),
    "invalid": ("final", "corrected"),
    "resample": ("registered", "registered"),
    "withdrawn": ("entered-in-error", "entered-in-error"),
}


def identifier(system: str, value: object) -> Json:
    return {"system": system, "value": str(value)}


def status_of(told: Told) -> str:
    """Return the status of the observation.  A rejected sample was never tested: cancelled."""
    if told.status == "resample" and told.found is None:
        return "cancelled"
    first, later = STATUSES[told.status]
    return first if told.version == 1 else later


def patient(who: Who, codes: Codes) -> Json:
    """Return the person; a number in a system that the receiver has no name for is left out."""
    numbers = [
        identifier(codes.identifiers[each.system], each.value)
        for each in who.numbers
        if each.system in codes.identifiers
    ]
    return _with(
        {
            "resourceType": "Patient",
            "identifier": [identifier(codes.system("person"), who.id), *numbers],
            "gender": GENDERS.get(who.sex or "", "unknown"),
        },
        codes,
        name=[{"use": "official", "text": who.name}] if who.name else None,
        birthDate=who.birth,
        telecom=[{"system": "phone", "value": each} for each in who.phones] or None,
        address=[{"text": who.address, "country": "VN"}] if who.address else None,
    )


def own_specimen(told: Told, codes: Codes, patient_ref: str) -> Json:
    """Return what was taken from this person.  Its identifier is the pairing, which is unique."""
    sampled = told.sampled
    status = "entered-in-error" if told.status == "withdrawn" else "available"
    return _with(
        {
            "resourceType": "Specimen",
            "identifier": [identifier(codes.system("pairing"), sampled.pairing)],
            "status": "unsatisfactory" if sampled.rejected else status,
            "type": _concept(codes.snomed, codes.specimen_type),
            "subject": {"reference": patient_ref},
            "collection": when(sampled, "collected"),
        },
        codes,
        accessionIdentifier=None if sampled.pool else _tube(told, codes),
        container=None if sampled.pool else [{"identifier": [_tube(told, codes)]}],
        receivedTime=instant(sampled.received_at) if sampled.received_at else None,
        note=[{"text": sampled.rejected}] if sampled.rejected else None,
    )


def member_specimen(pairing: object, codes: Codes) -> Json:
    """Return what another member gave to the pool: known by its pairing, of nobody named."""
    return {
        "resourceType": "Specimen",
        "identifier": [identifier(codes.system("pairing"), pairing)],
        "type": _concept(codes.snomed, codes.specimen_type),
    }


def group(told: Told, codes: Codes) -> Json:
    """Return the people of a pool as a number of persons."""
    return {
        "resourceType": "Group",
        "identifier": [identifier(codes.system("pool"), told.sampled.tube)],
        "type": "person",
        "actual": True,
        "quantity": len(told.sampled.members),
    }


def pool_specimen(told: Told, codes: Codes, group_ref: str, parents: list[str]) -> Json:
    """Return the pool's tube: made of its members' specimens."""
    return _with(
        {
            "resourceType": "Specimen",
            "extension": [{"url": POOLED, "valueCode": "pooled"}],
            "identifier": [identifier(codes.system("pool-specimen"), told.sampled.tube)],
            "accessionIdentifier": _tube(told, codes),
            "status": "unsatisfactory" if told.sampled.rejected else "available",
            "type": _concept(codes.snomed, codes.specimen_type),
            "subject": {"reference": group_ref},
            "parent": [{"reference": each} for each in parents],
            "container": [{"identifier": [_tube(told, codes)]}],
        },
        codes,
        receivedTime=instant(told.sampled.received_at) if told.sampled.received_at else None,
    )


def observation(told: Told, codes: Codes, patient_ref: str, specimen_ref: str) -> Json:
    """Return the finding.  It has a value, or says why it has none; never both (obs-6)."""
    method = told.found.method if told.found else "rt-pcr"
    value = codes.values.get(told.status)
    return _with(
        {
            "resourceType": "Observation",
            "identifier": [identifier(codes.system("outcome"), told.line)],
            "status": status_of(told),
            "category": [_concept(CATEGORY, codes.category)],
            "code": _concept(codes.loinc, codes.tests[method]),
            "subject": {"reference": patient_ref},
            "specimen": {"reference": specimen_ref},
            **when(told.sampled, "effective"),
            "issued": instant(told.at),
        },
        codes,
        valueCodeableConcept=_concept(codes.snomed, value) if value else None,
        dataAbsentReason=None if value else _concept(ABSENT, _absent(told)),
        note=[{"text": told.reason}] if told.reason else None,
        component=[_ct(gene, ct, codes) for gene, ct in _cts(told.found, codes)] or None,
    )


def report(
    told: Told, codes: Codes, patient_ref: str, specimen_ref: str, observation_ref: str
) -> Json:
    method = told.found.method if told.found else "rt-pcr"
    return _with(
        {
            "resourceType": "DiagnosticReport",
            "identifier": [identifier(codes.system("report"), told.line)],
            "status": status_of(told),
            "category": [_concept(SECTION, "LAB")],
            "code": _concept(codes.loinc, codes.panels[method]),
            "subject": {"reference": patient_ref},
            "specimen": [{"reference": specimen_ref}],
            **when(told.sampled, "effective"),
            "issued": instant(told.at),
            "result": [{"reference": observation_ref}],
        },
        codes,
    )


def declaration(told: Told, codes: Codes, patient_ref: str, observation_ref: str) -> Json:
    """Return the declaration that the sampling rested on: its two signs, not its answers."""
    declared = told.declared
    if declared is None:
        raise ValueError("there is no declaration")
    signs = (("symptoms", declared.symptoms), ("exposed", declared.exposed))
    items = [
        {"linkId": name, "answer": [{"valueBoolean": said}]} for name, said in signs
        if said is not None
    ]  # fmt: skip
    return _with(
        {
            "resourceType": "QuestionnaireResponse",
            "identifier": identifier(codes.system("declaration"), declared.id),
            "questionnaire": f"{codes.base}:questionnaire|{declared.form}",
            "status": "completed",
            "subject": {"reference": patient_ref},
            "partOf": [{"reference": observation_ref}],
            "authored": instant(declared.at),
        },
        codes,
        item=items or None,
    )


def _absent(told: Told) -> str:
    if told.status == "invalid":
        return "error"
    return "not-performed" if told.found is None else "temp-unknown"


def _cts(found: Found | None, codes: Codes) -> list[tuple[str, str]]:
    return [(gene, ct) for gene, ct in (found.cts if found else ()) if gene in codes.ct]


def _ct(gene: str, ct: str, codes: Codes) -> Json:
    """Return a gene's cycle threshold; a curve that did not rise has none, and says so."""
    component: Json = {"code": _concept(codes.loinc, codes.ct[gene], f"Ct {gene}")}
    try:
        component["valueQuantity"] = {"value": float(ct.replace(",", "."))}
    except ValueError:
        component["dataAbsentReason"] = {
            **_concept(ABSENT, "not-applicable"),
            "text": "Undetermined",
        }
    return component


def _tube(told: Told, codes: Codes) -> Json:
    return identifier(codes.system("tube"), told.sampled.tube)


def _concept(system: str, code: str, text: str = "") -> Json:
    concept: Json = {"coding": [{"system": system, "code": code}]}
    return {**concept, "text": text} if text else concept


def _with(resource: Json, codes: Codes, **optional: Any) -> Json:
    """Add what is known of the optional fields, and the profile that the receiver asks for."""
    filled = {key: value for key, value in optional.items() if value is not None}
    whole = {**resource, **filled}
    profile = _profile(whole, codes)
    meta = {"meta": {"profile": [profile]}} if profile else {}
    return {"resourceType": resource["resourceType"], **meta, **whole}


def _profile(resource: Json, codes: Codes) -> str | None:
    """Return the profile that a resource may claim: none where what that needs is not known, and
    none for a pool, which is of no patient."""
    of = resource["resourceType"]
    if POOLED in (each["url"] for each in resource.get("extension", [])):
        return None
    known = all(each in resource for each in codes.needs.get(of, []))
    return codes.profiles.get(of) if known else None
