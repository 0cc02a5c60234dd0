"""Which boxes stand in `box_open`: none that is settled, and each that differs, even in a race."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import Database
from server.lab.boxes import queries, services
from server.lab.boxes.custody import Gap
from server.lab.boxes.models import OpenBox
from server.lab.services import receive_tube
from tests.server.outcomes.test_at_once import at_once

BY: dict[str, Any] = {"by": "user:lan"}


def kept(session: Session) -> list[str]:
    session.flush()
    return list(session.scalars(select(OpenBox.box)))


def test_a_box_whose_first_step_is_its_count_is_kept_only_where_it_differs(scene: Any) -> None:
    session, said = scene.session, {"now": scene.now, **BY}
    receive_tube(session, scene.tube(), box="H1", **said)
    services.count(session, "H1", counted=1, **said)
    assert kept(session) == []
    services.pack(session, "H2", team="Đội 1", count=2, **said)
    services.count(session, "H2", counted=1, **said)
    assert kept(session) == ["H2"]


class Box:
    """A packed box whose one tube came; another came with it that was never scanned into it."""

    def __init__(self, database: Database, make_scene: Any) -> None:
        with database.write() as session:
            scene = make_scene(session)
            self.said = {"now": scene.now, **BY}
            own, *self.others = scene.tube(), scene.tube(), scene.tube()
            services.put_in(session, "H1", own, **self.said)
            services.pack(session, "H1", team="Đội 1", count=1, **self.said)
            receive_tube(session, own, box="H1", **self.said)

    def receive(self, session: Session, which: int = 0) -> None:
        receive_tube(session, self.others[which], box="H1", **self.said)

    def count(self, session: Session) -> None:
        services.count(session, "H1", counted=1, **self.said)


@pytest.fixture
def box(database: Database, make_scene: Any) -> Box:
    return Box(database, make_scene)


def gaps(database: Database) -> list[tuple[str, list[Gap]]]:
    with database.read() as session:
        found = queries.open_differences(session)
        return [(box.code, [each.gap for each in gaps]) for box, gaps in found]


@pytest.mark.engines
def test_a_count_during_the_reception_of_another_tube_does_not_miss_it(
    database: Database, box: Box
) -> None:
    assert at_once(database, box.receive, box.count) == []
    assert gaps(database) == [("H1", [Gap.OTHER_TUBES])]


@pytest.mark.engines
def test_a_reception_during_the_count_opens_the_box_again(database: Database, box: Box) -> None:
    assert at_once(database, box.count, box.receive) == []
    assert gaps(database) == [("H1", [Gap.OTHER_TUBES])]


@pytest.mark.engines
def test_a_count_waits_for_every_reception_of_a_transaction(database: Database, box: Box) -> None:
    def both(session: Session) -> None:
        box.receive(session, 0)
        box.receive(session, 1)

    assert at_once(database, both, box.count) == []
    with database.read() as session:
        [(_, [difference])] = queries.open_differences(session)
        assert (difference.gap, difference.counted) == (Gap.OTHER_TUBES, 2)
