"""Who is kept as covered is who has a card or declared by phone, each person once."""

from contextlib import suppress
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server import schema
from server.accounts.sessions import hash_of
from server.cli import main
from server.config import Settings
from server.db import Database
from server.declarations import check_ins, declare
from server.declarations.kinds import PointKind
from server.declarations.models import Declaration, Point
from server.declarations.phone_models import PhonePerson
from server.declarations.points import PointWish, add_point
from server.declarations.questions import Form
from server.declarations.targets import covering
from server.people import merges
from server.people.cards import make_cards
from server.people.covered_models import Covered
from server.people.models import Card
from server.people.roster import Row
from server.record import requests
from tests.server.outcomes.test_at_once import at_once
from tests.server.statements import once_after

PLACES = ("vn-2021:24.222.07", "vn-2021:24.213.01")
FORM = Form("mau-1", 14, "full", ())
MOVES = ("card", "declare", "give", "merge", "merge", "part", "erase")
STEPS = st.lists(
    st.tuples(st.sampled_from(MOVES), st.integers(0, 9), st.integers(0, 9)), max_size=14
)


Config = list[str]


@pytest.fixture
def config(settings: Settings, tmp_path: Path) -> Config:
    path = tmp_path / "server.toml"
    path.write_text(f'data = "{settings.data}"\ndatabase = "{settings.database}"\n')
    return ["--config", str(path)]


class World:
    """Some people on record, a point, and what may happen to them."""

    def __init__(self, session: Session, scene: Any, now: datetime) -> None:
        self.session, self.now = session, now
        wish = PointWish(PointKind.MARKET, "Chợ Mẫu", PLACES[0])
        self.point: Point = add_point(session, wish, by="u", now=now)
        self.people: list[UUID] = [scene.person(f"Người {at}").id for at in range(4)]

    def card(self, which: int, _: int) -> None:
        self.now += timedelta(minutes=1)
        rows = [Row("Nguyễn Mẫu", 1990, "F")]
        made = make_cards(self.session, rows, place=PLACES[which % 2], by="u", now=self.now)
        self.people.append(made.cards[0].person_id)

    def declare(self, which: int, _: int) -> None:
        said = self._phone(self._person(which))
        wish = declare.Wish(uuid4(), FORM, {}, said, on_behalf=False, consent="")
        declare.declare(self.session, self.point, wish, token=str(said), now=self.now)

    def give(self, which: int, other: int) -> None:
        declared = self.session.scalars(select(Declaration.id).order_by(Declaration.id)).all()
        for each in declared[which : which + 1]:
            check_ins.give_to(self.session, each, self._person(other), by="u", now=self.now)

    def merge(self, which: int, other: int) -> None:
        one, two = self._person(which), self._person(other)
        if one != two:
            with suppress(merges.AlreadyOne):
                merges.merge(self.session, one, two, reason="", evidence="t", by="u", now=self.now)

    def part(self, which: int, _: int) -> None:
        for edge in merges.merges_of(self.session, self._person(which))[:1]:
            merges.part(self.session, edge.id, reason="x", by="u", now=self.now)

    def erase(self, which: int, _: int) -> None:
        ids = merges.together(self.session, self._person(which))
        requests.erase(self.session, ids, by="u", now=self.now)

    def covered(self) -> set[UUID]:
        """Count them the slow way: the eldest record of each who has a card or declared."""
        phone = select(Declaration.person_id).where(Declaration.source == "phone")
        given = {*self.session.scalars(phone), *self.session.scalars(select(Card.person_id))}
        each = (merges.together(self.session, one) for one in given)
        return {next(one for one in records if one in given) for records in each}

    def _person(self, which: int) -> UUID:
        return self.people[which % len(self.people)]

    def _phone(self, person: UUID) -> UUID:
        made = PhonePerson(
            id=(which := uuid4()), phone=hash_of(str(which)), person_id=person,
            name="x", said_blind="b", birth_year=1990, on_behalf=False, number="n", card="c",
            added_at=self.now, last_at=self.now,
        )  # fmt: skip
        self.session.add(made)
        self.session.flush()
        return which


