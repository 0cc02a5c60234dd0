"""The laboratories of the played day let out what was in the tubes, and the check would see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from benchmarks.load_day import Load, day
from benchmarks.load_kept import misplaced
from benchmarks.load_labs import BOX, WELLS, Arrivals, shared, truth_of
from benchmarks.load_labs_check import Let, checked
from benchmarks.load_site import Site, site
from benchmarks.report import Report
from contract.tubes import Tube, TubeId
from server.db import Database, open_database
from server.lab.words import Call
from server.outcomes.models import Outcome
from server.sampling.models import Pairing

MANY = 30


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, "sqlite", 2, 60, 1, labs=1, apart=40) as one:
        yield one


def test_what_was_in_the_tubes_is_out_once_and_what_is_not_so_is_seen(made: Site) -> None:
    report = Report("day")
    day(made, made.chains, Load(MANY / 3, 3.0, 60.0), report)
    figures = {name: value for name, (value, _) in report.figures.items()}
    assert figures["lab_came"] == figures["lab_released"] == MANY
    assert [figures[f"lab_{name}"] for name in ("lost", "doubled", "wrong", "refused")] == [0] * 4
    assert figures["day_refused"] == 0
    assert figures["lab_scan_p95"] > 0

    given = dict(pair for chain in made.chains for pair in chain.given(chain.seq))
    database = open_database(made.settings.database_url)
    assert checked(database, given) == Let(MANY, 0, 0, 0)
    assert checked(database, given | {TubeId.mint(26, 119): ""}) == Let(MANY, 1, 0, 0)
    first, *others = given
    assert checked(database, {tube: given[tube] for tube in others}) == Let(MANY - 1, 0, 0, 1)
    told_otherwise(database, first)
    assert checked(database, given) == Let(MANY, 0, 0, 1)
    exchanged(database, *others[:2])
    assert checked(database, given) == Let(MANY, 0, 0, 3)
    assert misplaced(made.settings.database_url, made.chains) == 2
    database.engine.dispose()


def exchanged(database: Database, one: Tube, other: Tube) -> None:
    """Let two pairings be of each other's person from the start, and the outcomes follow them."""
    with database.write() as session:
        people = [session.scalars(select(Pairing.person_id).where(Pairing.tube == tube)).one()
                  for tube in (one, other)]  # fmt: skip
        for tube, person in zip((one, other), reversed(people), strict=True):
            for model in (Pairing, Outcome):
                session.execute(update(model).where(model.tube == tube).values(person_id=person))


def told_otherwise(database: Database, tube: Tube) -> None:
    other = Call.POSITIVE if truth_of(tube) is Call.NEGATIVE else Call.NEGATIVE
    with database.write() as session:
        session.execute(update(Outcome).where(Outcome.tube == tube).values(status=str(other)))


def test_each_tube_comes_to_one_laboratory_and_some_are_positive() -> None:
    came: Arrivals = [(float(number), TubeId.mint(26, number + 1)) for number in range(500)]
    shares = list(shared(came, 3))
    assert sorted(each for share in shares for each in share) == came
    positive = sum(truth_of(tube) is Call.POSITIVE for _, tube in came)
    assert 5 <= positive <= 60


def test_a_box_fills_the_wells_that_no_control_stands_in() -> None:
    assert len(WELLS) == len(set(WELLS)) == BOX
