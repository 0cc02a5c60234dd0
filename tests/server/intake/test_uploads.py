"""Uploads: kept as they came, once, whatever order they come in."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from contract import events
from contract.receipts import ABOUT_EVENTS, Receipt
from server.accounts.models import Station
from server.accounts.roles import Role
from server.db import Database
from server.intake import quarantine, refusals
from server.intake.models import ChainAlert, Quarantine, StationEpoch, WireEvent

pytestmark = pytest.mark.engines

Sender = Any


def payloads(database: Database, station: str = "ban-1") -> list[bytes]:
    with database.read() as session:
        found = select(WireEvent.payload).where(WireEvent.station == station)
        return list(session.scalars(found.order_by(WireEvent.seq)))


def alerts(database: Database) -> list[tuple[str, int, int, bool]]:
    with database.read() as session:
        rows = session.scalars(select(ChainAlert).order_by(ChainAlert.seq))
        return [(row.kind, row.seq, row.last_seq, row.closed_at is None) for row in rows]


def kept(database: Database) -> list[Quarantine]:
    with database.read() as session:
        return list(session.scalars(select(Quarantine).order_by(Quarantine.at)))


def test_events_are_kept_as_they_came_and_a_receipt_says_so(
    sender: Sender, database: Database
) -> None:
    written = [sender.write() for _ in range(3)]
    answer = sender.send(*written)
    assert answer.status_code == 200
    receipt = msgspec.json.decode(answer.data, type=Receipt)
    assert (receipt.stored, receipt.known) == (3, 0)
    assert receipt.now == "2026-11-23T01:00:00+00:00"
    assert payloads(database) == written


def test_the_same_upload_again_changes_nothing(sender: Sender, database: Database) -> None:
    written = [sender.write() for _ in range(3)]
    sender.send(*written)
    again = sender.send(*written)
    assert again.status_code == 200
    assert again.get_json()["known"] == 3
    assert payloads(database) == written
    assert alerts(database) == []


def test_a_changed_replay_is_a_409_and_the_first_stays(sender: Sender, database: Database) -> None:
    first, second = sender.write(), sender.write()
    sender.send(first, second)
    changed = second.replace(b"0.1.0", b"6.6.6")
    third = sender.write()
    answer = sender.send(changed, third)
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "changed-replay"
    assert payloads(database) == [first, second]  # what follows a changed event is not stored
    assert alerts(database) == [("changed-replay", 2, 2, True)]
    assert [(each.reason, each.body) for each in kept(database)] == [("changed-replay", changed)]
    assert sender.send(changed).status_code == 409
    assert [each.times for each in kept(database)] == [2]
    assert sender.send(third).status_code == 200
    assert payloads(database) == [first, second, third]


def test_a_gap_is_an_alert_until_what_is_missing_comes(sender: Sender, database: Database) -> None:
    written = [sender.write() for _ in range(6)]
    sender.send(written[0])
    sender.send(*written[4:])
    assert alerts(database) == [("gap", 2, 4, True)]
    sender.send(written[2])
    assert alerts(database) == [("gap", 2, 4, True)]
    sender.send(written[1], written[3])
    assert alerts(database) == [("gap", 2, 4, False)]
    assert payloads(database) == written


def test_a_fork_is_stored_and_an_alert(sender: Sender, database: Database) -> None:
    sender.send(sender.write())
    sender.prev = "a" * 64
    assert sender.send(sender.write()).status_code == 200
    assert alerts(database) == [("fork", 2, 2, True)]
    assert len(payloads(database)) == 2


def test_one_event_id_is_known_for_ever_in_every_epoch(sender: Sender, database: Database) -> None:
    first = sender.write()
    sender.send(first)
    sender.epoch, sender.seq, sender.prev = "f" * 16, 0, events.NO_EVENT
    other = sender.write(id=events.decode(first).id)
    assert sender.send(other).status_code == 409
    assert payloads(database) == [first]


def test_an_event_of_another_station_is_not_taken(
    sender: Sender, make_sender: Callable[[str], Sender], database: Database
) -> None:
    other = make_sender("ban-2")
    answer = sender.post(events.encode_batch("ban-1", [other.write()]))
    assert answer.status_code == 400
    assert payloads(database) == []


def test_a_later_version_and_an_unknown_kind_are_stored_and_block_nobody(
    sender: Sender, database: Database
) -> None:
    newer = sender.write().replace(b'"v":1', b'"v":2')
    sender.prev = events.digest(newer)
    strange = sender.write().replace(b"station-started", b"tube-sung-to")
    sender.prev = events.digest(strange)
    broken = sender.write().replace(b'"trusted":true', b'"trusted":"so"')
    assert sender.send(newer, strange, broken).status_code == 200
    with database.read() as session:
        rows = session.execute(select(WireEvent.state, WireEvent.problem).order_by(WireEvent.seq))
        assert [tuple(row) for row in rows] == [
            ("refused", "unknown-version"),
            ("refused", "unknown-kind"),
            ("refused", "unreadable-event"),
        ]
    assert alerts(database) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"station":"ban-1","events":[]}', b'{"station":"ban-1","events":[{}]}',
     b'{"station":"ban-1","events":[{"v":1}],"v":1}', b"\xff\xfe", b"[" * 100_000],
)  # fmt: skip
def test_an_unreadable_upload_is_kept_and_answered_plainly(
    sender: Sender, database: Database, body: bytes
) -> None:
    answer = sender.post(body)
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "unreadable-upload"
    assert "giữ lại" in answer.get_json()["message"]
    assert [each.body for each in kept(database)] == [body]


def test_a_wrong_signature_is_kept_and_nothing_is_stored(
    sender: Sender, database: Database
) -> None:
    body = events.encode_batch("ban-1", [sender.write()])
    answer = sender.post(body, **{"X-Ghepmau-Signature": "AAAA"})
    assert answer.status_code == 401
    assert [(each.reason, each.station) for each in kept(database)] == [("bad-signature", "ban-1")]
    assert payloads(database) == []


def test_an_unknown_and_a_revoked_station_are_refused_and_kept(
    sender: Sender, database: Database
) -> None:
    stranger = sender.post(b"{}", **{"X-Ghepmau-Station": "ban-9"})
    assert stranger.get_json()["code"] == "unknown-station"
    with database.write() as session:
        session.get_one(Station, "ban-1").state = "revoked"
    assert sender.send(sender.write()).get_json()["code"] == "station-revoked"
    assert {each.reason for each in kept(database)} == {"unknown-station", "station-revoked"}


def test_a_wrong_content_type_and_a_body_too_large_are_said(
    sender: Sender, database: Database
) -> None:
    wrong = sender.post(b"{}", **{"Content-Type": "text/plain"})
    assert (wrong.status_code, wrong.get_json()["code"]) == (415, "wrong-content-type")
    large = sender.post(b" " * (5 * 1024 * 1024))
    assert (large.status_code, large.get_json()["code"]) == (413, "too-large")
    assert sorted((each.reason, each.size) for each in kept(database)) == [
        ("too-large", 5 * 1024 * 1024), ("wrong-content-type", 2),
    ]  # fmt: skip


def test_strangers_cannot_fill_the_disk_nor_use_up_a_stations_room(
    sender: Sender, database: Database
) -> None:
    for number in range(quarantine.QUOTA + 5):
        sender.post(b"%d" % number, **{"X-Ghepmau-Signature": "AAAA"})
    assert len(kept(database)) == quarantine.QUOTA
    sender.post(b"mine, signed")
    assert len(kept(database)) == quarantine.QUOTA + 1


def test_of_a_large_body_the_beginning_is_kept(sender: Sender, database: Database) -> None:
    sender.post(b"x" * (quarantine.LONGEST + 1000))
    (row,) = kept(database)
    assert (len(row.body), row.size) == (quarantine.LONGEST, quarantine.LONGEST + 1000)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=4), max_size=8))
def test_late_doubled_and_reordered_uploads_end_as_one_delivery_in_order(
    make_sender: Callable[[str], Sender], database: Database, uploads: list[list[int]]
) -> None:
    sender = make_sender(f"ban-{uuid4().hex[:8]}")
    written = [sender.write() for _ in range(8)]
    for upload in [*uploads, list(range(8))]:
        assert sender.send(*(written[index] for index in upload)).status_code == 200
    assert payloads(database, sender.name) == written
    assert all(kind == "gap" and not still for kind, _, _, still in alerts(database))
    with database.read() as session:
        head = session.get_one(StationEpoch, (sender.name, sender.epoch))
        assert (head.last_seq, head.last_hash) == (8, sender.prev)


def test_an_administrator_reads_and_closes_alerts(
    sender: Sender, database: Database, sign_in: Callable[..., FlaskClient]
) -> None:
    first, second, third = (sender.write() for _ in range(3))
    sender.send(third)
    sender.post(b"{")
    client = sign_in(Role.ADMINISTRATOR)
    page = client.get("/intake/alerts").text
    assert "ban-1" in page
    assert "1–2" in page
    assert "gói không đọc được" in page
    with database.read() as session:
        alert = session.scalars(select(ChainAlert)).one()
    assert client.post(f"/intake/alerts/{alert.id}/close").status_code == 302
    assert alerts(database) == [("gap", 1, 2, False)]
    assert sign_in(Role.HEALTH_OFFICER).get("/intake/alerts").status_code == 403
    assert sender.send(first, second).status_code == 200


def test_stations_know_what_is_said_of_their_events() -> None:
    """They set an event aside for these words alone; whoever adds one adds it for them too."""
    said = (refusals.UnreadableUpload, refusals.ChangedReplay, refusals.TooLarge)
    assert {each.code: each.status for each in said} == ABOUT_EVENTS
