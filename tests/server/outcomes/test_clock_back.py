"""The server's clock goes back between table and laboratory: what is on record was before."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contract.tubes import TubeId
from server.audit.models import AuditEntry
from server.lab import services as lab
from server.lab.imports import first
from server.lab.words import Call, Rejection
from server.outcomes import queries
from server.outcomes.services import release
from server.sampling.models import Pairing

pytestmark = pytest.mark.engines

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LAN: dict[str, Any] = {"by": "user:lan"}
POSITIVE = lab.Finding(Call.POSITIVE)


def said(scene: Any, tube: Any) -> list[tuple[str, str]]:
    current = queries.current_of(scene.session, tube)
    return [(each.status, each.reason) for each in current.values()]


def let_out(scene: Any, tube: TubeId) -> None:
    """Let a positive result of *tube* out."""
    entered = lab.enter_result(scene.session, tube, POSITIVE, now=scene.now, **LAN)
    lab.verify_result(scene.session, entered.id, by="user:minh", now=scene.now)
    release(scene.session, [entered.id], by="user:minh", now=scene.now)


def paired(scene: Any) -> TubeId:
    tube: TubeId = scene.tube()
    scene.pair(tube, scene.person())
    return tube


@pytest.mark.parametrize("back", [DAY, 365 * DAY], ids=["a day", "a year"])
def test_who_was_paired_before_the_clock_went_back_gets_what_was_found(
    scene: Any, back: timedelta
) -> None:
    tube = paired(scene)
    scene.now -= back
    lab.receive_tube(scene.session, tube, box="H1", now=scene.now, **LAN)
    assert said(scene, tube) == []
    let_out(scene, tube)
    assert said(scene, tube) == [("positive", "")]
    assert not queries.callbacks(scene.session, done=False)
    [pairing] = scene.session.scalars(select(Pairing))
    assert not pairing.trusted
    assert (pairing.paired_at, pairing.claimed_at) == (scene.now, scene.now + back)  # at the latest
    asked = select(AuditEntry.subject).where(AuditEntry.action == "tube.time-doubted")
    assert scene.session.scalars(asked).all() == [tube.text]


@pytest.mark.parametrize("arrived", [-DAY, 3 * HOUR], ids=["the server's clock", "its own clock"])
def test_so_does_whose_tube_a_station_received(scene: Any, arrived: timedelta) -> None:
    tube, at = paired(scene), scene.now + arrived
    scene.now -= DAY
    station: dict[str, Any] = {"box": "H1", "by": "station:nhan-1", "moved": True}
    lab.receive_tube(scene.session, tube, now=scene.now, arrived=at, **station)
    lab.receive_tube(scene.session, tube, now=scene.now, arrived=scene.now, **station)
    let_out(scene, tube)
    assert said(scene, tube) == [("positive", "")]


def test_a_clock_that_goes_back_after_the_reception_makes_nobody_late(scene: Any) -> None:
    typed, read, scanned = paired(scene), paired(scene), paired(scene)
    scene.now += HOUR
    for tube in (typed, read, scanned):
        lab.receive_tube(scene.session, tube, box="H1", now=scene.now, **LAN)
    scene.now -= DAY
    lab.receive_tube(
        scene.session, scanned, box="H1", by="station:nhan-1", now=scene.now, arrived=scene.now
    )
    found = [first.First(read, POSITIVE, "A1")]
    first.enter(scene.session, found, lab="", run=None, now=scene.now, since=scene.now, **LAN)
    let_out(scene, typed)
    assert said(scene, typed) == [("positive", "")]
    assert not queries.callbacks(scene.session, done=False)


def test_who_was_late_stays_late_whatever_the_clock_does(scene: Any) -> None:
    """Another swab lies in the laboratory under this number; going back makes it nobody's."""
    tube = scene.tube()
    lab.receive_tube(scene.session, tube, box="H1", now=scene.now, **LAN)
    scene.now += HOUR
    scene.pair(tube, scene.person())
    scene.now -= DAY
    lab.enter_result(scene.session, tube, POSITIVE, now=scene.now, **LAN)
    assert said(scene, tube) == [("resample", "paired-after-reception")]
    assert scene.session.scalars(select(Pairing.trusted)).all() == [True]


def test_a_station_that_received_it_before_it_was_paired_is_believed(scene: Any) -> None:
    """Off-line it heard nothing of the pairing, and its clock was right, unlike the server's."""
    tube, came = paired(scene), scene.now - HOUR
    scene.now -= DAY
    lab.receive_tube(
        scene.session, tube, box="H1", by="station:nhan-1", now=scene.now, arrived=came
    )
    assert said(scene, tube) == [("resample", "paired-after-reception")]


def test_a_rejection_under_a_clock_that_went_back_says_its_own_reason(scene: Any) -> None:
    tube = paired(scene)
    scene.now -= DAY
    lab.reject_tube(scene.session, tube, Rejection.LEAKING, now=scene.now, **LAN)
    assert said(scene, tube) == [("resample", "leaking")]
