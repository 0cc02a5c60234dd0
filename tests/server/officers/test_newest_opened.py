"""A name that many have: page by page, in the order of time, nobody twice and nobody left out."""

import json
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from benchmarks import search_people
from server.accounts.within import ANYWHERE, Within
from server.db import Database
from server.officers import search
from server.officers.sample_states import superseded
from server.officers.wishes import Wish
from server.outcomes.models import Outcome
from server.people.models import Person
from server.people.name_parts import has, sought
from server.sampling.models import Pairing
from tests.server.statements import asked

PEOPLE = 3500
KEPT = ("tube", "person_id", "reason", "pairing_id", "result_id", "place", "sampled_at", "at")


@pytest.fixture
def many(database: Database) -> Database:
    search_people.fill(database, PEOPLE)
    return database


def pages(
    database: Database,
    wish: Wish,
    within: Within = ANYWHERE,
    strides: search.Strides = search.STRIDES,
) -> Iterator[list[UUID]]:
    while True:
        with database.read() as session:
            found = search.find(session, wish, within, strides)
        yield [row.id for row in found.rows]
        if found.after is None:
            return
        wish = replace(wish, after=found.after)


def test_all_who_are_so_called_stand_on_some_page_in_the_order_of_time(many: Database) -> None:
    with many.read() as session:
        every = select(Pairing.id, Person.name).join(Person, Person.id == Pairing.person_id)
        rows = session.execute(every.order_by(Pairing.paired_at.desc())).all()
    for said in ("anh", "Thị Hoa", "minh ngoc"):
        parts = sought(said).parts
        expected = [row.id for row in rows if has(row.name, parts)]
        assert [one for page in pages(many, Wish(q=said)) for one in page] == expected
        upwards = [one for page in pages(many, Wish(q=said, sort="at")) for one in page]
        assert upwards == expected[::-1]


def test_of_many_who_are_so_called_the_samples_of_a_page_are_read_and_no_more(
    many: Database,
) -> None:
    with many.read() as session, asked(many) as statements:
        found = list(search.hits(session, Wish(q="anh"), ANYWHERE, most=1))
    looks = [(said, given) for said, given in statements if "json_each" in said]
    opened = [given[0] for said, given in looks if "JOIN person" in said and "person.name" in said]
    assert len(found) == len(opened) == 1
    assert len(json.loads(opened[0])) == search.AT_A_TIME


def test_samples_of_one_outcome_stand_on_some_page_however_few_rows_a_look_goes_through(
    many: Database,
) -> None:
    corrected = [correct(many, "withdrawn"), correct(many, "negative")]
    small = search.Strides(samples=400, outcomes=10)
    district = Within.of(["vn-2021:24.222"])
    for status, within in (
        ("positive", ANYWHERE), ("positive", district), ("negative", district),
        ("withdrawn", ANYWHERE),
    ):  # fmt: skip
        with many.read() as session:
            told = select(Pairing.id).join(Outcome, Outcome.pairing_id == Pairing.id)
            told = told.where(Outcome.status == status, within.rows(Pairing.place), ~superseded())
            expected = list(session.scalars(told.order_by(Pairing.paired_at.desc())))
        for sort, stand in (("-at", expected), ("at", expected[::-1])):
            found = pages(many, Wish(status=status, sort=sort), within, small)
            assert [one for page in found for one in page] == stand
        assert not (status == "positive" and set(corrected) & set(expected))


def test_rare_outcomes_are_gone_through_by_their_own_index(many: Database) -> None:
    small = search.Strides(samples=400, outcomes=10)
    with many.read() as session, asked(many) as statements:
        search.find(session, Wish(status="positive"), ANYWHERE, small)
    assert any("JOIN outcome" in said and "sampled_at DESC" in said for said, _ in statements)
    assert not any("EXISTS" in said and "paired_at DESC" in said for said, _ in statements)


def correct(database: Database, status: str) -> UUID:
    """Give the newest positive a later version; return its sample."""
    with database.write() as session:
        found = select(Outcome).where(Outcome.status == "positive", ~superseded())
        before = session.scalars(found.order_by(Outcome.sampled_at.desc())).first()
        assert before is not None
        kept = {key: getattr(before, key) for key in KEPT}
        session.add(Outcome(**kept, id=uuid4(), status=status, version=2, supersedes=before.id))
        return before.pairing_id
