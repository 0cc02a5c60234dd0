"""An outbox to fill and to look into."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import select

from server.db import Database
from server.delivery import services
from server.delivery.models import Delivery


@dataclass
class Outbox:
    database: Database
    now: datetime

    def put(self, *keys: str, subject: str = "an") -> None:
        with self.database.write() as session:
            for version, key in enumerate(keys, 1):
                services.enqueue(
                    session, target="records", key=key, subject=subject, version=version,
                    payload="{}", now=self.now,
                )  # fmt: skip

    def stored(self, key: str, target: str = "records") -> Delivery:
        asked = select(Delivery).where(Delivery.key == key, Delivery.target == target)
        with self.database.read() as session:
            return session.scalars(asked).one()


@pytest.fixture
def outbox(database: Database, now: datetime) -> Outbox:
    return Outbox(database, now)
