"""Invented populations: the same for one seed, and like people where benchmarks rest on it."""

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract import identities
from contract.population import LARGEST, infected, pools, residents
from contract.specimens import citizen_card

PEOPLE = list(residents(4_000, seed=5))


def test_one_seed_gives_one_population_whatever_its_size() -> None:
    assert list(islice(residents(LARGEST, seed=5), 4_000)) == PEOPLE
    assert list(residents(100, seed=6)) != PEOPLE[:100]


def test_nobody_has_anybody_elses_number() -> None:
    for numbers in (lambda one: one.number, lambda one: one.insurance, lambda one: one.qid):
        assert len({numbers(one.person) for one in PEOPLE}) == len(PEOPLE)


def test_numbers_differ_beyond_a_million_people() -> None:
    some = list(residents(200, seed=5, first=1_000_000 - 99))
    assert [one.person.province for one in some] == ["024"] * 100 + ["027"] * 100
    assert len({one.person.number for one in some}) == 200


def test_their_cards_are_read_as_cards() -> None:
    for one in PEOPLE[:50]:
        read = identities.parse(citizen_card(one.person))
        assert read.name == one.person.name


def test_households_and_names_are_as_in_the_province() -> None:
    homes = {one.household for one in PEOPLE}
    assert 3.2 < len(PEOPLE) / len(homes) < 4.2
    nguyen = sum(one.person.name.startswith("Nguyễn ") for one in PEOPLE) / len(PEOPLE)
    assert 0.33 < nguyen < 0.47


@pytest.mark.parametrize("share", [0.005, 0.02])
def test_infections_are_as_many_as_asked_and_come_in_households(share: float) -> None:
    people = list(residents(25_000, seed=9))
    ill = [one for one, positive in infected(people, share, seed=9) if positive]
    assert 0.6 * share < len(ill) / len(people) < 1.6 * share
    homes = {one.household for one in ill}
    assert len(homes) < 0.95 * len(ill)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 20), st.integers(0, 400))
def test_pools_hold_everybody_once_and_nobody_too_many(size: int, count: int) -> None:
    made = list(pools(PEOPLE[:count], size))
    assert [one for pool in made for one in pool] == PEOPLE[:count]
    assert all(1 <= len(pool) <= size for pool in made)


def test_more_people_than_there_are_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="can be invented"):
        next(residents(LARGEST + 1, seed=1))
