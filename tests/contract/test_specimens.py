from random import Random

import pytest

from contract import identities, specimens
from contract.identities import Kind, PersonCode, System

CROWD = specimens.people(300, Random(20210527))


def code_of(raw: bytes) -> PersonCode:
    code = identities.parse(raw)
    assert code.raw == raw
    assert code.warnings == ()
    return code


def test_one_seed_gives_one_crowd() -> None:
    assert specimens.people(300, Random(20210527)) == CROWD
    assert specimens.people(300, Random(1)) != CROWD


def test_no_two_people_share_a_number() -> None:
    for numbers in (
        {person.number for person in CROWD},
        {person.insurance for person in CROWD},
        {person.qid for person in CROWD},
    ):
        assert len(numbers) == len(CROWD)


@pytest.mark.parametrize("fields", [7, 11])
def test_a_citizen_card_says_who_carries_it(fields: int) -> None:
    for person in CROWD:
        raw = specimens.citizen_card(person, fields=11 if fields == 11 else 7)
        assert raw.count(b"|") == fields - 1
        code = code_of(raw)
        assert (code.kind, code.name, code.sex) == (Kind.CITIZEN_CARD, person.name, person.sex)
        assert str(code.birth) == person.birth.isoformat()
        assert (code.primary.value, code.address) == (person.number, person.address)


@pytest.mark.parametrize(
    ("shape", "tokens"), [("old", 15), ("new", 17), ("child", 15), ("short", 10)]
)
def test_an_insurance_card_says_who_carries_it(shape: specimens.Shape, tokens: int) -> None:
    for person in CROWD:
        raw = specimens.insurance_card(person, shape)
        assert len(raw.split(b"|")) == tokens
        code = code_of(raw)
        assert (code.kind, code.name, code.sex) == (Kind.INSURANCE_CARD, person.name, person.sex)
        assert code.keys == (identities.Key(System.INSURANCE, person.insurance),)


def test_a_national_code_links_more_where_it_is_not_masked() -> None:
    for person in CROWD:
        plain = code_of(specimens.national_qr(person))
        masked = code_of(specimens.national_qr(person, masked=True))
        assert plain.primary == masked.primary == identities.Key(System.NATIONAL, person.qid)
        assert identities.Key(System.CITIZEN, person.number, claimed=True) in plain.keys
        assert masked.keys == (masked.primary,)
        assert masked.birth == identities.BirthDate(person.birth.year)
