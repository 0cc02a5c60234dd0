"""The page on which people see what did not arrive, and the warning before something ends."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.delivery.channels import Refused, Unreachable
from server.delivery.said import ours, vietnamese
from server.delivery.simulated import SimulatedReceiver
from server.delivery.worker import run_once
from server.exchange.expiry import Ending, Watch, endings, jwt_end
from server.exchange.targets import Target
from server.lab.words import Call

SignIn = Callable[..., FlaskClient]
Day = Any


@pytest.fixture
def released(day: Day) -> str:
    tube, [an] = day.pair("Nguyễn Thị Mẫu")
    day.release(tube, Call.POSITIVE)
    return f"{tube}/{an.person_id}/v1"


def test_a_refused_message_is_seen_and_sent_again(
    app: Flask, released: str, day: Day, sign_in: SignIn
) -> None:
    refusing = SimulatedReceiver([Refused("no such tube here")])
    run_once(day.database, {"declarations": refusing}, day.now)
    officer = sign_in(Role.HEALTH_OFFICER)
    page = officer.get("/deliveries").text
    assert released in page
    assert "no such tube here" in page
    assert "Nguyễn Thị Mẫu" not in page
    officer.post("/deliveries/declarations/again")
    channels = app.extensions["channels"]
    assert run_once(day.database, channels, day.now) == 1
    page = officer.get("/deliveries?state=delivered").text
    assert "record:" in page
    [message] = day.messages("declarations")
    officer.post(f"/deliveries/{message.id}/check")
    assert "đúng như đã gửi" in officer.get("/deliveries").text


def test_who_looks_after_receivers_reads_no_finding(
    app: Flask, released: str, day: Day, sign_in: SignIn
) -> None:
    said = 'HTTP 422: {"display":"Detected"} of Nguyễn Thị Mẫu'
    run_once(day.database, {"declarations": SimulatedReceiver([Refused(said)])}, day.now)
    officer, boss = sign_in(Role.HEALTH_OFFICER), sign_in(Role.ADMINISTRATOR)
    assert "Detected" in officer.get("/deliveries").text
    page = boss.get("/deliveries").text
    assert ("HTTP 422" in page, "Detected" in page, "Thị Mẫu" in page) == (True, False, False)
    [message] = day.messages("declarations")
    officer.post(f"/deliveries/{message.id}/aside", data={"reason": "đã gọi bà Mẫu"})
    assert "đã gọi bà Mẫu" in officer.get("/deliveries?state=set-aside").text
    assert "bà Mẫu" not in boss.get("/deliveries?state=set-aside").text
    boss.post(f"/deliveries/{message.id}/check")
    with day.database.read() as session:
        asked = select(AuditEntry.actor).where(AuditEntry.action == "delivery.checked")
        assert list(session.scalars(asked)) == ["user:administrator"]


@given(st.text(), st.sampled_from(["Refused: ", "Uncertain: ", ""]))
def test_what_a_receiver_answered_is_in_no_word_of_ours(said: str, kind: str) -> None:
    assert ours(f"{kind}HTTP 422: {said}") == "HTTP 422"
    assert ours(f"{kind}the answer is no JSON: {said}") == "the answer is no JSON"
    away = "no connection: [Errno 111] Connection refused"
    assert ours(f"{kind}{away}") == away
    assert ours(f"{kind}no connection: Dương tính {said}") == "no connection"
    assert ours("Detected: Nguyen Van A 1991") == ""
    assert ours("Positive: the answer is no positive") == ""
    assert ours(f"RuntimeError: {kind}") == "RuntimeError"
    assert ours(f"the field valueCodeableConcept differs: {said}").endswith(" differs")
    assert ours(None) == ours("bà Mẫu đã được báo") == ""


def test_a_target_that_is_away_is_shown_and_can_be_tried_at_once(
    released: str, day: Day, sign_in: SignIn
) -> None:
    away = SimulatedReceiver([Unreachable("no route to host")] * 3)
    run_once(day.database, {"declarations": away}, day.now)
    officer = sign_in(Role.HEALTH_OFFICER)
    assert "no route to host" in officer.get("/deliveries").text
    assert run_once(day.database, {"declarations": away}, day.now) == 0
    officer.post("/deliveries/declarations/now")
    assert run_once(day.database, {"declarations": away}, day.now) == 1


def test_a_wrong_target_or_state_is_refused(sign_in: SignIn) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    assert officer.get("/deliveries?target=x").status_code == 422
    assert officer.get("/deliveries?state=x").status_code == 422
    assert officer.post("/deliveries/x/again").status_code == 404
    assert officer.post("/deliveries/99/check").status_code == 404
    assert sign_in(Role.LAB_TECHNICIAN).get("/deliveries").status_code == 403


def jwt(claims: dict[str, object]) -> str:
    middle = urlsafe_b64encode(msgspec.json.encode(claims)).decode().rstrip("=")
    return f"e30.{middle}.c2ln"


def test_the_end_of_a_token_is_read_from_it() -> None:
    assert jwt_end(jwt({"exp": 1_800_000_000})) == datetime.fromtimestamp(1_800_000_000, UTC)
    for token in ("", "abc", "a.b.c", jwt({}), jwt({"exp": "soon"}), jwt({"exp": 1e300})):
        assert jwt_end(token) is None


def certificate(path: Path, end: datetime) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ghepmau test")])
    made = x509.CertificateBuilder(
        issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1,
        not_valid_before=end - timedelta(days=90), not_valid_after=end,
    ).sign(key, hashes.SHA256())  # fmt: skip
    path.write_bytes(made.public_bytes(Encoding.PEM))
    return str(path)


def test_what_ends_within_a_month_is_told(
    app: Flask, tmp_path: Path, now: datetime, sign_in: SignIn
) -> None:
    cert = certificate(tmp_path / "us.pem", now + timedelta(days=20))
    token = tmp_path / "token"
    token.write_text(jwt({"exp": (now + timedelta(days=200)).timestamp()}))
    target = Target(
        name="cdc", kind="fhir", url="http://x", client_cert=cert, token_file=str(token)
    )
    watch = Watch([target])
    watch.look()
    assert {each.what for each in endings(target)} == {"token", "our-certificate"}
    assert [each.what for each in watch.soon(now)] == ["our-certificate"]
    app.extensions["expiry"].known = (Ending("cdc", "token", now + timedelta(days=3)),)
    assert "hết hạn" in sign_in(Role.ADMINISTRATOR).get("/deliveries").text


@pytest.mark.parametrize(
    ("noted", "vi"),
    [
        ("no connection: [Errno 111] Connection refused",
         "không kết nối được: [Errno 111] Connection refused"),
        ("Observation was not taken: 422", "Observation không được nhận: 422"),
        ("HTTP 503: try later", "HTTP 503: try later"),
    ],
)  # fmt: skip
def test_what_was_noted_of_a_delivery_is_read_in_vietnamese(noted: str, vi: str) -> None:
    """A receiver's own words stay."""
    assert vietnamese(noted) == vi


def test_why_a_message_was_refused_is_said_in_the_readers_language(
    released: str, day: Day, sign_in: SignIn
) -> None:
    refusing = SimulatedReceiver([Refused("Observation was not taken: no such tube")])
    run_once(day.database, {"declarations": refusing}, day.now)
    officer = sign_in(Role.HEALTH_OFFICER)
    assert "Observation không được nhận: no such tube" in officer.get("/deliveries").text
    assert "was not taken: no such tube" in officer.get("/deliveries?lang=en").text
