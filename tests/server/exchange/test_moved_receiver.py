"""A target whose address changed: the test system of a ministry, then its real one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from server.lab.words import Call
from server.people.models import Person
from tests.server.exchange.conftest import PEERS, PYTHON, free_port, serving
from tests.server.exchange.test_fhir_peers import Day, Peer

JSON = {"Content-Type": "application/fhir+json"}


@pytest.fixture
def real(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    command = [str(PYTHON), str(PEERS / "sekmet_server.py"), str(port), str(tmp_path)]
    with serving(command, port, tmp_path / "log") as url:
        yield url


def result_of(day: Day, *, again: UUID | None = None) -> UUID:
    with day.database.write() as session:
        scene = day.make_scene(session)
        scene.serial = day.serial
        tube = scene.tube()
        person = session.get_one(Person, again) if again else scene.person("Lê Văn An")
        scene.pair(tube, person)
        day.serial = scene.serial
        who: UUID = person.id
    day.release(tube, Call.NEGATIVE)
    return who


def test_what_is_anothers_there_under_the_same_id_is_not_written_over(
    sekmet: str, real: str, day: Day, clock: Any
) -> None:
    before = Peer(sekmet, day, clock)
    an = result_of(day)
    assert before.send() == 1
    [ours] = before.found("Patient", "person", an)
    after = Peer(real, day, clock)
    where = f"{real}/Patient/{ours['id']}"
    theirs = {"resourceType": "Patient", "id": ours["id"], "name": [{"text": "Trần Thị Bình"}]}
    after.pool.request("PUT", where, json=theirs, headers=JSON)
    result_of(day, again=an)
    assert after.send() == 1
    assert after.pool.request("GET", where).json()["name"][0]["text"] == "Trần Thị Bình"
    [moved] = after.found("Patient", "person", an)
    assert moved["name"][0]["text"] == "Lê Văn An"
    result_of(day, again=an)
    assert after.send() == 1  # and what is there is known again
    assert len(after.found("Patient", "person", an)) == 1
