"""A person is told of once more while a correction is being written, which nobody sees yet."""

from typing import Any
from uuid import uuid4

import pytest

from server.delivery import routes
from server.delivery.routes import Route
from server.exchange import once_more
from server.lab import services as lab
from server.lab.words import Call
from server.outcomes.services import release
from tests.server.exchange.conftest import LAN, MINH
from tests.server.exchange.test_fhir_peers import CODES, Day, Peer, value


@pytest.fixture
def engine() -> str:
    return "postgresql"  # SQLite has one writer


def test_the_correction_stands_though_the_repetition_goes_out_behind_it(
    sekmet: str, day: Day, clock: Any
) -> None:
    peer = Peer(sekmet, day, clock)
    routes.install([Route("cdc", keeps_persons=True)])
    tube, [an] = day.pair("Lê Văn An")
    result = day.release(tube, Call.POSITIVE)
    assert peer.send() == 1
    with day.database.write() as slow:
        day.make_scene(slow)
        finding = lab.Finding(Call.NEGATIVE)
        right = lab.correct_result(slow, result, finding, reason="đọc nhầm", by=LAN, now=day.now)
        lab.verify_result(slow, right.id, by=MINH, now=day.now)
        release(slow, [right.id], by=MINH, now=day.now)
        with day.database.write() as session:
            once_more.tell_again(session, [an.person_id], uuid4(), day.now)
    assert [each.version for each in day.messages("cdc")] == [1, 2, 1]
    assert peer.send() == 2
    assert value(peer.observation(tube, an)) == CODES.values["negative"]
