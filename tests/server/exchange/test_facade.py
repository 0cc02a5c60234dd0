"""Partners read results by a number they know, of their own place, and nobody else's."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from contract.identities import System
from server.accounts import partners
from server.audit.models import AuditEntry
from server.exchange import shapes
from server.exchange.codes import codes
from server.lab.words import Call
from server.people import queries as people
from server.people.models import Identity
from server.permissions import Scope

Day = Any
CODES = codes("none")
CCCD = "024191000123"


class Partner:
    """A partner's program with its token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: str) -> Any:
        """Ask; an answer is, to the field, what the OpenAPI document says."""
        answer = self.client.get(f"/fhir/{path}", query_string=query, headers=self.headers)
        kind = path.partition("/")[0] if "/" in path else "Bundle"
        told = kind if answer.status_code == 200 else "OperationOutcome"
        msgspec.json.decode(answer.data, type=getattr(shapes, told))
        return answer

    def match(self, patient: dict[str, Any]) -> Any:
        body = {
            "resourceType": "Parameters",
            "parameter": [{"name": "resource", "resource": patient}],
        }
        return self.client.post("/fhir/Patient/$match", json=body, headers=self.headers)


@pytest.fixture
def make_partner(app: Flask, day: Day) -> Callable[..., Partner]:
    def make(place: str = "vn-2021:24") -> Partner:
        with day.database.write() as session:
            token = partners.add_partner(
                session, f"p-{place[-2:]}", label="CDC", scopes=[Scope.FHIR_READ], place=place,
                by="user:quan", now=day.now,
            )  # fmt: skip
        return Partner(app.test_client(), token)

    return make


@pytest.fixture
def an(day: Day) -> Any:
    """A person with a citizen number and a positive result."""
    tube, [pairing] = day.pair("Nguyễn Thị Mẫu")
    with day.database.write() as session:
        key = people.Key(System.CITIZEN, CCCD)
        session.add(
            Identity(
                id=uuid4(), person_id=pairing.person_id, system="cccd", value=CCCD,
                value_blind=people.value_blind(key), claimed=False, kind="citizen-card",
                evidence="test", linked_at=day.now, linked_by="test",
            )
        )  # fmt: skip
    day.result = day.release(tube, Call.POSITIVE, ct_n="24.10")
    return pairing


def test_a_result_is_found_by_a_number_and_followed_through_its_correction(
    make_partner: Callable[..., Partner], an: Any, day: Day
) -> None:
    partner = make_partner()
    patient = partner.get("Patient", identifier=f"{CODES.identifiers['cccd']}|{CCCD}").json
    assert patient["total"] == 1
    found = partner.get("Observation", patient=str(an.person_id)).json["entry"][0]["resource"]
    assert found["valueCodeableConcept"]["coding"][0]["code"] == CODES.values["positive"]
    day.correct(day.result, Call.NEGATIVE)
    [entry] = partner.get("Observation", **{"patient.identifier": f"urn:ghepmau:cccd|{CCCD}"}).json[
        "entry"
    ]
    again = entry["resource"]
    assert (again["id"], again["status"], again["meta"]["versionId"]) == (
        found["id"], "corrected", "2",
    )  # fmt: skip
    assert partner.get(f"Observation/{found['id']}").json == again
    report = partner.get("DiagnosticReport", patient=str(an.person_id)).json["entry"][0]["resource"]
    assert report["result"] == [{"reference": f"Observation/{found['id']}"}]
    specimen = partner.get(report["specimen"][0]["reference"]).json
    assert specimen["accessionIdentifier"]["value"]
    assert partner.get("Observation", patient=str(an.person_id), _lastUpdated="ge2030-01-01T00:00Z"
                       ).json["total"] == 0  # fmt: skip


