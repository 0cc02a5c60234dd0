"""A number was linked to a namesake of whose it is: what came by it is asked about, for a name that
both have says nothing, and the other has no record."""

from uuid import UUID

import pytest
from sqlalchemy import select

from server.lab.words import Call
from server.people.models import Person
from tests.server.intake.test_late_numbers import Late
from tests.server.intake.test_late_numbers import late as late
from tests.server.intake.test_numbers_moved import AN_BY_NUMBER, TUBE, Desk
from tests.server.intake.test_numbers_moved import desk as desk

pytestmark = pytest.mark.engines
NAMESAKE = AN_BY_NUMBER.encode()


def namesake_of(desk: Desk) -> UUID:
    """Return who has the number, and no record by another."""
    bearer = desk.leads_to()
    assert bearer is not None
    assert bearer.id != desk.an
    return bearer.id


def test_what_was_told_to_a_namesake_by_a_number_linked_by_mistake_is_taken_back_and_asked(
    desk: Desk,
) -> None:
    desk.pair(TUBE, NAMESAKE)
    desk.say(TUBE, Call.POSITIVE)
    assert desk.told(TUBE) == {desk.an: "positive"}
    desk.unlink(desk.link)
    assert desk.told(TUBE) == {desk.an: "withdrawn"}
    desk.answer(same=False)
    assert desk.told(TUBE) == {desk.an: "withdrawn", namesake_of(desk): "positive"}
    with desk.database.read() as session:
        said = session.execute(select(Person.name, Person.birth, Person.name_blind)).all()
    assert len(said) == 2
    assert len(set(said)) == 1, "the new record says what the card does"


def test_what_comes_late_by_a_number_linked_to_a_namesake_by_mistake_waits_for_whose_it_is(
    late: Late,
) -> None:
    late.at(3)
    late.unlink(late.link)
    late.at(4)
    late.comes(TUBE, 0, NAMESAKE)
    assert late.is_held(TUBE)
    late.answer(same=False)
    late.say(TUBE, Call.POSITIVE)
    assert late.told(TUBE) == {namesake_of(late): "positive"}


def test_what_came_by_a_number_that_was_theirs_until_now_stays_theirs(desk: Desk) -> None:
    desk.pair(TUBE, NAMESAKE)
    desk.say(TUBE, Call.POSITIVE)
    desk.unlink(desk.link, theirs=True)
    assert desk.questions() == []
    assert desk.told(TUBE) == {desk.an: "positive"}
