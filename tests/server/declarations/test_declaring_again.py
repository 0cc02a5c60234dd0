"""Who declares again with less: the same number and nothing against it is the same person."""

from collections.abc import Callable
from datetime import datetime
from itertools import count, product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.cards import CardNumber
from contract.identities import BirthDate, Key, Sex, System, parse
from server.db import Database
from server.declarations.declarants import Declarant
from server.people.agreement import Traits, agree
from server.people.models import Identity, IdentityQuestion, Person
from server.people.services import person_of

Known = Callable[[], list[Any]]
YEAR, WHOLE = "1991", "21/03/1991"
SAME = {"number": "024191000001", "sex": "F"}
NAMES = ["Nguyễn Thị Mẫu", "NGUYEN THI MAU", "Nguyễn Thị Mậu", "Trần Thị Mẫu", "Lê Văn Mẫu"]
SHOWN = "024191000001||Nguyễn Thị Mẫu|21031991|Nữ|Thôn Mẫu|01012021".encode()


@pytest.mark.parametrize(("first", "again"), [(WHOLE, YEAR), (YEAR, WHOLE), (YEAR, YEAR)])
def test_a_number_with_the_year_alone_is_who_gave_it_before(
    sent: Any, known: Known, phone: FlaskClient, point: str, database: Database,
    first: str, again: str,
) -> None:  # fmt: skip
    phone.get(f"/d/{point}")
    for birth in (first, again):
        assert sent(phone, point, birth=birth, address=f"Thôn {birth}", **SAME).status_code == 200
    (person,) = known()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1
        cards = select(Identity.value).where(Identity.system == "card")
        assert list(session.scalars(cards)) == [person.number]  # no card that nobody has


def test_another_phone_with_the_same_number_declares_for_the_same_person(
    sent: Any, known: Known, app: Flask, point: str
) -> None:
    for birth in (WHOLE, YEAR):
        client = app.test_client()
        client.get(f"/d/{point}")
        sent(client, point, birth=birth, **SAME)
    one, other = known()
    assert one.person_id == other.person_id
    assert one.number != other.number  # each phone has a card of its own to show


def test_who_showed_the_card_at_a_table_is_who_declares_with_the_year(
    sent: Any, known: Known, phone: FlaskClient, point: str, database: Database, now: datetime
) -> None:
    with database.write() as session:
        shown = person_of(
            session, parse(SHOWN), by="x", now=now, evidence="event:x", place="vn-2021:24"
        ).id
    phone.get(f"/d/{point}")
    sent(phone, point, birth=YEAR, **SAME)
    (person,) = known()
    assert person.person_id == shown
    with database.read() as session:
        assert session.get_one(Person, shown).birth == "1991-03-21"  # typed words change nothing


@pytest.mark.parametrize(
    "changed", [{"birth": "1990"}, {"birth": "22/03/1991"}, {"name": "Trần Thị Mẫu"}]
)
def test_a_number_with_other_words_is_another_person_and_is_asked_about(
    sent: Any, known: Known, phone: FlaskClient, point: str, database: Database,
    changed: dict[str, str],
) -> None:  # fmt: skip
    phone.get(f"/d/{point}")
    number = {"number": "121234567", "sex": "F"}  # an old one says neither sex nor year itself
    sent(phone, point, birth=WHOLE, **number)
    sent(phone, point, **({"birth": WHOLE} | number | changed))
    assert len({each.person_id for each in known()}) == 2
    with database.read() as session:
        assert list(session.scalars(select(IdentityQuestion.kind))) == ["claim-disagrees"]


COUNT = count(1)
CARDS = filter(
    None, (CardNumber.mint(bytes(6) + bytes(each)) for each in product(range(30), repeat=3))
)
births = st.builds(
    BirthDate, st.sampled_from([1990, 1991]), st.sampled_from([3, 4]), st.sampled_from([21, 22])
) | st.builds(BirthDate, st.sampled_from([1990, 1991]))
described = st.tuples(st.sampled_from(NAMES), births, st.sampled_from([Sex.MALE, Sex.FEMALE, None]))


def contradicts(one: Traits, other: Traits) -> bool:
    """Say by its own words what `agree` must never join."""
    days = bool(one.birth) and bool(other.birth) and one.birth != other.birth
    sexes = bool(one.sex) and bool(other.sex) and one.sex != other.sex
    return one.name != other.name or one.birth_year != other.birth_year or days or sexes


@given(first=described, again=described, same_number=st.booleans())
@example(
    first=(NAMES[0], BirthDate(1991, 3, 21), Sex.FEMALE),
    again=(NAMES[1], BirthDate(1991), None),
    same_number=True,
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_number_joins_where_nothing_contradicts_and_never_else(
    session: Session, now: datetime, first: Any, again: Any, *, same_number: bool
) -> None:
    one = f"{next(COUNT):09}"
    numbers = (one, one if same_number else f"{next(COUNT):09}")
    keys = [Key(System.OLD_CITIZEN, each, claimed=True) for each in numbers]
    met = []
    for (name, birth, sex), key in zip((first, again), keys, strict=True):
        who = Declarant(name, birth, sex, "0912345678", "Thôn Mẫu", key)
        card = next(CARDS)
        code = who.as_code(card, f"P:{card.text}")
        person = person_of(session, code, by="p", now=now, evidence="declaration:x", place="p")
        session.flush()
        met.append(person.id)
    said = [Traits.of_words(*each) for each in (first, again)]
    assert agree(*said) is (not contradicts(*said))
    assert (met[0] == met[1]) is (same_number and not contradicts(*said))