def counted(session: Session) -> set[UUID]:
    return set(session.scalars(select(Covered.person_id).where(Covered.counts)))


def fill_anew(session: Session) -> None:
    """Fill the table as an upgrade from before it does."""
    session.execute(text("DROP TABLE covered"))
    context = MigrationContext.configure(session.connection())
    with Operations.context(context):
        import_module(f"server.migrations.versions.{_revision()}").upgrade()


def _revision() -> str:
    (path,) = schema.MIGRATIONS.glob("versions/*_covered.py")
    return path.stem


@hypothesis(max_examples=14, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_what_is_kept_is_what_a_recount_finds(
    database: Database, make_scene: Any, now: datetime, steps: list[Any]
) -> None:
    with database.write() as session:
        world = World(session, make_scene(session), now)
        for move, which, other in steps:
            getattr(world, move)(which, other)
            assert covering.differences(session) == set()
        assert counted(session) == world.covered()
        assert covering.recount(session) == 0
        fill_anew(session)
        assert covering.differences(session) == set()
        session.rollback()


@pytest.mark.engines
def test_one_person_with_two_cards_counts_once_until_their_records_are_parted(
    session: Session, scene: Any, now: datetime
) -> None:
    world = World(session, scene, now)
    world.card(0, 0)
    world.card(1, 0)
    elder, younger = world.people[4:]
    world.merge(4, 0)
    world.merge(0, 5)  # by a record between them that has no card
    assert counted(session) == {elder}
    fill_anew(session)
    assert (counted(session), covering.differences(session)) == ({elder}, set())
    world.declare(0, 0)  # of the three the one between is eldest now
    assert counted(session) == {world.people[0]}
    world.give(0, 5)
    assert counted(session) == {elder}
    world.part(0, 0)
    assert (counted(session), covering.differences(session)) == ({elder, younger}, set())


@pytest.mark.engines
def test_two_records_of_one_person_that_are_covered_at_one_moment_count_once(
    database: Database, make_scene: Any, now: datetime
) -> None:
    with database.write() as session:
        people = World(session, make_scene(session), now).people
        point = session.scalars(select(Point.id)).one()

    def declaring(which: int) -> Any:
        def work(session: Session) -> None:
            world = World.__new__(World)
            world.session, world.now, world.people = session, now, people
            world.point = session.get_one(Point, point)
            world.declare(which, 0)

        return work

    def merging(one: int, other: int) -> Any:
        return lambda session: merges.merge(
            session, people[one], people[other], reason="", evidence="t", by="u", now=now
        )

    for work in (declaring(1), merging(2, 3)):
        with database.write() as session:
            work(session)
    assert at_once(database, declaring(0), merging(0, 1)) == []
    assert at_once(database, declaring(2), declaring(3)) == []
    with database.write() as session:
        assert covering.differences(session) == set()
        assert counted(session) == {min(people[:2]), min(people[2:])}


@pytest.mark.engines
def test_the_command_finds_and_mends_what_was_changed_by_hand(
    database: Database, config: Config, make_scene: Any, now: datetime
) -> None:
    with database.write() as session:
        world = World(session, make_scene(session), now)
        world.card(0, 0)
        world.card(1, 0)
        session.execute(text("UPDATE covered SET counts = false"))
        session.add(Covered(person_id=world.people[0], place="x", counts=True))
        session.flush()
        assert len(covering.differences(session)) == 3
    assert main(["rollups", "recount", "--check", *config]) == 2
    assert main(["rollups", "recount", *config]) == 0
    assert main(["rollups", "recount", "--check", *config]) == 0
    with database.read() as session:
        assert counted(session) == set(world.people[4:])


@pytest.mark.engines
def test_a_card_that_is_made_while_they_are_compared_is_no_mistake(
    database: Database, config: Config, make_scene: Any, now: datetime
) -> None:
    def another() -> None:
        with database.write() as session:
            world.session = session
            world.card(1, 0)

    with database.write() as session:
        world = World(session, make_scene(session), now)
        world.card(0, 0)
    with once_after("FROM covered", another) as met:
        assert main(["rollups", "recount", "--check", *config]) == 0
    assert met, "it came in between"
