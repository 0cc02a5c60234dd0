"""A cluster that limps says so: how many nodes get the log of the one that takes writes."""

import pytest

from server.config import Settings
from server.db import Database
from server.upkeep import nodes
from server.upkeep.judging import Level


@pytest.mark.parametrize(
    ("follow", "level"), [(2, Level.WELL), (3, Level.WELL), (1, Level.LOOK), (0, Level.BAD)]
)
def test_a_cluster_of_three_is_well_while_two_follow(follow: int, level: Level) -> None:
    told = nodes.judged(2, follow)
    assert told.level is level
    assert ("patronictl list" in told.sentence) == (level is not Level.WELL)


@pytest.mark.engines
def test_check_counts_who_follows_where_several_nodes_are_named(
    database: Database, settings: Settings
) -> None:
    """The test's own PostgreSQL, named as if it were three: nobody follows it."""
    with database.read() as session:
        assert list(nodes.look(session, settings.database_url)) == []
        if database.engine.dialect.name == "sqlite":
            return
        three = f"{settings.database_url}&host=/nowhere&host=/nowhere"
        [told] = nodes.look(session, three)
    assert told.level is Level.BAD
