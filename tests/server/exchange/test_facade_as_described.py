"""FHIR's pages, asked by a machine from the OpenAPI document: answered as it says, to the field.

`make api` asks many more (EXAMPLES, SEED).
"""

from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from flask import Flask
from msgspec.structs import replace
from sqlalchemy import select

from contract.identities import System
from server.accounts import partners
from server.config import Settings
from server.lab.words import Call
from server.operations import OPERATIONS, Operation
from server.outcomes.models import Outcome
from server.people import queries as people
from server.people.models import Identity
from server.permissions import Scope
from tests.server.described import Sent, ask_as_described

OFTEN = 1_000_000
NUMBER = people.Key(System.CITIZEN, "024191000123")
TOKEN = f"urn:ghepmau:cccd|{NUMBER.value}"
ROWS = [row for row in OPERATIONS if row.path.startswith("/fhir")]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A machine may ask as often as it likes."""
    return replace(settings, fhir_per_minute=OFTEN, resolve_misses_per_hour=OFTEN)


@pytest.fixture
def ids(day: Any) -> dict[str, str]:
    """A person with a number and a released result: what each kind of page knows them by."""
    tube, [pairing] = day.pair("Nguyễn Thị Mẫu")
    with day.database.write() as session:
        session.add(
            Identity(
                id=uuid4(), person_id=pairing.person_id, system=NUMBER.system.value,
                value=NUMBER.value, value_blind=people.value_blind(NUMBER), claimed=False,
                kind="citizen-card", evidence="test", linked_at=day.now, linked_by="test",
            )
        )  # fmt: skip
    day.release(tube, Call.POSITIVE, ct_n="24.10")
    with day.database.read() as session:
        outcome = str(session.scalars(select(Outcome.id)).one())
    return {
        "Patient": str(pairing.person_id), "Observation": outcome, "DiagnosticReport": outcome,
        "Specimen": str(pairing.id),
    }  # fmt: skip


@pytest.fixture
def token(day: Any) -> str:
    with day.database.write() as session:
        return partners.add_partner(
            session, "cdc", label="CDC", scopes=[Scope.FHIR_READ], place="vn-2021:24",
            by="user:quan", now=day.now,
        )  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_a_page_of_fhir_answers_as_it_says(
    row: Operation, app: Flask, ids: dict[str, str], token: str
) -> None:
    app.testing = False  # an error of ours is a 500 here, as it is for programs
    app.test_client_class = None
    client, answered = app.test_client(), set()

    def send(sent: Sent) -> Any:
        answer = client.open(
            sent.path_url, method=sent.method, data=sent.body,
            headers={**sent.headers, "Authorization": f"Bearer {token}"},
        )  # fmt: skip
        answered.add(answer.status_code)
        return answer

    document = client.get("/api/openapi.json").json
    ask_as_described(document, row, send, lambda case: know(case, row, ids))
    assert 200 in answered


def know(case: schemathesis.Case, row: Operation, ids: dict[str, str]) -> None:
    """Put into a request what leads to the one person."""
    if "{wanted}" in row.path:
        case.path_parameters = {"wanted": ids[row.path.split("/")[2]]}
    if row.asks:
        told = {"identifier": TOKEN, "patient.identifier": TOKEN, "patient": ids["Patient"]}
        sent = dict(case.query or {})
        if not told.keys() & sent.keys():
            sent[row.asks[0].name] = ""
        case.query = {name: told.get(name, value) for name, value in sent.items()}
    if row.takes and isinstance(case.body, dict):
        system, value = TOKEN.split("|")
        patient = {"resourceType": "Patient", "identifier": [{"system": system, "value": value}]}
        meant = {"parameter": [{"name": "resource", "resource": patient}]}
        case.body = {**case.body, **(meant if "parameter" in case.body else patient)}
