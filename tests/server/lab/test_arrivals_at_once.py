"""A tube that is scanned while its arrival is taken back is received, whichever comes first."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.within import ANYWHERE
from server.db import Database
from server.lab import moves, queries
from server.lab.models import Reception
from server.lab.services import receive_tube, reject_tube
from server.lab.words import Rejection
from tests.server.lab.test_arrivals import HERE, LAN, THERE, XA, came, person, take_back
from tests.server.outcomes.test_at_once import at_once

pytestmark = pytest.mark.engines


@pytest.fixture
def scanned(database: Database, make_scene: Any) -> tuple[Any, Tube]:
    with database.write() as session:
        scene = make_scene(session)
        for login, place in (("lan", HERE), ("xa", THERE)):
            person(session, scene, login, place)
        return scene, came(scene)


def received(database: Database, tube: Tube) -> Reception:
    with database.read() as session:
        reception = queries.reception_of(session, tube)
        assert reception is not None
        assert moves.moves_of(session, tube) == []
        return reception


@pytest.mark.parametrize(("by", "lab"), [(LAN, HERE), (XA, THERE)])
def test_the_scan_waits_and_receives_it_anew(
    database: Database, make_scene: Any, scanned: Any, by: str, lab: str
) -> None:
    scene, tube = scanned

    def unreceive(session: Session) -> None:
        take_back(make_scene(session), tube, ANYWHERE)

    def scan(session: Session) -> None:
        receive_tube(session, tube, box="H1", by=by, now=scene.now, moved=by == XA)

    assert at_once(database, unreceive, scan) == []
    assert received(database, tube).lab == lab


def test_and_so_does_who_rejects_it(database: Database, make_scene: Any, scanned: Any) -> None:
    scene, tube = scanned

    def unreceive(session: Session) -> None:
        take_back(make_scene(session), tube, ANYWHERE)

    def reject(session: Session) -> None:
        reject_tube(session, tube, Rejection.LEAKING, by=LAN, now=scene.now)

    assert at_once(database, unreceive, reject) == []
    assert received(database, tube).reason == Rejection.LEAKING
