"""What is gathered for many messages at a time: of a row that cannot be read, and while others wait
for a target that is away."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from server.delivery import routes
from server.delivery.routes import Route
from server.delivery.worker import run_once
from server.exchange.drop import DropChannel
from server.lab.words import Call
from server.people.models import Person
from tests.server.exchange.test_drop import rows

Day = Any


@pytest.fixture
def drop(tmp_path: Path, day: Day, clock: Any) -> DropChannel:
    routes.install([Route("so-y-te")])
    return DropChannel(tmp_path / "drop", day.database, clock)


def results(day: Day, *names: str) -> list[Any]:
    pairings = []
    for name in names:
        tube, [pairing] = day.pair(name)
        day.release(tube, Call.NEGATIVE)
        pairings.append(pairing)
    return pairings


@pytest.mark.engines
def test_one_whose_row_cannot_be_opened_holds_nobody_elses_up(
    drop: DropChannel, day: Day, clock: Any
) -> None:
    drop.folder.mkdir()
    an, *_ = results(day, "Lê Văn An", "Trần Thị Bình", "Phạm Văn Cường")
    with day.database.write() as session:
        rotten = {"id": an.person_id.hex if session.get_bind().dialect.name == "sqlite"
                  else an.person_id}  # fmt: skip
        session.execute(text("UPDATE person SET name = 'v1.rotten' WHERE id = :id"), rotten)
    assert run_once(day.database, {"so-y-te": drop}, clock()) == 2
    assert [row["name"] for row in rows(drop)] == ["Trần Thị Bình", "Phạm Văn Cường"]
    first = day.messages("so-y-te")[0]
    assert (first.state, first.attempts) == ("waiting", 1)


def test_what_waited_for_a_target_is_told_as_it_is_by_then(
    drop: DropChannel, day: Day, clock: Any
) -> None:
    pairings = results(day, "Lê Văn An", "Trần Thị Bình")
    for _ in range(4):
        assert run_once(day.database, {"so-y-te": drop}, clock()) == 0  # the folder is away
        clock.advance(hours=1)
    with day.database.write() as session:
        for each in pairings:
            session.get_one(Person, each.person_id).name = None  # erased
    drop.folder.mkdir()
    assert run_once(day.database, {"so-y-te": drop}, clock()) == 2
    assert [row["name"] for row in rows(drop)] == ["", ""]
