"""A name that many have: page by page, in the order of time, nobody twice and nobody left out."""

import json
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from benchmarks import search_people
from server.accounts.within import ANYWHERE
from server.db import Database
from server.officers import search
from server.officers.wishes import Wish
from server.people.models import Person
from server.people.name_parts import has, sought
from server.sampling.models import Pairing
from tests.server.statements import asked

PEOPLE = 3500


@pytest.fixture
def many(database: Database) -> Database:
    search_people.fill(database, PEOPLE)
    return database


def pages(database: Database, wish: Wish) -> Iterator[list[UUID]]:
    while True:
        with database.read() as session:
            found = search.find(session, wish, ANYWHERE)
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


def test_for_the_newest_of_many_who_are_so_called_not_all_are_opened(many: Database) -> None:
    with many.read() as session, asked(many) as statements:
        found = list(search.hits(session, Wish(q="anh"), ANYWHERE, most=1))
    looks = [(said, given) for said, given in statements if "json_each" in said]
    opened = [given[0] for said, given in looks if "person.name" in said]
    assert len(found) == len(opened) == 1
    assert len(json.loads(opened[0])) == search.AT_A_TIME
