"""What growth is measured among is what applying would have left, though nobody applied it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks.load_growth_rows import fill
from benchmarks.load_site import Ground, ground
from contract.identities import parse
from contract.specimens import citizen_card
from server.audit.models import AuditEntry
from server.audit.verifying import verify
from server.db import open_database
from server.figures.recount import differences
from server.intake.models import WireEvent
from server.outcomes.rebuilding import rebuild_desks
from server.people.links import blinds_among, persons_with
from server.people.models import Person
from server.sampling.models import Pairing

NOW = datetime.now(UTC)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Ground]:
    with ground(tmp_path, "sqlite", 2, 10, 1) as one:
        yield one


def test_bulk_rows_are_what_the_product_makes_of_them_when_it_looks_again(made: Ground) -> None:
    people = [*fill(made, 0, 1_500, 30), *fill(made, 1_500, 2_100, 12)]
    database = open_database(made.settings.database_url)
    assert rebuild_desks(database, NOW) == (2_100, 0)
    assert differences(database) == []
    with database.read() as session:
        assert verify(session).faults == []
        for model, count in ((WireEvent, 2_100), (Pairing, 2_100), (Person, 1_050)):
            assert session.scalar(select(func.count()).select_from(model)) == count
        told = select(func.count()).where(AuditEntry.action == "tube.paired")
        assert session.scalar(told) == 2_100
        for one in people:
            code = parse(citizen_card(one))
            assert len(persons_with(session, blinds_among([code]))) == 1
    database.engine.dispose()
