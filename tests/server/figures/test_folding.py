"""Whatever happens, in any order, and whenever somebody counts: the roll-up is the recount."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from server.db import Database
from server.declarations.channel import EmbeddedRecord
from server.declarations.notice import TARGET
from server.delivery import arrivals
from server.delivery.worker import run_once
from server.figures import folding, marks, recount
from server.figures.models import SUMS, Mark, cells, hours, spans, steps
from server.figures.samples import Cell
from server.outcomes.desks import live
from server.sampling.models import Pairing
from tests.server.outcomes.tale import Steps, Tale, tales
from tests.server.statements import once_after

pytestmark = pytest.mark.engines  # only PostgreSQL minds how long a step's name is

SERIALS = count(step=3)
DELIVER, FOLD, LATER = "deliver", "fold", "later"
PLOTS = st.tuples(st.sampled_from(["single", "single", "pool"]), tales())
ASIDES = st.sampled_from([DELIVER, FOLD, LATER, "", "", ""])


class World:
    """Some tubes, each with its tale; a transaction for each thing that happens."""

    def __init__(self, database: Database, make_scene: Any, kinds: Sequence[str]) -> None:
        self.database, self.make_scene = database, make_scene
        with database.write() as session:
            self.scene = make_scene(session)
            self.scene.serial = next(SERIALS)
            people = [self.scene.person(name) for name in ("Lê An", "Trần Bình")]
            self.tales = [Tale(self.scene, pool=kind == "pool", people=people) for kind in kinds]

    def act(self, which: int, name: str, chance: int) -> None:
        tale = self.tales[which]
        with self.database.write() as session:
            self.scene.session = tale.session = session
            tale.act(name, chance)

    def aside(self, what: str) -> None:
        if what == LATER:
            self.scene.now += timedelta(hours=7)
        elif what == FOLD:
            folding.fold_some(self.database, 1)
        elif what == DELIVER:
            now = self.scene.now
            run_once(self.database, {TARGET: EmbeddedRecord(self.database, lambda: now)}, now)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plots=st.lists(PLOTS, min_size=1, max_size=3), asides=st.lists(ASIDES, min_size=8))
def test_the_roll_up_is_the_recount(
    database: Database, make_scene: Any, listening: None, plots: list[tuple[str, Steps]],
    asides: list[str],
) -> None:  # fmt: skip
    world = World(database, make_scene, [kind for kind, _ in plots])
    told = [acts for _, acts in plots]
    for at in range(max(map(len, told))):
        for which, acts in enumerate(told):
            if at < len(acts):
                world.act(which, *acts[at])
                world.aside(asides[(at + which) % len(asides)])
    folding.fold_all(database)
    assert recount.differences(database) == []
    agrees_with_a_plain_count(database)


def agrees_with_a_plain_count(database: Database) -> None:
    """Hold the totals against a count of another kind."""
    with database.read() as session:
        pairs = session.execute(select(Pairing.tube, Pairing.person_id).where(live())).all()
        people, tubes, at_any = session.execute(
            select(func.sum(cells.c.people), func.sum(cells.c.tubes), func.sum(_states()))
        ).one()
        by_hour = session.scalar(select(func.sum(hours.c.people)))
        given = len({(tube.text, person) for tube, person in pairs})
        assert (people or 0, by_hour or 0) == (given, given)
        assert tubes == at_any
        for split, sums in SUMS.items():
            for column in (each.name for each in split.columns if not each.primary_key):
                whole, summed = (
                    session.scalar(select(func.sum(t.c[column]))) for t in (split, sums)
                )
                assert whole == summed, (split.name, column)
        assert (tubes or 0) == len({tube.text for tube, _ in pairs})
        assert session.scalar(select(func.count()).select_from(Mark)) == 0


def _states() -> Any:
    return sum(column for name, column in cells.c.items() if name.startswith("at_"))


def test_a_worker_that_was_overtaken_changes_nothing(database: Database, make_scene: Any) -> None:
    with database.write() as session:
        scene = make_scene(session)
        scene.pair(scene.tube(), scene.person())
    with database.read() as session:
        [(cell, ids)] = folding.marked(session, 8).items()
        early = folding.counted(session, cell)
    with database.write() as session:
        scene.session = session
        scene.pair(scene.tube(), scene.person())
    assert folding.fold_all(database) == 1
    assert not folding.put(database, cell, ids, early), "its mark is gone"
    assert recount.differences(database) == []
    with database.read() as session:
        assert session.scalar(select(cells.c.people)) == 2


def test_a_fact_that_comes_while_a_cell_is_counted_is_counted_next(
    database: Database, make_scene: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        scene.pair(scene.tube(), scene.person())
    with database.read() as session:
        [(cell, ids)] = folding.marked(session, 8).items()
        early = folding.counted(session, cell)
    with database.write() as session:
        scene.session = session
        scene.pair(scene.tube(), scene.person())
    assert folding.put(database, cell, ids, early)
    with database.read() as session:
        assert session.scalar(select(cells.c.people)) == 1
        assert folding.waiting(session) is not None
    assert folding.fold_all(database) == 1
    assert recount.differences(database) == []


def test_a_wrong_row_is_found_and_mended(database: Database, make_scene: Any, now: Any) -> None:
    with database.write() as session:
        scene = make_scene(session)
        scene.pair(scene.tube(), scene.person())
    folding.fold_all(database)
    with database.write() as session:
        session.execute(cells.update().values(people=7))
    assert recount.differences(database) == [Cell("ban-1", date(2026, 11, 23))]
    assert recount.recount(database, now) == 1
    assert recount.differences(database) == []


def test_what_arrives_at_other_receivers_marks_nothing(database: Database, now: Any) -> None:
    with database.write() as session:
        marks.mark_arrived(session, "national", ["260000000182/p/v1"], now)
    assert folding.fold_some(database) == 0


def test_every_time_between_two_steps_is_in_one_bucket(
    database: Database, make_scene: Any, listening: None
) -> None:
    world = World(database, make_scene, ["single"])
    for name, hours_later in (("pair", 3), ("receive", 5), ("enter", 1), ("verify", 0)):
        world.act(0, name, 1 if name == "enter" else 0)
        world.scene.now += timedelta(hours=hours_later)
    world.act(0, "release", 0)
    world.aside(DELIVER)
    folding.fold_all(database)
    with database.read() as session:
        found = {
            row["span"]: [name for name, number in row.items() if number == 1 and name[0] == "b"]
            for row in session.execute(select(spans)).mappings()
        }
        passed = {row.step for row in session.execute(select(steps))}
    assert found == {
        "received": ["b07"], "resulted": ["b08"], "released": ["b05"], "delivered": ["b00"],
        "turnaround": ["b10"],
    }  # fmt: skip
    assert passed == {"received", "resulted", "released", "delivered", "said_positive"}
    assert marks.mark_arrived in arrivals.listeners


def test_what_comes_while_it_is_compared_is_no_mistake(database: Database, make_scene: Any) -> None:
    """The server goes on while somebody asks `rollups recount --check`."""
    with database.write() as session:
        scene = make_scene(session)
        scene.pair(scene.tube(), scene.person())
    folding.fold_all(database)

    def go_on() -> None:
        with database.write() as session:
            scene.session = session
            scene.pair(scene.tube(), scene.person())

    with once_after("FROM figure_mark", go_on) as met:
        assert recount.differences(database) == []
    assert met, "it came in between"
    with database.read() as session:
        assert folding.waiting(session) is not None, "and is counted next"
