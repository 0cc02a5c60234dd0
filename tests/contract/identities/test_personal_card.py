from datetime import date

import pytest

from contract import cards, identities, signing
from contract.identities import BirthDate, IdentityError, Key, Kind, Sex, System

PRESS = signing.private_key(b"the card press's key, for a test")
NUMBER = cards.CardNumber.mint(bytes(range(9)))


def signed(name: str = "Nguyễn Thị Mẫu", year: int = 1941, sex: str = "F") -> str:
    assert NUMBER is not None
    return cards.sign_card(cards.SignedCard(NUMBER, name, year, sex, date(2026, 5, 27)), PRESS)


def test_both_forms_of_a_card_name_the_same_person() -> None:
    assert NUMBER is not None
    plain = identities.parse(NUMBER.payload.encode())
    full = identities.parse(signed().encode())
    assert plain.kind is full.kind is Kind.PERSONAL_CARD
    assert plain.primary == full.primary == Key(System.CARD, NUMBER.text)


def test_a_signed_card_says_what_a_person_can_be_asked() -> None:
    code = identities.parse(signed().encode())
    assert (code.name, code.birth, code.sex) == ("Nguyễn Thị Mẫu", BirthDate(1941), Sex.FEMALE)


def test_what_a_card_does_not_know_stays_unknown() -> None:
    code = identities.parse(signed("", 0, "").encode())
    assert (code.name, code.birth, code.sex) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        signed()[:-9],
        signed().lower(),
        " " + signed(),
        signed().replace("P1:", "P1:%%%"),
        "P1:",
        "P:AAAAAAAAAA",
        "p:k7m3q9xt4h",
        "P:260000000182",
    ],
)
def test_a_misread_card_is_nobody(text: str) -> None:
    with pytest.raises(IdentityError, match="misread card"):
        identities.parse(text.encode())
