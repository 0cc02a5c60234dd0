"""What the API says of itself, asked by a machine: right and wrong requests made from its own
OpenAPI document, each with the rights that the operation asks for, answered as it says.

`make api` asks many more (EXAMPLES, SEED).
"""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient

from contract.signing import public_text, request_message, sign
from server.accounts import partners
from server.accounts.models import Station
from server.accounts.roles import Role
from server.db import Database
from server.operations import OPERATIONS, Operation
from server.permissions import Scope
from tests.server.described import Sent, ask_as_described

STATION = "ban-1"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
RIGHT = {"station": STATION, "place": "vn-2021:24", "status": "negative", "day": "2026-11-22",
         "public_key": public_text(KEY)}  # fmt: skip
ROWS = [row for row in OPERATIONS if row.path.startswith("/api")]  # FHIR: exchange/
Allowed = dict[str, Callable[[Sent], dict[str, str]]]


@pytest.fixture
def allowed(database: Database, clock: Any) -> Allowed:
    """How a request gets the rights of each kind of caller: headers for it."""
    with database.write() as session:
        session.add(
            Station(id=STATION, label="Bàn 1", place="vn-2021:24", duty="sampling",
                    public_key=public_text(KEY), state="enrolled", enrolled_at=clock(),
                    created_at=clock())
        )  # fmt: skip
        token = partners.add_partner(
            session, "cdc", label="CDC", scopes=list(Scope), place="vn-2021:24", by="user:quan",
            now=clock(),
        )  # fmt: skip

    def signed(sent: Sent) -> dict[str, str]:
        body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
        message = request_message(STATION, sent.method or "", sent.path_url.partition("?")[0], body)
        return {"X-Ghepmau-Station": STATION, "X-Ghepmau-Signature": sign(KEY, message)}

    return {"station": signed, "partner": lambda _: {"Authorization": f"Bearer {token}"}}


@pytest.fixture
def officer(app: Flask, sign_in: Any) -> FlaskClient:
    app.testing = False  # an error of ours is a 500 here, as it is for programs
    app.test_client_class = None  # nothing but what is sent
    client: FlaskClient = sign_in(Role.HEALTH_OFFICER)
    return client


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_an_operation_answers_as_it_says(
    row: Operation, officer: FlaskClient, allowed: Allowed
) -> None:
    def send(sent: Sent) -> Any:
        rights = allowed.get(row.access, lambda _: {})(sent)
        return officer.open(
            sent.path_url, method=sent.method, data=sent.body, headers={**sent.headers, **rights}
        )

    ask_as_described(officer.get("/api/openapi.json").json, row, send, know)


def know(case: schemathesis.Case) -> None:
    case.body = righted(case.body)


def righted(body: Any) -> Any:
    """Return *body* with names and places that this server knows, else nothing gets far."""
    if isinstance(body, list):
        return [righted(each) for each in body]
    if isinstance(body, float) and body.is_integer():
        return int(body)  # a whole number to JSON Schema, not to a strict reader
    if not isinstance(body, dict):
        return body
    return {key: RIGHT.get(key, righted(value)) for key, value in body.items()}
