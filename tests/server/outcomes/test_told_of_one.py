"""Two records may be one person's, and one tube was told of: the other waits for an answer."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from server import hearing
from server.accounts.within import ANYWHERE
from server.db import Database
from server.lab import queries, recalls, standing
from server.lab.results import Finding, correct_result, enter_result, verify_result
from server.lab.words import Call
from server.outcomes.gate import ResultHeld
from server.people.models import Person
from server.record.requests import StillTested
from server.sampling import identity_desk, matter_decisions, matters
from server.sampling.matter_decisions import Verdict
from tests.server.outcomes.test_doubts_again import Older, look
from tests.server.outcomes.test_holds import Day
from tests.server.outcomes.test_perhaps_one import HOA, answer
from tests.server.sampling.test_erased_doubts import erase

pytestmark = pytest.mark.engines
HOUR = timedelta(hours=1)


def day_of(session: Any, make_scene: Any) -> Day:
    day = Day(make_scene(session))
    day.scene.now += 10 * HOUR
    return day


@pytest.mark.parametrize("how", ["answered", "decided"])
def test_what_was_told_stays_and_the_other_waits_for_an_answer(
    database: Database, make_scene: Any, now: datetime, how: str
) -> None:
    older = Older(database, make_scene, now, told=1)
    look(database, now)
    with database.write() as session:
        day = day_of(session, make_scene)
        result = day.result(older.tubes[1])
        with pytest.raises(ResultHeld, match="doubt"):
            day.release(result)
        assert [day.statuses(each) for each in older.tubes] == [["negative"], []]
        if how == "answered":
            answer(day, older.question, same=False)
        else:
            [matter] = matters.open_matters(session)
            matter_decisions.decide_matter(
                session, matter.id, verdict=Verdict.BOTH, reason="x", by=HOA, now=day.scene.now
            )
        day.release(result)
        assert [day.statuses(each) for each in older.tubes] == [["negative"], ["negative"]]


def test_the_desk_of_identities_and_the_laboratory_say_that_the_other_waits(
    database: Database, make_scene: Any, now: datetime
) -> None:
    hearing.connect()
    older = Older(database, make_scene, now, told=1)
    look(database, now)
    with database.write() as session:
        day = day_of(session, make_scene)
        day.result(older.tubes[1])
        seen = [standing.standings(session, queries.results_of(session, e)) for e in older.tubes]
        assert [each.held for [each] in seen] == [False, True]
        [waits] = identity_desk.perhaps_one(session, ANYWHERE)
        assert (waits.question.id, waits.tubes, waits.holds_result) == (older.question, 1, True)
        answer(day, older.question, same=False)
        [free] = standing.standings(session, queries.results_of(session, older.tubes[1]))
        assert not free.held


def test_nobody_is_erased_while_the_other_waits_for_the_answer_about_them(
    database: Database, make_scene: Any, now: datetime
) -> None:
    older = Older(database, make_scene, now, told=1)
    look(database, now)
    with database.write() as session:
        day = day_of(session, make_scene)
        result, person = day.result(older.tubes[1]), session.get_one(Person, older.people[0])
        with pytest.raises(StillTested, match="another record"), session.begin_nested():
            erase(session, person, day.scene.now)
        with pytest.raises(ResultHeld, match="doubt"):
            day.release(result)
        answer(day, older.question, same=False)
        erase(session, person, day.scene.now)
        assert person.name is None
        day.release(result)


def test_what_is_recalled_is_told_no_more_and_waits_as_well(
    database: Database, make_scene: Any, now: datetime
) -> None:
    older = Older(database, make_scene, now, told=1)
    look(database, now)
    with database.write() as session:
        day = day_of(session, make_scene)
        [told] = queries.results_of(session, older.tubes[0])
        recalls.recall_result(
            session, told.id, recalls.Again.RERUN, reason="x", by="user:minh", now=day.scene.now
        )
        anew = enter_result(
            session, older.tubes[0], Finding(Call.POSITIVE), by="user:lan", now=day.scene.now
        )
        verify_result(session, anew.id, by="user:minh", now=day.scene.now)
        for result in (anew.id, day.result(older.tubes[1])):
            with pytest.raises(ResultHeld, match="doubt"):
                day.release(result)
        assert day.statuses(older.tubes[0])[-1] == "withdrawn"
        assert day.statuses(older.tubes[1]) == []


def test_what_was_told_of_both_stays_told_and_is_amended(
    database: Database, make_scene: Any, now: datetime
) -> None:
    older = Older(database, make_scene, now, told=2)
    look(database, now)
    with database.write() as session:
        day = day_of(session, make_scene)
        [told] = queries.results_of(session, older.tubes[0])
        right = correct_result(
            session, told.id, Finding(Call.POSITIVE), reason="x", by="user:lan", now=day.scene.now
        )
        verify_result(session, right.id, by="user:minh", now=day.scene.now)
        day.release(right.id)
        assert [day.statuses(each) for each in older.tubes] == [
            ["negative", "positive"], ["negative"],
        ]  # fmt: skip
