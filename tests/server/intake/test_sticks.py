"""Sticks handed in: by page and by command, with the wire, in any order, twice."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from contract import events, signing
from contract.sticks import pack, read_receipt
from server.accounts.enrolment import enrol, issue_code, revoke_station
from server.accounts.models import Station
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.cli import main
from server.db import Database
from server.intake.models import ChainAlert, Quarantine, StationEpoch, WireEvent
from server.vault import Vault

Sender = Any


def file_of(sender: Sender, *portions: list[bytes], key: Any = None) -> bytes:
    bodies = [events.encode_batch(sender.name, portion) for portion in portions]
    return pack(sender.name, key or sender.key, bodies)


def hand_in(sign_in: Any, data: bytes) -> Any:
    form = {"file": (io.BytesIO(data), "ghepmau-ban-1-01.stick")}
    client = sign_in(Role.ADMINISTRATOR)
    form["csrf_token"] = client.csrf
    return client.post("/intake/stick", data=form, content_type="multipart/form-data")


def stored(database: Database) -> list[bytes]:
    with database.read() as session:
        return list(session.scalars(select(WireEvent.payload).order_by(WireEvent.seq)))


def receipt(sign_in: Any, vault: Vault) -> dict[str, int]:
    body = sign_in(Role.ADMINISTRATOR).get("/intake/stick/ban-1/receipt").data
    said = read_receipt(body, [signing.private_key(vault.card_seed).public_key()])
    assert said.station == "ban-1"
    return {head.epoch: head.seq for head in said.heads}


def test_a_stick_is_handed_in_and_its_receipt_fetched(
    sender: Sender, database: Database, sign_in: Any, vault: Vault
) -> None:
    written = [sender.write() for _ in range(5)]
    page = hand_in(sign_in, file_of(sender, written[:2], written[2:]))
    assert page.status_code == 200
    assert "sự kiện mới" in page.get_data(as_text=True)
    assert stored(database) == written
    assert receipt(sign_in, vault) == {sender.epoch: 5}
    again = hand_in(sign_in, file_of(sender, written))
    assert "Tải biên nhận" in again.get_data(as_text=True)
    assert stored(database) == written


def test_a_receipt_never_reaches_over_a_gap(sender: Sender, sign_in: Any, vault: Vault) -> None:
    written = [sender.write() for _ in range(6)]
    hand_in(sign_in, file_of(sender, written[:2], written[4:]))
    assert receipt(sign_in, vault) == {sender.epoch: 2}
    sender.send(*written[2:4])
    assert receipt(sign_in, vault) == {sender.epoch: 6}


def test_the_good_part_of_a_broken_file_is_kept_and_the_rest_told(
    sender: Sender, database: Database, sign_in: Any
) -> None:
    written = [sender.write() for _ in range(4)]
    data = file_of(sender, written[:2], written[2:])
    page = hand_in(sign_in, data[:-300])
    assert "bị cắt hoặc hỏng" in page.get_data(as_text=True)
    assert stored(database) == written[:2]


def test_a_file_under_a_key_that_is_not_the_stations_is_refused_with_the_reason(
    sender: Sender, database: Database, sign_in: Any
) -> None:
    other = signing.private_key(bytes(32))
    page = hand_in(sign_in, file_of(sender, [sender.write()], key=other))
    assert "không khớp khóa nào" in page.get_data(as_text=True)
    assert stored(database) == []


@pytest.mark.engines
def test_a_stick_from_before_the_station_got_a_new_card_is_taken_and_the_wire_is_not(
    sender: Sender, database: Database, sign_in: Any, now: datetime
) -> None:
    written = [sender.write() for _ in range(3)]
    stick = file_of(sender, written[:1], written[1:])
    for seed in (1, 2):  # two cards died since
        with database.write() as session:
            code = issue_code(session, "ban-1", life=timedelta(minutes=5), by="user:a", now=now)
            enrol(
                session, code, signing.public_text(signing.private_key(bytes([seed] * 32))), now=now
            )
    assert sender.send(*written).get_json()["code"] == "bad-signature"
    assert hand_in(sign_in, stick).status_code == 200
    assert stored(database) == written
    with database.read() as session:
        told = session.scalar(
            select(AuditEntry.detail).where(AuditEntry.action == "stick.imported")
        )
    assert told == "3 new, 0 known, 0 refused, 2 parts by an earlier key"


def test_foreign_files_strange_and_revoked_stations_are_refused(
    sender: Sender, sign_in: Any, database: Database, now: Any
) -> None:
    for data in (b"", b"PK\x03\x04 a document", file_of(sender, []).replace(b"ban-1", b"ban-9")):
        answer = hand_in(sign_in, data)
        assert (answer.status_code, "Không nhận" in answer.get_data(as_text=True)) == (422, True)
    with database.write() as session:
        revoke_station(session, "ban-1", by="t", now=now)
    assert hand_in(sign_in, file_of(sender, [sender.write()])).status_code == 422
    assert sign_in(Role.HEALTH_OFFICER).get("/intake/stick").status_code == 403


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ways=st.lists(
        st.tuples(st.sampled_from(["wire", "stick"]), st.integers(0, 7), st.integers(1, 8)),
        max_size=6,
    )
)
def test_wire_and_stick_in_any_order_and_twice_end_the_same(
    sender: Sender, database: Database, sign_in: Any, vault: Vault,
    ways: list[tuple[str, int, int]],
) -> None:  # fmt: skip
    with database.write() as session:
        for model in (WireEvent, StationEpoch, ChainAlert, Quarantine):
            session.execute(delete(model))
    sender.seq, sender.prev = 0, events.NO_EVENT
    sender.epoch = f"{int(sender.epoch, 16) + 1:016x}"
    written = [sender.write() for _ in range(8)]
    for way, start, size in [*ways, ("stick", 0, 8), ("wire", 0, 8)]:
        portion = written[start : start + size]
        answer = (
            sender.send(*portion) if way == "wire" else hand_in(sign_in, file_of(sender, portion))
        )
        assert answer.status_code == 200
    assert stored(database) == written
    with database.read() as session:
        assert not session.scalars(select(ChainAlert).where(ChainAlert.closed_at.is_(None))).all()
    assert receipt(sign_in, vault) == {sender.epoch: 8}


def test_the_command_takes_files_and_leaves_the_receipt_beside_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    sender: Sender, database: Database,
) -> None:  # fmt: skip
    monkeypatch.setenv("GHEPMAU_DATA", str(tmp_path))
    written = [sender.write() for _ in range(3)]
    path = tmp_path / "ghepmau-ban-1-01.stick"
    path.write_bytes(file_of(sender, written))
    assert main(["import-stick", str(path)]) == 0
    assert "3 new, 0 known" in capsys.readouterr().out
    assert (tmp_path / "ghepmau-ban-1.receipt").read_bytes().startswith(b"GHEPMAU-RECEIPT 1\n")
    path.write_bytes(path.read_bytes()[:-20])
    assert main(["import-stick", str(path)]) == 0
    assert "cut off or damaged" in capsys.readouterr().out
    assert main(["import-stick", str(tmp_path / "none.stick")]) == 2
    path.write_bytes(b"something else")
    assert main(["import-stick", str(path)]) == 2
    assert "was not taken" in capsys.readouterr().err
    with database.read() as session:
        assert session.get(Station, "ban-1") is not None
