"""A laboratory with tubes in every state, and files about them."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from contract.tubes import Tube
from server.db import Database
from server.lab import services as lab
from server.lab.imports import queries, services, worker
from server.lab.imports.models import ImportFile
from server.lab.words import Rejection

LAN: dict[str, Any] = {"by": "user:lan"}
Bring = Callable[..., ImportFile]


@pytest.fixture
def tubes(database: Database, make_scene: Any, clock: Any) -> dict[str, Tube]:
    """Tubes by what is known of them; `strange` is of no lot."""
    with database.write() as session:
        scene = make_scene(session)
        names = ("ready", "second", "paired", "received", "rejected", "bare", "third")
        found: dict[str, Tube] = {name: scene.tube() for name in names}
        for name in ("ready", "second", "paired", "rejected", "third"):
            scene.pair(found[name], scene.person(f"Người {name}"))
        for name in ("ready", "second", "received", "third"):
            lab.receive_tube(session, found[name], box="H1", now=clock(), **LAN)
        lab.reject_tube(session, found["rejected"], Rejection.LEAKING, now=clock(), **LAN)
    found["strange"] = type(found["ready"]).mint(31, 5)  # type: ignore[attr-defined]
    return found


@pytest.fixture
def bring(database: Database, clock: Any) -> Bring:
    """Keep a file and stage it, as the worker does; return its receipt."""

    def brought(content: bytes | str, name: str = "me.csv", **how: Any) -> ImportFile:
        raw = content.encode() if isinstance(content, str) else content
        with database.write() as session:
            file, _ = services.keep(session, raw, name=name, now=clock(), **{**LAN, **how})
        worker.run_once(database, clock)
        return receipt(database, file)

    return brought


def receipt(database: Database, file: ImportFile) -> ImportFile:
    """Read a receipt anew, and hold its sum against the rows themselves."""
    with database.read() as session:
        found = services.import_named(session, file.id)
        sums = queries.sums(session, found)
    assert found.row_count == sum(sums.values())
    assert (found.matched, found.queued, found.refused) == tuple(
        sums.get(fate, 0) for fate in ("matched", "queued", "refused")
    )
    return found


@pytest.fixture
def reread(database: Database) -> Callable[[ImportFile], ImportFile]:
    return lambda file: receipt(database, file)


@pytest.fixture
def enter(database: Database, clock: Any) -> Callable[..., ImportFile]:
    """Confirm a receipt and let the worker enter its results."""

    def entered(file: ImportFile, **how: Any) -> ImportFile:
        given = {"assay": "", "knows_cut": False, **LAN, **how}
        with database.write() as session:
            services.confirm(session, file.id, now=clock(), **given)
        worker.run_once(database, clock)
        return receipt(database, file)

    return entered


def csv_of(*rows: tuple[object, ...]) -> str:
    """A plain table: tube, target, Ct, call."""
    file = io.StringIO()
    file.write("Mã ống;Gen;Ct;Kết luận\n")
    for row in rows:
        file.write(";".join(map(str, row)) + "\n")
    return file.getvalue()


@pytest.fixture
def table() -> Callable[..., str]:
    return csv_of
