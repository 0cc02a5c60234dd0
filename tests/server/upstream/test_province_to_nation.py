"""Two real servers: a province's outcomes and figures go up through its outbox, without a name."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import select

from server import preparing, vault
from server.accounts import partners
from server.config import Settings
from server.db import Database, open_database
from server.delivery import routes
from server.exchange.targets import load_targets
from server.figures import marks
from server.figures.folding import fold_some
from server.lab import services as lab
from server.lab.words import Call
from server.outcomes.services import release
from server.permissions import Scope
from server.sampling import changes
from server.upstream.models import UpstreamCount, UpstreamFigures, UpstreamOutcome
from tests.server.test_wsgi import port

__all__ = ["port"]
WITHIN_SECONDS = 60.0
NAME = "Lê Thị Không Ai Biết"


@pytest.fixture
def engine() -> str:
    """The province is on PostgreSQL, where its tables are as the migrations made them."""
    return "postgresql"


@pytest.fixture
def now() -> datetime:
    """Figures of the last days go up, so that these things happen today."""
    return datetime.now(UTC)


@contextmanager
def served(data: Path, port: int, **more: str) -> Iterator[None]:
    command = [sys.executable, "-m", "server.cli", "run", "--port", str(port)]
    environment = os.environ | {"GHEPMAU_DATA": str(data), "GHEPMAU_THREADS": "4"} | more
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Ghép Mẫu: ")
        yield
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def nation_at(data: Path, now: datetime) -> tuple[Database, str]:
    """A national server's folder, in which this province may hand over; its token."""
    keys, settings = vault.current(), Settings(data=str(data))
    preparing.prepare(settings)
    database = open_database(settings.database_url)
    with database.write() as session:
        token = partners.add_partner(
            session, "bac-giang", label="Bắc Giang", scopes=[Scope.UPSTREAM], place="vn-2021:24",
            by="user:quan", now=now,
        )  # fmt: skip
    vault.install(keys)
    return database, token


def released_in(database: Database, make_scene: Any) -> None:
    with database.write() as session:
        scene = make_scene(session)
        changes.listeners.append(marks.mark)
        tube = scene.tube()
        scene.pair(tube, scene.person(NAME))
        lab.receive_tube(session, tube, box="H1", by="user:lan", now=scene.now)
        entered = lab.enter_result(
            session, tube, lab.Finding(Call.POSITIVE), by="user:lan", now=scene.now
        )
        lab.verify_result(session, entered.id, by="user:minh", now=scene.now)
        release(session, [entered.id], by="user:minh", now=scene.now)
    fold_some(database)


def test_what_a_province_releases_is_counted_above_and_names_nobody(
    tmp_path_factory: pytest.TempPathFactory, port: int, settings: Settings, database: Database,
    make_scene: Any, now: datetime,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("nation")
    nation, token = nation_at(folder, now)
    (folder / "token").write_text(token)
    targets = folder / "targets.toml"
    targets.write_text(
        f'[[target]]\nname = "nation"\nkind = "upstream"\nurl = "http://127.0.0.1:{port}"\n'
        f'token_file = "{folder / "token"}"\n'
    )
    routes.install(each.route for each in load_targets(str(targets)))
    released_in(database, make_scene)
    routes.install([])
    more = {"GHEPMAU_DATABASE": settings.database, "GHEPMAU_TARGETS": str(targets)}
    with served(folder, port), served(Path(settings.data), port + 1, **more):
        outcome = first(nation, UpstreamOutcome)
        figures = first(nation, UpstreamFigures)
    assert (outcome.source, outcome.status, outcome.version) == ("bac-giang", "positive", 1)
    with nation.read() as session:
        assert session.scalars(select(UpstreamCount.outcomes)).all() == [1]
    assert (figures.people, figures.tubes, figures.released) == (1, 1, 1)
    nation.engine.dispose()
    everything = b"".join(path.read_bytes() for path in folder.glob("ghepmau.sqlite*"))
    assert NAME.encode() not in everything
    assert b"2600000" not in everything  # nor the tube


def first(database: Database, model: Any) -> Any:
    until = monotonic() + WITHIN_SECONDS
    while monotonic() < until:
        with database.read() as session:
            if found := session.scalar(select(model)):
                return found
        Event().wait(0.2)
    raise AssertionError(f"nothing of {model.__tablename__} came")
