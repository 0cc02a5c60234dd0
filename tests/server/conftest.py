"""A whole server in a temporary directory, and people who are signed in to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeId
from server import vault as vaults
from server.accounts import sessions
from server.accounts.models import Station, User
from server.accounts.roles import Role
from server.app import create_app
from server.audit import purposes
from server.config import Settings
from server.db import Database, open_database
from server.figures.marks import mark
from server.outcomes.services import settle_many
from server.people import asking, doubts, merges
from server.people.models import Person
from server.sampling import (
    changes,
    conflicts,
    identity_decisions,
    made_one,
    matter_decisions,
    matters,
    told_apart,
)
from server.sampling.models import Lot, Pairing, PairingVoid, PoolClosing
from server.schema import tables
from tests.server.browsing import TEMPLATES, PersonsClient

hypothesis.register_profile("house", deadline=None)
hypothesis.load_profile("house")
SignIn = Callable[..., FlaskClient]
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 08:00 in Vietnam


class Clock:
    """The app's clock: stands still until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def now() -> datetime:
    return MONDAY


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def settings(tmp_path: Path, engine: str, request: pytest.FixtureRequest) -> Settings:
    """A test marked `blank` makes its tables itself."""
    url = ""
    if engine == "postgresql":
        blank = request.node.get_closest_marker("blank") is not None
        url = request.getfixturevalue("fresh_postgresql")("template1" if blank else "newest")
    return Settings(data=str(tmp_path), database=url, background=False)


@pytest.fixture
def vault(settings: Settings) -> vaults.Vault:
    """The keys of this test, installed."""
    fresh = vaults.Vault.create(settings.vault_path)
    vaults.install(fresh)
    return fresh


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite with every table and no row: a copy costs a twentieth of making them."""
    path = tmp_path_factory.mktemp("empty") / "empty.sqlite"
    opened = open_database(f"sqlite:///{path}")
    tables.create_all(opened.engine)
    opened.engine.dispose()  # the last connection takes what WAL still held into the file
    return path


@pytest.fixture
def database(settings: Settings, vault: vaults.Vault, empty_file: Path) -> Iterator[Database]:
    """A fresh database with every table that there is."""
    opened = open_database(settings.database_url)
    if opened.engine.dialect.name == "sqlite":  # on PostgreSQL they are there, from a template
        copyfile(empty_file, str(opened.engine.url.database))
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
    app.jinja_env.bytecode_cache = TEMPLATES
    app.testing = True
    app.test_client_class = PersonsClient
    yield app
    app.extensions["database"].engine.dispose()


@pytest.fixture
def sign_in(app: Flask, database: Database, clock: Clock) -> SignIn:
    """Give a client that is signed in under a role; another login gives another person."""

    def signed_in(
        role: Role, login: str | None = None, *, place: str = "vn-2021:24", sees: str = "*",
        opens_names: bool = True,
    ) -> FlaskClient:  # fmt: skip
        login = login or str(role)
        with database.write() as session:
            user = session.scalar(select(User).where(User.login == login)) or User(
                login=login, name=f"Người {login}", role=role, password_hash="!",
                place=place, sees=sees, active=True, created_at=clock(),
            )  # fmt: skip
            session.add(user)
            session.flush()
            token = sessions.open_session(session, user, now=clock(), address="127.0.0.1")
            if opens_names and role is Role.HEALTH_OFFICER:
                purposes.say(session, "question", "", by=f"user:{login}", now=clock())
        client = app.test_client()
        client.set_cookie("ghepmau", token)
        client.csrf = sessions.csrf_token(token)  # type: ignore[attr-defined]
        return client

    return signed_in


@dataclass
class Scene:
    """A swab table as its tables in the database have it: a lot, stations, people, pairings."""

    session: Session
    now: datetime
    serial: int = 0

    def tube(self, series: int = 26) -> TubeId:
        """A new tube of a registered lot."""
        self.serial += 1
        return TubeId.mint(series, self.serial)

    def person(self, name: str = "Nguyễn Thị Mẫu", birth_year: int = 1991) -> Person:
        key = vaults.current().blind("person.name", name)
        person = Person(
            id=uuid4(), name=name, name_blind=key, birth_year=birth_year, sex="F",
            place="vn-2021:24.222.07", created_at=self.now,
        )  # fmt: skip
        self.session.add(person)
        self.session.flush()
        return person

    def pair(self, tube: Tube, person: Person, *, station: str = "ban-1") -> Pairing:
        pool = isinstance(tube, TubeId) and tube.series >= 90
        pairing = Pairing(
            id=uuid4(), tube=tube, person_id=person.id, station=station, operator="",
            person_kind="citizen-card", order="pool" if pool else "person-first",
            paired_at=self.now, trusted=True, place=person.place, took_ms=4200, manual=False,
            received_at=self.now,
        )  # fmt: skip
        self.session.add(pairing)
        self._tell(tube)
        return pairing

    def void(self, pairing: Pairing, *, station: str = "", tube: Tube | None = None) -> None:
        """Void it, as its own station does; another station, or another tube, would be a fault."""
        station = station or pairing.station
        void = PairingVoid(
            event_id=uuid4(), pairing_id=pairing.id, tube=tube or pairing.tube, station=station,
            reason="undo", by=f"station:{station}", voided_at=self.now, received_at=self.now,
        )  # fmt: skip
        self.session.add(void)
        self._tell(pairing.tube)

    def close_pool(self, tube: Tube, *, members: int, station: str = "ban-1") -> None:
        closing = PoolClosing(
            event_id=uuid4(), tube=tube, station=station, members=members, closed_at=self.now,
            received_at=self.now,
        )  # fmt: skip
        self.session.add(closing)
        self._tell(tube)

    def _tell(self, tube: Tube) -> None:
        self.session.flush()
        conflicts.review(self.session, tube, now=self.now)
        changes.changed(self.session, tube, now=self.now)


MakeScene = Callable[[Session], Scene]


@pytest.fixture
def make_scene(now: datetime) -> Iterator[MakeScene]:
    """Set a scene in a transaction; outcomes follow every change, as they do in the server."""

    def make(session: Session) -> Scene:
        for name in ("ban-1", "ban-2"):
            session.merge(Station(id=name, label=f"Bàn {name[-1]}", place="vn-2021:24.222.07",
                                  duty="pairing", state="created", created_at=now))  # fmt: skip
        session.flush()
        for series, kind in ((26, "sampling"), (90, "pool"), (98, "control")):
            session.merge(Lot(id=f"L-{series}", kind=kind, series=series, first=1, last=1000,
                              size=1000, place="vn-2021:24", created_at=now,
                              created_by="user:quan"))  # fmt: skip
        session.flush()
        return Scene(session, now)

    heard: tuple[list[Any], ...] = (changes.listeners, merges.joined, merges.parting,
                                    merges.parted, asking.asked, doubts.told_apart)  # fmt: skip
    known = [list(each) for each in heard]
    changes.listeners[:], merges.joined[:] = [settle_many, mark], [made_one.look_again]
    merges.parting[:] = [identity_decisions.take_turns]
    merges.parted[:] = [identity_decisions.look_again, matter_decisions.ask_parted]
    asking.asked[:], doubts.told_apart[:] = [matters.look_again], [told_apart.tell_apart]
    yield make
    for each, before in zip(heard, known, strict=True):
        each[:] = before


@pytest.fixture
def scene(session: Session, make_scene: MakeScene) -> Scene:
    return make_scene(session)
