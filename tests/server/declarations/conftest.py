"""A market with a poster, a phone before it, and what the phone sends."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.db import Database
from server.declarations.kinds import PointKind
from server.declarations.phone_models import PhonePerson
from server.declarations.points import PointWish, add_point

ANSWERS = {
    "form": "vn-2021-1", "q.symptoms": "none", "q.patient": "no", "q.from-outbreak": "no",
    "q.sick": "no", "q.travel": "no", "consent": "consent-2026-1",
}  # fmt: skip
LAN = {
    "behalf": "me", "name": "Nguyễn Thị Mẫu", "birth": "1991", "sex": "F", "phone": "0912 345 678",
    "number": "024191000001", "address": "Thôn Mẫu",
}  # fmt: skip


@pytest.fixture
def point(database: Database, now: Any) -> str:
    with database.write() as session:
        wish = PointWish(PointKind.MARKET, "Chợ Mẫu", "vn-2021:24.222.07", opens="06:00")
        return add_point(session, wish, by="user:quan", now=now).id


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def answers() -> dict[str, str]:
    """No to every question, and the agreement."""
    return dict(ANSWERS)


@pytest.fixture
def lan() -> dict[str, str]:
    """What somebody types about herself."""
    return dict(LAN)


@pytest.fixture
def sent() -> Callable[..., Any]:
    """Send a declaration as the page's script does."""

    def send(client: FlaskClient, point: str, **changed: Any) -> Any:
        fields = {"id": str(uuid4()), **ANSWERS, **({} if "who" in changed else LAN), **changed}
        headers = {"X-Ghepmau-Phone": "1"}
        return client.post(f"/api/v1/declarations/{point}", data=fields, headers=headers)

    return send


@pytest.fixture
def known(database: Database) -> Callable[[], list[PhonePerson]]:
    """Return everybody whom some phone declared for."""

    def everybody() -> list[PhonePerson]:
        with database.read() as session:
            return list(session.query(PhonePerson))

    return everybody
