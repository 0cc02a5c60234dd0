"""A station that was revoked is let in again by two persons, and what it holds comes in."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from sqlalchemy import select

from contract import events, signing
from contract.health import Heartbeat, encode
from contract.sticks import pack
from server.accounts import enrolment, returning
from server.accounts.health_models import StationHealth
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.cli import main
from server.config import Settings
from server.db import Database
from server.intake.models import WireEvent

Sender = Any
SignIn = Callable[..., FlaskClient]
WHY = {"reason": "thu hồi nhầm, trạm của Lê An"}


@pytest.fixture
def boss(sign_in: SignIn) -> FlaskClient:
    return sign_in(Role.ADMINISTRATOR)


@pytest.fixture
def second(sign_in: SignIn) -> FlaskClient:
    return sign_in(Role.ADMINISTRATOR, "hai")


@pytest.fixture
def lost(sender: Sender, boss: FlaskClient) -> list[bytes]:
    """The journal of a station that was revoked before it could send it."""
    boss.post("/stations/ban-1/revoke")
    written = [sender.write() for _ in range(3)]
    assert sender.send(*written).get_json()["code"] == "station-revoked"
    return written


def hand_in(client: FlaskClient, sender: Sender, written: list[bytes], key: Any = None) -> int:
    stick = pack("ban-1", key or sender.key, [events.encode_batch("ban-1", written)])
    form = {"file": (io.BytesIO(stick), "a.stick")}
    return client.post("/intake/stick", data=form, content_type="multipart/form-data").status_code


def stored(database: Database) -> list[bytes]:
    with database.read() as session:
        return list(session.scalars(select(WireEvent.payload).order_by(WireEvent.seq)))


def enrol(database: Database, key: Ed25519PrivateKey, now: datetime) -> None:
    with database.write() as session:
        code = enrolment.issue_code(session, "ban-1", life=timedelta(minutes=5), by="t", now=now)
        enrolment.enrol(session, code, signing.public_text(key), now=now)


@pytest.mark.engines
def test_two_persons_let_a_station_in_again_and_its_journal_comes_over_the_wire(
    sender: Sender, lost: list[bytes], boss: FlaskClient, second: FlaskClient, database: Database,
    now: datetime,
) -> None:  # fmt: skip
    boss.post("/stations/ban-1/return", data=WHY)
    assert boss.post("/stations/ban-1/return/agree").status_code == 409
    assert "chờ người thứ hai" in second.get("/stations").text
    assert WHY["reason"] in second.get("/stations/ban-1/return").text
    assert second.post("/stations/ban-1/return/agree").status_code == 302
    assert sender.send(*lost).get_json()["code"] == "unknown-station"  # its key alone opens nothing
    sender.key = signing.private_key(bytes([7] * 32))  # enrolling makes a new one on the machine
    enrol(database, sender.key, now)
    assert sender.send(*lost).status_code == 200
    assert stored(database) == lost
    with database.read() as session:
        told = session.scalars(select(AuditEntry).where(AuditEntry.subject == "ban-1")).all()
    assert {"station.revoked", "station.return-asked", "station.let-in-again"} <= {
        entry.action for entry in told
    }
    assert not any("Lê An" in (entry.detail or "") for entry in told)
    assert WHY["reason"] in boss.get("/stations/ban-1/return").text  # kept, and not in the trail


@pytest.mark.engines
def test_a_stick_of_it_is_taken_once_two_persons_agree_and_no_sooner(
    sender: Sender, lost: list[bytes], boss: FlaskClient, second: FlaskClient, database: Database
) -> None:
    assert hand_in(boss, sender, lost) == 422
    boss.post("/stations/ban-1/return", data=WHY)
    assert hand_in(boss, sender, lost) == 422
    second.post("/stations/ban-1/return/agree")
    assert hand_in(boss, sender, lost) == 200
    assert stored(database) == lost
    thief = Ed25519PrivateKey.from_private_bytes(bytes(32))
    hand_in(boss, sender, [sender.write()], key=thief)
    assert stored(database) == lost


def test_what_was_declined_or_never_revoked_stays_as_it_is(
    sender: Sender, lost: list[bytes], boss: FlaskClient, second: FlaskClient, database: Database,
    now: datetime,
) -> None:  # fmt: skip
    assert boss.post("/stations/ban-1/return", data={"reason": " "}).status_code == 422
    assert second.post("/stations/ban-1/return/agree").status_code == 404
    boss.post("/stations/ban-1/return", data=WHY)
    with pytest.raises(returning.AskedAlready), database.write() as session:
        returning.ask_back(session, "ban-1", reason="x", by="user:hai", now=now)
    second.post("/stations/ban-1/return/decline")
    assert second.post("/stations/ban-1/return/agree").status_code == 404
    assert sender.send(*lost).get_json()["code"] == "station-revoked"
    with database.write() as session:
        returning.ask_back(session, "ban-1", reason="x", by="user:hai", now=now)
        returning.agree(session, "ban-1", by="user:administrator", now=now)
        with pytest.raises(returning.NotRevoked):
            returning.ask_back(session, "ban-1", reason="x", by="user:hai", now=now)


def test_a_code_from_before_a_station_was_revoked_is_of_no_use_afterwards(
    sender: Sender, boss: FlaskClient, second: FlaskClient, database: Database, now: datetime
) -> None:
    with database.write() as session:
        code = enrolment.issue_code(session, "ban-1", life=timedelta(days=1), by="t", now=now)
    boss.post("/stations/ban-1/revoke")
    boss.post("/stations/ban-1/return", data=WHY)
    second.post("/stations/ban-1/return/agree")
    with pytest.raises(enrolment.CodeRefused), database.write() as session:
        enrolment.enrol(session, code, signing.public_text(sender.key), now=now)


def test_who_revokes_a_station_is_told_what_is_still_on_it(
    sender: Sender, boss: FlaskClient, database: Database, now: datetime
) -> None:
    assert "không biết trên trạm còn gì" in boss.get("/stations/ban-1/revoke").text
    said = Heartbeat(station="ban-1", at=now, trusted=True, boot="b", mono=1, queue=37)
    with database.write() as session:
        session.add(StationHealth(station="ban-1", heard_at=now, boot="b", mono=1, problems="",
                                  sick_since=None, report=encode(said)))  # fmt: skip
    assert "<strong>37</strong>" in boss.get("/stations/ban-1/revoke").text
    boss.post("/stations/ban-1/revoke")
    with database.read() as session:
        revoked = select(AuditEntry.detail).where(AuditEntry.action == "station.revoked")
        assert session.scalars(revoked).all() == ["37 events waited on it"]


def test_the_operator_is_one_of_the_two_and_not_both(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    sender: Sender, lost: list[bytes], boss: FlaskClient, settings: Settings,
) -> None:  # fmt: skip
    monkeypatch.setenv("GHEPMAU_DATA", settings.data)
    monkeypatch.setenv("GHEPMAU_DATABASE", settings.database)
    assert main(["return-station", "ban-1", "--reason", " "]) == 2
    assert "Why is station ban-1" in capsys.readouterr().err
    assert main(["return-station", "ban-1", "--reason", "found again"]) == 0
    assert main(["return-station", "ban-1", "--agree"]) == 2
    assert "somebody else must agree" in capsys.readouterr().err
    assert main(["return-station", "ban-1", "--decline"]) == 0
    boss.post("/stations/ban-1/return", data=WHY)
    assert main(["return-station", "ban-1", "--agree"]) == 0
    assert "enrol-code" in capsys.readouterr().out
    assert hand_in(boss, sender, lost) == 200
