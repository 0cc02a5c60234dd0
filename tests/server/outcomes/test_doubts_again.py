"""Open questions about two records are looked at again: a record was set right, or time went by."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from contract.identities import Key, System
from server.db import Database
from server.outcomes.doubt_rounds import AT_ONCE, EVERY, DoubtRounds
from server.people import merges
from server.people.models import Person
from server.record import corrections, requests
from server.record.corrections import Correction
from server.record.requests import Kind
from server.sampling import matters
from server.sampling.decision_models import Matter
from server.sampling.turns import take_turn
from tests.server.outcomes.test_holds import Day
from tests.server.outcomes.test_perhaps_one import HOA, answer, ask, held, one_tube_each, two
from tests.server.people.test_services import CITIZEN, code, meet


@pytest.fixture
def day(scene: Any) -> Day:
    return Day(scene)


def correct(day: Day, person: Person, right: Correction) -> None:
    session, now = day.scene.session, day.scene.now
    wish = requests.ask(
        session, person.id, Kind.CORRECT, wish="sai tên", source="page", due=now, by=HOA, now=now
    )
    corrections.correct(session, wish.id, right, reason="xem thẻ", by=HOA, now=now)


def look(database: Database, now: datetime) -> float:
    later = now + timedelta(hours=9)
    return DoubtRounds(database, lambda: later).round()


@pytest.mark.engines
@pytest.mark.parametrize(
    ("wrong", "right"),
    [(("Trần Bình", 1991), Correction(name="Lê An")), (("Lê An", 1961), Correction(birth="1991"))],
)
def test_a_record_set_right_that_may_be_the_others_after_all_holds_what_both_were_given(
    day: Day, wrong: tuple[str, int], right: Correction
) -> None:
    people = day.scene.person("Lê An", 1991), day.scene.person(*wrong)
    ask(day, *people)
    given = one_tube_each(day, *people)
    day.release(day.result(given[0].tube))
    assert held(day) == set()
    correct(day, people[1], right)
    assert held(day) == {each.tube for each in given}
    assert day.statuses(given[0].tube) == ["negative", "withdrawn"]


@pytest.mark.engines
@pytest.mark.parametrize("right", [Correction(name="Trần Bình"), Correction(birth="1961")])
def test_a_record_set_right_that_is_surely_anothers_lets_go_what_was_held(
    day: Day, right: Correction
) -> None:
    people = two(day)
    ask(day, *people)
    given = one_tube_each(day, *people)
    result = day.result(given[0].tube)
    assert held(day) == {each.tube for each in given}
    correct(day, people[1], right)
    assert held(day) == set()
    day.release(result)
    assert day.statuses(given[0].tube) == ["negative"]


def test_a_record_set_right_lets_nothing_go_that_a_third_record_holds(day: Day) -> None:
    people, third = two(day), day.scene.person("Lê An")
    ask(day, *people)
    ask(day, people[0], third)
    first, second, last = one_tube_each(day, *people, third)
    correct(day, people[1], Correction(name="Trần Bình"))
    assert held(day) == {first.tube, last.tube} != {second.tube}


def test_what_stands_with_records_that_are_merged_with_both_is_held_too(day: Day) -> None:
    people, beside = two(day), two(day)
    for each, more in zip(people, beside, strict=True):
        merges.merge(
            day.scene.session, each.id, more.id, reason="một người", evidence="page", by=HOA,
            now=day.scene.now,
        )  # fmt: skip
    given = one_tube_each(day, *beside)
    ask(day, *people)
    matters.look_again(day.scene.session, [each.id for each in people], day.scene.now)
    assert held(day) == {each.tube for each in given}


@pytest.mark.engines
def test_a_code_that_gives_a_record_its_name_and_asks_at_once_holds_no_two_who_differ(
    day: Day,
) -> None:
    old = Key(System.OLD_CITIZEN, "123456789")
    session = day.scene.session
    nameless = meet(session, day.scene.now, code(CITIZEN, name=None, year=0, raw=b"1"))
    other = meet(session, day.scene.now, code(old, name="Trần Bình", year=2015, raw=b"2"))
    one_tube_each(day, nameless, other)
    meet(session, day.scene.now, code(CITIZEN, old, name="Lê An", year=1991, raw=b"3"))
    assert held(day) == set()


class Older:
    """Two records that were asked about before a release held what both were given."""

    def __init__(self, database: Database, make_scene: Any, now: datetime, told: int) -> None:
        self.database, self.now = database, now
        with database.write() as session:
            day = Day(make_scene(session))
            people = two(day)
            given = one_tube_each(day, *people)
            for each in given[:told]:
                day.release(day.result(each.tube))
            self.question = ask(day, *people)
            self.tubes = [each.tube for each in given]
            self.people: list[UUID] = [each.id for each in people]

    def held(self, make_scene: Any) -> set[Any]:
        with self.database.write() as session:
            return held(Day(make_scene(session)))


@pytest.mark.engines
def test_a_question_from_before_the_rule_holds_what_was_told_of_neither(
    database: Database, make_scene: Any, now: datetime
) -> None:
    older = Older(database, make_scene, now, told=0)
    assert older.held(make_scene) == set()
    assert look(database, now) == EVERY
    assert older.held(make_scene) == set(older.tubes)
    with database.write() as session:
        day = Day(make_scene(session))
        day.scene.now += timedelta(hours=10)
        answer(day, older.question, same=False)
    look(database, now)
    assert older.held(make_scene) == set()


@pytest.mark.engines
@pytest.mark.parametrize("told", [1, 2])
@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=31)])
def test_what_was_told_of_either_is_shown_and_not_taken_back(
    database: Database, make_scene: Any, now: datetime, told: int, later: timedelta
) -> None:
    older = Older(database, make_scene, now, told)
    for _ in range(2):
        look(database, now + later)
    with database.write() as session:
        day = Day(make_scene(session))
        (shown,) = session.scalars(select(Matter))
        assert ({shown.tube, shown.other_tube}, shown.held) == (set(older.tubes), False)
        assert [day.statuses(each) for each in older.tubes[:told]] == [["negative"]] * told


def test_a_name_that_came_since_lets_go_what_was_held_without_it(
    database: Database, make_scene: Any, now: datetime
) -> None:
    older = Older(database, make_scene, now, told=0)
    look(database, now)
    with database.write() as session:
        session.get_one(Person, older.people[0]).name = "Trần Bình"
    look(database, now)
    assert older.held(make_scene) == set()


def test_many_questions_are_looked_at_some_at_a_time(
    database: Database, make_scene: Any, now: datetime
) -> None:
    with database.write() as session:
        day = Day(make_scene(session))
        people = [two(day) for _ in range(AT_ONCE + 1)]
        given = [each for both in people for each in one_tube_each(day, *both)]
        for both in people:
            ask(day, *both)
    rounds = DoubtRounds(database, lambda: now)
    assert rounds.round() < EVERY
    assert rounds.round() == EVERY
    with database.write() as session:
        assert held(Day(make_scene(session))) == {each.tube for each in given}


@pytest.mark.engines
def test_who_asks_about_two_records_waits_for_nobody_at_the_lots_of_other_weeks(
    database: Database, make_scene: Any
) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("it has one writer")
    with database.write() as session:
        day = Day(make_scene(session))
        people = two(day)
        given = one_tube_each(day, *people, days=7)
        ask(day, *people)
        tubes, ids, now = [each.tube for each in given], [each.id for each in people], day.scene.now
    with database.write() as busy, database.write() as session:
        take_turn(busy, tubes)
        session.execute(text("SET LOCAL lock_timeout = '300ms'"))
        matters.look_again(session, ids, now)
