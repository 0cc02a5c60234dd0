"""The index of name parts: it finds, it follows the name, and its numbers look all alike."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contract import names
from contract.signing import encode
from server import vault as vaults
from server.db import Database
from server.people import queries
from server.people.finding import count_of, has_mark, led_to, named
from server.people.indexing import index_names, unnumbered
from server.people.models import NAME_PARTS, Person
from server.people.name_parts import (
    MORE,
    PLACES,
    has,
    may_have,
    numbers_of,
    parts_of,
    sought,
)
from server.people.name_shares import PER_THOUSAND
from server.rows import insert_rows
from server.vault import KeyFile

SYLLABLES = st.sampled_from(
    ["Nguyễn", "Thị", "Văn", "Hòa", "Hoà", "Lý", "Đỗ", "Quý", "Trần", "Khuyến", "Ưng", "Yến"]
)


@pytest.fixture(scope="module", autouse=True)
def keys(tmp_path_factory: pytest.TempPathFactory) -> vaults.Vault:
    made = vaults.Vault.create(tmp_path_factory.mktemp("keys") / "vault.json")
    vaults.install(made)
    return made


@settings(max_examples=60)
@given(st.lists(SYLLABLES, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_any_parts_in_any_order_with_or_without_marks_lead_to_the_name(
    syllables: list[str], rng: Random
) -> None:
    name, person = " ".join(syllables), uuid4()
    some = rng.sample(syllables, rng.randrange(1, len(syllables) + 1))
    typed = rng.choice((names.match_key, str))(" ".join(some))
    asked, numbers = sought(typed), numbers_of(person, name)
    assert has(name, asked.parts)
    assert all(set(each) & set(numbers) or numbers[-1] == MORE for each in asked.numbers)
    assert len(numbers) == PLACES


def test_what_is_not_in_a_name_is_not_found() -> None:
    assert not has("Trần Thị Bình", parts_of("Bình Bình"))
    assert not has("Trần Thị Bình", parts_of("Bin"))
    assert not has(None, parts_of("Bình"))


def drawn_keys(seed: int) -> vaults.Vault:
    """Return the same keys for one *seed*: how numbers fall together is a matter of the keys."""
    rng = Random(seed)
    secret = [encode(rng.randbytes(32)) for _ in range(4)]
    return vaults.Vault(KeyFile("00000001", {"00000001": secret[0]}, *secret[1:]))


def worst_number(crowd: list[str], people: list[UUID]) -> float:
    """Return how many times more people than in the mean the commonest number is about."""
    numbers = [numbers_of(person, name) for person, name in zip(people, crowd, strict=True)]
    ours = Counter(number for each in numbers for number in each if number is not None)
    return max(ours.values()) * len(ours) / sum(ours.values())


def test_no_number_is_about_many_more_people_than_another(keys: vaults.Vault) -> None:
    rng = Random(5)
    known = [part for part, share in PER_THOUSAND.items() for _ in range(share)]
    crowd = [f"Nguyễn {rng.choice(known)} {rng.choice(known)}" for _ in range(6000)]
    people = [UUID(int=rng.getrandbits(128)) for _ in crowd]
    plain = Counter(part for name in crowd for part in set(parts_of(name)))
    assert max(plain.values()) == len(crowd), "a plain hash would show the commonest at once"
    seen = []
    for seed in range(5):
        vaults.install(drawn_keys(seed))
        seen.append(worst_number(crowd, people))
    vaults.install(keys)
    assert sum(seen) / len(seen) < 6


def test_names_of_few_telling_parts_are_filled_up() -> None:
    numbers = numbers_of(uuid4(), "Nguyễn Văn Thị")
    assert sum(number is not None for number in numbers) == 3
    assert numbers_of(uuid4(), None) == numbers_of(uuid4(), "…") == (None,) * PLACES


def people_led_to(session: Session, groups: Sequence[Sequence[int]], most: int) -> set[UUID]:
    marks = led_to(session, groups, most)
    assert marks is not None
    return set(session.scalars(select(Person.id).where(has_mark(session, Person.id, marks))))


def found(database: Database, text: str) -> set[UUID]:
    with database.read() as session:
        asked = sought(text)
        led = people_led_to(session, asked.numbers, 9)
        assert all(count_of(session, each, 9) >= len(led) for each in asked.numbers)
        each = [may_have(numbers) for numbers in asked.numbers]
        rows = session.execute(select(Person.id, Person.name).where(*each)).all()
        assert {row.id for row in rows} == led
        so_called = {each for each, name in rows if has(name, asked.parts)}
        marks = led_to(session, asked.numbers, 9)
        assert {UUID(each) for each in named(session, marks or (), asked.parts)} == so_called
        return so_called


@pytest.mark.engines
def test_whoever_has_all_parts_is_found_among_those_who_are_led_to(
    database: Database, now: datetime
) -> None:
    called = ("Trần Minh Anh", "Trần Minh Anh", "tran minh anh", "Lê Anh Minh", "Lê Minh Anh Minh",
              "Vũ Minh", "Đỗ Anh", None)  # fmt: skip
    blinds = [queries.name_blind(name) for name in called[:-2]] + [None, None]
    people = {uuid4(): both for both in zip(called, blinds, strict=True)}
    with database.write() as session:
        for who, (name, blind) in people.items():
            session.add(Person(id=who, name=name, name_blind=blind, place="p", created_at=now))
    with database.read() as session:
        every = led_to(session, [sought("Minh Anh").numbers[0] + sought("Minh").numbers[0]], 99)
        assert every is not None
        for text in ("Minh Anh", "minh minh", "trần", "Nga"):
            parts = sought(text).parts
            expected = {who for who, (name, _) in people.items() if has(name, parts)}
            assert {UUID(each) for each in named(session, every, parts)} == expected


def test_the_index_follows_the_name_and_is_filled_where_it_was_not(
    database: Database, now: datetime
) -> None:
    who = uuid4()
    with database.write() as session:
        session.add(Person(id=who, name="Trần Thị Bình", place="vn-2021:24", created_at=now))
    assert found(database, "binh tran") == {who}
    with database.write() as session:
        session.get_one(Person, who).name = "Trần Thị An"
    assert (found(database, "binh"), found(database, "an")) == (set(), {who})
    with database.write() as session:
        session.get_one(Person, who).name = None
    assert found(database, "an") == set()
    with database.write() as session:
        session.get_one(Person, who).name = "Lò Văn Ưng"
        session.flush()
        session.execute(update(Person).values(dict.fromkeys(NAME_PARTS)))
    with database.read() as session:
        assert unnumbered(session)
    assert (index_names(database), index_names(database), index_names(database, anew=True)) == (
        1, 0, 1,
    )  # fmt: skip
    assert found(database, "ưng") == {who}


@pytest.mark.engines
def test_common_parts_lead_to_whoever_has_a_number_of_each_and_to_nobody_else(
    database: Database, now: datetime
) -> None:
    rng = Random(9)
    crowd: dict[UUID, list[int]] = {}
    for _ in range(400):
        numbers = sorted(rng.sample(range(1, 15), rng.randrange(3, PLACES + 1)))
        crowd[uuid4()] = [*numbers[:-1], MORE] if len(numbers) == PLACES else numbers
    rows = [
        {"id": who, "place": "vn-2021:24", "created_at": now,
         **dict(zip_longest(NAME_PARTS, numbers))}
        for who, numbers in crowd.items()
    ]  # fmt: skip
    with database.write() as session:
        insert_rows(session, Person, rows)
        for parts in (1, 2, 2, 2, 2, 3, 3):
            groups = [sorted(rng.sample(range(1, 15), rng.randrange(1, 5))) for _ in range(parts)]
            expected = {
                who for who, own in crowd.items()
                if all(MORE in own or set(own) & set(group) for group in groups)
            }  # fmt: skip
            assert people_led_to(session, groups, len(crowd)) == expected
            assert led_to(session, groups, len(expected) - 1) is None
