"""A whole server in a temporary directory, and people who are signed in to it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server import vault as vaults
from server.accounts import sessions
from server.accounts.models import User
from server.accounts.roles import Role
from server.app import create_app
from server.config import Settings
from server.db import Base, Database, open_database

SignIn = Callable[..., FlaskClient]
DOMAINS = (
    "audit", "accounts", "delivery", "people", "declarations", "sampling", "lab", "outcomes",
    "intake",
)  # fmt: skip
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 08:00 in Vietnam


class Clock:
    """The app's clock: stands still until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


class PersonsClient(FlaskClient):
    """A browser: it sends back the CSRF token of the page it is on."""

    csrf = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        data = kwargs.get("data")
        if kwargs.get("method") == "POST" and self.csrf and (data is None or hasattr(data, "keys")):
            kwargs["data"] = {"csrf_token": self.csrf, **(data or {})}
        return super().open(*args, **kwargs)


@pytest.fixture
def now() -> datetime:
    return MONDAY


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=str(tmp_path), background=False)


@pytest.fixture
def vault(settings: Settings) -> vaults.Vault:
    """The keys of this test, installed."""
    fresh = vaults.Vault.create(settings.vault_path)
    vaults.install(fresh)
    return fresh


@pytest.fixture
def database(settings: Settings, vault: vaults.Vault) -> Iterator[Database]:
    """A fresh database with every table that there is."""
    for domain in DOMAINS:
        if find_spec(f"server.{domain}") and find_spec(f"server.{domain}.models"):
            import_module(f"server.{domain}.models")
    opened = open_database(settings.database_url)
    Base.metadata.create_all(opened.engine)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One transaction that writes: for services.  Views need `database.write()` instead,
    because no second writer comes in while this one is open."""
    with database.write() as session:
        yield session


@pytest.fixture
def app(settings: Settings, database: Database, clock: Clock) -> Iterator[Flask]:
    app = create_app(settings, clock)
    app.testing = True
    app.test_client_class = PersonsClient
    yield app
    app.extensions["database"].engine.dispose()


@pytest.fixture
def sign_in(app: Flask, database: Database, clock: Clock) -> SignIn:
    """Give a client that is signed in under a role; another login gives another person."""

    def signed_in(role: Role, login: str | None = None) -> FlaskClient:
        login = login or str(role)
        with database.write() as session:
            user = session.scalar(select(User).where(User.login == login)) or User(
                login=login, name=f"Người {login}", role=role, password_hash="!",
                place="vn-2021:24", active=True, created_at=clock(),
            )  # fmt: skip
            session.add(user)
            session.flush()
            token = sessions.open_session(session, user, now=clock(), address="127.0.0.1")
        client = app.test_client()
        client.set_cookie("ghepmau", token)
        client.csrf = sessions.csrf_token(token)  # type: ignore[attr-defined]
        return client

    return signed_in
