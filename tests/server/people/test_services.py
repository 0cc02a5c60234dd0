"""Persons and their numbers."""

from datetime import datetime
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract import specimens
from contract.identities import Key, Kind, PersonCode, System, parse
from contract.identities.base import BirthDate, Sex
from server.people import numbers, queries, services
from server.people.models import Identity, IdentityQuestion, Person

CITIZEN = Key(System.CITIZEN, "024191000123")


def crowd_of(count: int, seed: int = 4) -> list[specimens.Specimen]:
    return specimens.people(count, Random(seed))


def meet(session: Session, now: datetime, code: PersonCode | bytes) -> Person:
    read = parse(code) if isinstance(code, bytes) else code
    return services.person_of(
        session, read, by="station:ban-1", now=now, evidence="event:1", place="vn-2021:24"
    )


def code(
    *keys: Key, name: str | None = "Nguyễn Thị Mẫu", year: int = 1991, raw: bytes = b"x"
) -> PersonCode:
    return PersonCode(Kind.NATIONAL_QR, raw, keys, name=name, birth=BirthDate(year), sex=Sex.FEMALE)


def doubts(session: Session) -> list[str]:
    return list(session.scalars(select(IdentityQuestion.kind)))


def claim(system: System, value: str) -> Key:
    return Key(system, value, claimed=True)


def test_the_same_code_leads_to_the_same_person(session: Session, now: datetime) -> None:
    for person in crowd_of(6):
        for shown in (specimens.citizen_card(person, 7), specimens.insurance_card(person)):
            assert meet(session, now, shown) is meet(session, now, shown)


def test_two_people_are_two_persons(session: Session, now: datetime) -> None:
    crowd = crowd_of(8, seed=2)
    met = {meet(session, now, specimens.citizen_card(person)).id for person in crowd}
    assert len(met) == len(crowd)


def test_cards_of_both_shapes_meet_in_one_person(session: Session, now: datetime) -> None:
    person = crowd_of(1)[0]
    old = meet(session, now, specimens.citizen_card(person, 7))
    assert meet(session, now, specimens.citizen_card(person, 11)) is old


def test_a_claimed_number_leads_on_where_name_and_birth_year_agree(
    session: Session, now: datetime
) -> None:
    bearer = meet(session, now, code(CITIZEN))
    typed = code(Key(System.NATIONAL, "163"), claim(System.CITIZEN, CITIZEN.value),
                 name="NGUYEN THI MAU")  # fmt: skip
    assert meet(session, now, typed) is bearer
    assert {link.system for link in queries.keys_of(session, bearer.id)} == {"cccd", "qid"}
    assert doubts(session) == []


def test_a_claimed_number_of_somebody_named_otherwise_links_nobody(
    session: Session, now: datetime
) -> None:
    bearer = meet(session, now, code(CITIZEN))
    typed = code(
        Key(System.NATIONAL, "163"), claim(System.CITIZEN, CITIZEN.value), name="Trần Văn Giả"
    )
    other = meet(session, now, typed)
    assert other is not bearer
    assert doubts(session) == ["claim-disagrees"]
    assert meet(session, now, typed) is other
    assert doubts(session) == ["claim-disagrees"]


def test_a_birth_year_that_differs_keeps_a_claim_apart(session: Session, now: datetime) -> None:
    bearer = meet(session, now, code(CITIZEN))
    typed = code(claim(System.CITIZEN, CITIZEN.value), year=1962)
    assert meet(session, now, typed) is not bearer


def test_the_bearer_of_a_card_takes_the_number_that_another_had_claimed(
    session: Session, now: datetime
) -> None:
    claimer = meet(session, now, code(claim(System.CITIZEN, CITIZEN.value), name="Trần Văn Giả"))
    bearer = meet(session, now, code(CITIZEN, raw=b"card"))
    assert bearer is not claimer
    assert doubts(session) == ["claim-ended"]
    assert meet(session, now, code(CITIZEN, raw=b"card")) is bearer


def test_a_claim_is_confirmed_by_the_card_itself(session: Session, now: datetime) -> None:
    person = meet(session, now, code(claim(System.CITIZEN, CITIZEN.value)))
    assert meet(session, now, code(CITIZEN, raw=b"card")) is person
    confirmed = session.scalars(select(Identity).where(Identity.system == "cccd")).one()
    assert confirmed.claimed is False


