"""Stations that sign what they send, as real ones do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from contract import events, sealing, signing
from contract.events import Event
from contract.tubes import Tube
from server.accounts.models import Station
from server.db import Database
from server.sampling import lots
from server.vault import Vault
from tests.server.intake import closed_month

BATCHES = "/api/v1/intake/batches"
CODE = "024191000123||Nguyễn Thị Mẫu|02031991|Nữ|Hồng Thái, Việt Yên|01012022".encode()


@dataclass
class Sender:
    """One station: its journal in memory, its key, and the server it sends to."""

    app: Flask
    vault: Vault
    now: datetime
    name: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    epoch: str = "0123456789abcdef"
    seq: int = 0
    prev: str = events.NO_EVENT

    def write(self, kind: type[Event] = events.StationStarted, **more: Any) -> bytes:
        """Write the next event of the chain."""
        if kind is events.StationStarted:
            more = {"software": "0.1.0", **more}
        head = {
            "id": uuid4(), "station": self.name, "epoch": self.epoch, "seq": self.seq + 1,
            "prev": self.prev, "at": self.now + timedelta(seconds=self.seq), "trusted": True,
            "boot": "boot", "mono": self.seq,
        }  # fmt: skip
        data = events.encode(kind(**{**head, **more}))
        self.seq, self.prev = self.seq + 1, events.digest(data)
        return data

    def pairing(self, tube: Tube, code: bytes = CODE, **more: Any) -> bytes:
        sealed = sealing.seal(self.vault.sealing.public_key(), code)
        shape = "pool" if tube.kind == "pool" else "person-first"
        text = more.pop("text", tube.text)
        said = {"tube": text, "person": sealed, "person_kind": "citizen-card",
                "tag": "0" * 16, "order": shape, "took_ms": 4200}  # fmt: skip
        return self.write(events.TubePaired, **{**said, **more})

    def send(self, *written: bytes) -> TestResponse:
        return self.post(events.encode_batch(self.name, list(written)))

    def post(self, body: bytes, **headers: str) -> TestResponse:
        message = signing.request_message(self.name, "POST", BATCHES, body)
        signed = {
            "X-Ghepmau-Station": self.name,
            "X-Ghepmau-Signature": signing.sign(self.key, message),
            "Content-Type": "application/json",
        }
        return self.app.test_client().post(BATCHES, data=body, headers=signed | headers)


def id_of(data: bytes) -> UUID:
    return events.decode(data).id


MakeSender = Callable[[str], Sender]


@pytest.fixture
def make_sender(app: Flask, vault: Vault, database: Database, now: datetime) -> MakeSender:
    def make(name: str) -> Sender:
        sender = Sender(app, vault, now, name)
        public = signing.public_text(sender.key)
        with database.write() as session:
            session.merge(
                Station(id=name, label=name, place="vn-2021:24", duty="sampling",
                        public_key=public, state="enrolled", enrolled_at=now, created_at=now)
            )  # fmt: skip
        return sender

    return make


@pytest.fixture
def sender(make_sender: MakeSender) -> Sender:
    return make_sender("ban-1")


@pytest.fixture
def with_lots(database: Database, now: datetime) -> None:
    with database.write() as session:
        register(session, now)


def register(session: Session, now: datetime) -> None:
    for series in (26, 90):
        lots.register_lot(
            session, series=series, count=50, place="p", station=None, by="u", now=now
        )


@pytest.fixture
def month(sender: Sender, with_lots: None, database: Database, now: datetime) -> list[bytes]:
    """A month that is done, from the scans to the record; its events as they were sent."""
    return closed_month.live_through(sender, database, now)
