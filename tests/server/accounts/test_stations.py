import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from werkzeug.test import TestResponse

from contract.duties import Duty
from contract.signing import public_text, request_message, sign
from server.accounts.enrolment import create_station, issue_code, revoke_station
from server.accounts.health_models import StationHealth
from server.accounts.models import Station
from server.accounts.roles import Role
from server.db import Database

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
STATIC = Path(__file__).parents[3] / "server/static"
ME = "/api/v1/stations/me"


@pytest.fixture
def code(database: Database, clock) -> str:
    with database.write() as session:
        create_station(
            session, "ban-1", label="Bàn 1", place="vn-2021:24", duty=Duty.SAMPLING,
            by="user:test", now=clock(),
        )  # fmt: skip
        return issue_code(session, "ban-1", life=timedelta(minutes=10), by="user:test", now=clock())


def enrol(app: Flask, code: str, key: str = public_text(KEY)) -> TestResponse:
    body = {"code": code, "public_key": key}
    return app.test_client().post("/api/v1/stations/enrol", json=body)


def ask(app: Flask, key: Ed25519PrivateKey = KEY, station: str = "ban-1") -> TestResponse:
    signature = sign(key, request_message(station, "GET", ME, b""))
    headers = {"X-Ghepmau-Station": station, "X-Ghepmau-Signature": signature}
    return app.test_client().get(ME, headers=headers)


def test_a_station_enrols_once_and_is_known_by_its_signature(app: Flask, code: str) -> None:
    told = enrol(app, code.lower().replace("-", " "))
    assert told.status_code == 200
    assert told.json["station"] == "ban-1"
    assert told.json["label"] == "Bàn 1"
    assert len(told.json["sealing_key"]) == 43
    assert [len(key) for key in told.json["card_keys"].values()] == [43]
    assert ask(app).json == told.json
    again = enrol(app, code)
    assert (again.status_code, again.json["code"]) == (403, "enrolment-code-refused")


def test_a_code_runs_out(app: Flask, code: str, clock) -> None:
    clock.advance(minutes=11)
    assert enrol(app, code).status_code == 403


def test_a_newer_code_ends_the_older_one(app: Flask, code: str, database: Database, clock) -> None:
    with database.write() as session:
        newer = issue_code(session, "ban-1", life=timedelta(minutes=10), by="x", now=clock())
    assert enrol(app, code).status_code == 403
    assert enrol(app, newer).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"code": 1}', b"\xff"])
def test_a_request_to_enrol_that_is_unreadable_says_so(app: Flask, body: bytes) -> None:
    answer = app.test_client().post("/api/v1/stations/enrol", data=body)
    assert (answer.status_code, json.loads(answer.data)["code"]) == (422, "bad-input")


def test_a_key_that_is_none_does_not_use_up_the_code(app: Flask, code: str) -> None:
    assert enrol(app, code, "nonsense").status_code == 422
    assert enrol(app, code).status_code == 200


def test_a_strange_signature_is_refused(app: Flask, code: str) -> None:
    assert ask(app).json["code"] == "unknown-station"
    enrol(app, code)
    assert ask(app, OTHER).json["code"] == "bad-signature"
    assert ask(app, station="ban-2").json["code"] == "unknown-station"
    bare = app.test_client().get(ME, headers={"X-Ghepmau-Station": "ban-1"})
    assert (bare.status_code, bare.json["code"]) == (401, "bad-signature")


def test_a_revoked_station_is_refused_at_once(
    app: Flask, code: str, database: Database, clock
) -> None:
    enrol(app, code)
    assert ask(app).status_code == 200
    with app.extensions["database"].write() as session:
        revoke_station(session, "ban-1", by="user:test", now=clock())
    refused = ask(app)
    assert (refused.status_code, refused.json["code"]) == (401, "station-revoked")


def test_a_new_key_replaces_the_old_one_at_once(app: Flask, code: str, clock) -> None:
    enrol(app, code)
    assert ask(app).status_code == 200
    with app.extensions["database"].write() as session:
        newer = issue_code(session, "ban-1", life=timedelta(minutes=10), by="x", now=clock())
    enrol(app, newer, public_text(OTHER))
    assert ask(app).status_code == 401
    assert ask(app, OTHER).status_code == 200


def test_guessing_codes_is_slowed_down(app: Flask, code: str, clock) -> None:
    for _ in range(30):
        assert enrol(app, "AAAA-AAAA-AAAA-AAAA").status_code == 403
    assert enrol(app, code).status_code == 429
    clock.advance(minutes=16)
    assert enrol(app, code).status_code == 403  # too late by now: a new code is needed


@pytest.fixture
def many(database: Database, clock) -> None:
    """Three hundred stations that work, each with as long a name as there is; some stand badly."""
    at = clock()
    with database.write() as session:
        for n in range(300):
            session.add(
                Station(id=f"ban-{n:03d}", label=f"Nhà máy {n} {'ộ' * 60}", place="vn-2021:24",
                        duty="sampling", public_key="k", state="enrolled", enrolled_at=at,
                        created_at=at)
            )  # fmt: skip
            heard = at - timedelta(minutes=30 if n % 100 == 99 else 1)
            problems = "too-hot reader-lost" if n % 100 == 50 else ""
            session.flush()
            session.add(
                StationHealth(station=f"ban-{n:03d}", heard_at=heard, boot="b", mono=1,
                              problems=problems, sick_since=at if problems else None, report=b"")
            )  # fmt: skip


@pytest.mark.usefixtures("many")
def test_hundreds_of_stations_stand_on_pages_those_first_that_need_somebody(sign_in) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    pages = [client.get(f"/stations?page={page}").text for page in range(1, 7)]
    rows = [re.findall(r'<th scope="row"><code>(ban-\d+)', page) for page in pages]
    assert [len(each) for each in rows] == [50] * 6
    assert len({name for page in rows for name in page}) == 300
    assert rows[0][:6] == ["ban-050", "ban-150", "ban-250", "ban-099", "ban-199", "ban-299"]
    assert "page=2" in pages[0]
    assert "page=7" not in pages[5]
    assert "ban-298" in client.get("/stations?page=99").text, "the last page, not an empty one"
    files = sum(len(each.read_bytes()) for each in STATIC.glob("*/*") if each.suffix == ".css")
    assert max(len(page.encode()) for page in pages) + files < 100_000


@pytest.mark.usefixtures("many")
def test_stations_are_found_by_any_word_and_by_how_they_stand(sign_in) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    for asked, names in {
        "q=nha+may+77": ["ban-077"], "state=silent": ["ban-099", "ban-199", "ban-299"],
        "state=silent&q=may+199": ["ban-199"], "q=nowhere": [],
    }.items():  # fmt: skip
        page = client.get(f"/stations?{asked}").text
        assert re.findall(r'<th scope="row"><code>(ban-\d+)', page) == names
    assert "state=well&amp;page=2" in client.get("/stations?state=well").text, "it goes on so"
    assert client.get("/stations?state=nonsense").text.count('<th scope="row">') == 50