def test_two_strong_numbers_of_two_persons_open_one_question_and_merge_nobody(
    session: Session, now: datetime
) -> None:
    old = Key(System.OLD_CITIZEN, "121234567")
    first = meet(session, now, code(CITIZEN))
    second = meet(session, now, code(old, name="Nguyễn Thị Khác"))
    both = code(CITIZEN, old)
    assert meet(session, now, both) is first
    assert meet(session, now, both) is first
    assert doubts(session) == ["two-persons"]
    assert [link.person_id for link in queries.keys_of(session, second.id)] == [second.id]


def test_an_old_number_that_two_people_were_given_joins_nobody(
    session: Session, now: datetime
) -> None:
    old = Key(System.OLD_CITIZEN, "121234567")
    first = meet(session, now, code(CITIZEN, old))
    other = Key(System.CITIZEN, "001085000456")
    second = meet(session, now, code(other, old, name="Phạm Văn Khác", year=1985))
    assert second is not first
    assert doubts(session) == ["two-persons"]
    assert meet(session, now, code(other, old, name="Phạm Văn Khác", year=1985)) is second
    assert meet(session, now, code(CITIZEN, old)) is first


def test_an_old_number_leads_on_where_name_and_birth_year_agree(
    session: Session, now: datetime
) -> None:
    old = Key(System.OLD_CITIZEN, "121234567")
    before = meet(session, now, code(old))
    assert meet(session, now, code(CITIZEN, old)) is before


def test_a_phone_links_nobody_and_is_kept_for_each(session: Session, now: datetime) -> None:
    phone = claim(System.PHONE, "0912345678")
    mother = meet(session, now, code(CITIZEN, phone))
    child = meet(session, now, code(Key(System.CITIZEN, "024219000456"), phone, name="Bé Mẫu"))
    assert mother is not child
    found = queries.person_with(session, "0912345678")
    assert {person.id for person in found} == {mother.id, child.id}


def test_a_code_with_only_a_phone_is_known_again_by_its_bytes(
    session: Session, now: datetime
) -> None:
    only = code(claim(System.PHONE, "0912345678"), raw=b"phone")
    other = code(claim(System.PHONE, "0912345678"), raw=b"other")
    assert meet(session, now, only) is meet(session, now, only)
    assert meet(session, now, other) is not meet(session, now, only)


def test_what_was_not_known_is_filled_and_what_was_said_stays(
    session: Session, now: datetime
) -> None:
    person = meet(session, now, code(CITIZEN, name=None))
    meet(session, now, code(CITIZEN, name="NGUYEN THI MAU"))
    meet(session, now, code(CITIZEN, name="Nguyễn Thị Mẫu"))
    meet(session, now, code(CITIZEN, name="Ai Đó Khác"))
    assert person.name == "Nguyễn Thị Mẫu"
    assert queries.persons_named(session, "nguyen thi mau") == [person]


def test_what_was_only_typed_changes_no_known_record(session: Session, now: datetime) -> None:
    bearer = meet(session, now, code(CITIZEN, name="NGUYEN THI MAU"))
    typed = PersonCode(
        Kind.PERSONAL_CARD, b"typed", (claim(System.CITIZEN, CITIZEN.value),),
        name="Nguyễn Thị Mậu", birth=BirthDate(1991, 5, 23), sex=Sex.FEMALE, address="Nơi khác",
    )  # fmt: skip
    for _ in range(2):  # its bytes lead to the bearer then, and prove no more
        assert meet(session, now, typed) is bearer
        assert (bearer.name, bearer.birth, bearer.address) == ("NGUYEN THI MAU", "1991", None)


def test_no_name_or_number_stands_readable_in_the_database(session: Session, now: datetime) -> None:
    meet(session, now, code(CITIZEN))
    connection = session.connection()
    cells = [
        bytes(cell) if isinstance(cell, bytes) else str(cell).encode()
        for table in ("person", "identity")
        for row in connection.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608
        for cell in row
    ]
    assert not [cell for cell in cells if "Mẫu".encode() in cell or CITIZEN.value.encode() in cell]


def test_a_wrong_link_is_ended_and_its_history_stays(session: Session, now: datetime) -> None:
    person = meet(session, now, code(CITIZEN))
    link = queries.keys_of(session, person.id)[0]
    numbers.unlink_number(session, link.id, reason="nhầm", by="user:canbo", now=now)
    assert queries.keys_of(session, person.id) == []
    assert meet(session, now, code(CITIZEN)) is not person


@pytest.mark.parametrize("shape", ["old", "new", "child", "short"])
def test_insurance_cards_make_persons_even_where_the_parents_name_is_damaged(
    session: Session, now: datetime, shape: specimens.Shape
) -> None:
    person = crowd_of(1)[0]
    met = meet(session, now, specimens.insurance_card(person, shape))
    assert met.name == person.name
    assert met.birth_year == person.birth.year