def test_match_is_by_number_never_by_name(make_partner: Callable[..., Partner], an: Any) -> None:
    partner = make_partner()
    number = {"system": CODES.identifiers["cccd"], "value": CCCD}
    good = partner.match({"resourceType": "Patient", "identifier": [number]}).json
    assert good["entry"][0]["search"]["extension"][0]["valueCode"] == "certain"
    name = {"resourceType": "Patient", "identifier": [], "name": [{"text": "Nguyễn Thị Mẫu"}]}
    assert partner.match(name).json["total"] == 0
    assert partner.match({"resourceType": "Patient"}).status_code == 400
    many = {"resourceType": "Patient", "identifier": [number] * 11}
    assert partner.match(many).status_code == 400


@pytest.mark.parametrize("path", ["nothing", "Patient/1", "Specimen", "Observation/x/y"])
def test_what_there_is_not_is_refused_in_fhirs_form_too(
    make_partner: Callable[..., Partner], path: str
) -> None:
    answer = make_partner().get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/fhir+json")
    assert answer.json["issue"][0]["details"]["coding"][0]["code"] == "http-404"


def test_the_bare_address_is_refused_in_fhirs_form_and_its_neighbour_is_not(app: Flask) -> None:
    client = app.test_client()
    for path in ("/fhir", "/fhir/"):
        assert client.get(path).mimetype == "application/fhir+json"
    assert client.get("/fhirs").mimetype == "text/html"


def test_another_places_partner_finds_nobody(make_partner: Callable[..., Partner], an: Any) -> None:
    other = make_partner("vn-2021:27")
    assert other.get("Patient", identifier=f"urn:ghepmau:cccd|{CCCD}").json["total"] == 0
    assert other.get(f"Patient/{an.person_id}").status_code == 404
    assert other.get("Observation", patient=str(an.person_id)).json["total"] == 0
    assert other.get(f"Specimen/{an.id}").status_code == 404


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("Patient", {}),
        ("Patient", {"identifier": CCCD}),
        ("Observation", {}),
        ("Observation", {"patient": "x"}),
        ("Observation", {"patient": str(uuid4()), "_lastUpdated": "yesterday"}),
        ("Observation", {"patient": str(uuid4()), "_lastUpdated": "ge2026-01-01"}),
    ],
)
def test_nobody_is_listed_and_errors_are_fhirs_own(
    make_partner: Callable[..., Partner], path: str, query: dict[str, str]
) -> None:
    answer = make_partner().get(path, **query)
    assert (answer.status_code, answer.json["resourceType"]) == (400, "OperationOutcome")


def test_a_number_that_was_only_typed_leads_to_nobody_and_is_not_told(
    make_partner: Callable[..., Partner], an: Any, day: Day
) -> None:
    with day.database.write() as session:
        key = people.Key(System.INSURANCE, "2400000009")
        session.add(
            Identity(
                id=uuid4(), person_id=an.person_id, system="bhxh", value=key.value,
                value_blind=people.value_blind(key), claimed=True, kind="typed-number",
                evidence="test", linked_at=day.now, linked_by="test",
            )
        )  # fmt: skip
    partner = make_partner()
    assert partner.get("Patient", identifier="urn:ghepmau:bhxh|2400000009").json["total"] == 0
    told = partner.get(f"Patient/{an.person_id}").json["identifier"]
    assert "2400000009" not in {each["value"] for each in told}
    assert CCCD in {each["value"] for each in told}


def test_a_phone_leads_to_nobody(make_partner: Callable[..., Partner], an: Any) -> None:
    assert make_partner().get("Patient", identifier="urn:ghepmau:phone|0900").json["total"] == 0


def test_each_look_is_in_the_trail(make_partner: Callable[..., Partner], an: Any, day: Day) -> None:
    make_partner().get(f"Patient/{an.person_id}")
    with day.database.read() as session:
        found = select(AuditEntry).where(AuditEntry.action == "person.read")
        [entry] = session.scalars(found)
    assert (entry.actor, entry.subject) == ("partner:p-24", str(an.person_id))


def test_what_we_can_do_is_open_and_the_rest_is_not(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/fhir/metadata").json["fhirVersion"] == "4.0.1"
    assert client.get("/fhir/Patient?identifier=a|b").status_code == 401
