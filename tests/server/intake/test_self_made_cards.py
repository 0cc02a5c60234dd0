"""A card that somebody made on a phone proves nothing where nobody looks at who carries it."""

import pytest
from sqlalchemy import select

from contract.identities import BirthDate, Key, System
from server.declarations.declarants import Declarant
from server.people.cards import draw_card
from server.people.models import Identity, Person
from server.people.services import person_of
from tests.server.intake.test_late_check_ins_moved import check_in
from tests.server.intake.test_late_numbers import Late
from tests.server.intake.test_late_numbers import late as late
from tests.server.intake.test_numbers_moved import TUBE

pytestmark = pytest.mark.engines


def made_by_phone(late: Late) -> bytes:
    """Somebody types An's name, year and number on a phone; return the card that they get."""
    number, payload = draw_card("Nguyễn Thị An", 1992, "F", now=late.now)
    own = Key(System.CITIZEN, "024192000011", claimed=True)
    who = Declarant("Nguyễn Thị An", BirthDate(1992), None, "0900000009", "", own)
    with late.database.write() as session:
        claimed = person_of(
            session, who.as_code(number, payload), by="point:x", now=late.now,
            evidence="declaration:1", place="vn-2021:24",
        )  # fmt: skip
        assert claimed.id == late.an
    return payload.encode()


def is_claimed(late: Late) -> bool:
    with late.database.read() as session:
        card = select(Identity.claimed).where(Identity.system == System.CARD)
        return session.scalars(card).one()


def test_a_card_made_by_phone_stays_claimed_at_a_point_and_turns_strong_at_a_table(
    late: Late,
) -> None:
    card = made_by_phone(late)
    assert check_in(late, 1, card) == late.an
    assert is_claimed(late)
    late.comes(TUBE, 2, card)
    assert late.bearers()[TUBE.text] == late.an
    assert not is_claimed(late)


def test_what_stands_on_a_card_made_by_phone_changes_no_record_at_a_point(late: Late) -> None:
    card = made_by_phone(late)
    with late.database.write() as session:
        session.get_one(Person, late.an).sex = None
    check_in(late, 1, card)
    with late.database.read() as session:
        assert session.get_one(Person, late.an).sex is None
