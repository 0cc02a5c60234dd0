from datetime import date

import pytest
import segno
from hypothesis import assume, given
from hypothesis import strategies as st

from contract import cards, signing
from contract.cards import CardError, CardNumber, SignedCard
from contract.tubes import TubeError, tube

PRESS = signing.private_key(b"the card press's key, for a test")
KEYS = {cards.key_name(PRESS.public_key()): PRESS.public_key()}
FORGER = signing.private_key(b"another's key, of the same shape")
NUMBERS = st.binary(min_size=9, max_size=9).map(CardNumber.mint).filter(lambda number: number)
CARDS = st.builds(
    SignedCard,
    number=NUMBERS,
    name=st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạ ", max_size=25),
    birth_year=st.one_of(st.just(0), st.integers(1880, 2100)),
    sex=st.sampled_from(("", "M", "F")),
    issued=st.dates(date(2020, 1, 1), date(2100, 1, 1)),
)


@given(NUMBERS)
def test_a_minted_number_is_a_number(number: CardNumber) -> None:
    assert CardNumber(number.text) == number
    assert number.payload == f"P:{number}"


@given(NUMBERS, st.integers(0, 9), st.sampled_from(cards.ALPHABET))
def test_one_wrong_character_is_always_noticed(number: CardNumber, at: int, letter: str) -> None:
    text = number.text[:at] + letter + number.text[at + 1 :]
    assume(text != number.text)
    with pytest.raises(CardError, match="misread"):
        CardNumber(text)


@pytest.mark.parametrize("draw", [b"", bytes(8), bytes(10), bytes([255] * 9)])
def test_a_draw_that_would_favour_some_letters_is_given_up(draw: bytes) -> None:
    assert CardNumber.mint(draw) is None


@pytest.mark.parametrize("text", ["", "k7m3q9xt42", "K7M3Q9XT4", "0123456789", "K7M3Q9XT4*"])
def test_other_texts_are_no_numbers(text: str) -> None:
    with pytest.raises(CardError):
        CardNumber(text)


@given(CARDS)
def test_a_signed_card_is_read_back_and_verified(card: SignedCard) -> None:
    text = cards.sign_card(card, PRESS)
    found = cards.verify_card(text, KEYS)
    assert (found.number, found.birth_year, found.sex, found.issued) == (
        card.number,
        card.birth_year,
        card.sex,
        card.issued,
    )
    assert card.name.startswith(found.name)
    assert cards.read_card(text) == found


@given(CARDS, st.data())
def test_no_character_of_a_signed_card_can_be_changed(
    card: SignedCard, data: st.DataObject
) -> None:
    text = cards.sign_card(card, PRESS)
    at = data.draw(st.integers(3, len(text) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"))
    changed = text[:at] + other + text[at + 1 :]
    assume(changed != text)
    with pytest.raises(CardError):
        cards.verify_card(changed, KEYS)


@given(CARDS)
def test_a_card_of_another_press_is_refused(card: SignedCard) -> None:
    text = cards.sign_card(card, FORGER)
    with pytest.raises(CardError, match="not known here"):
        cards.verify_card(text, KEYS)
    with pytest.raises(CardError, match="may be forged"):
        cards.verify_card(text, {cards.key_name(FORGER.public_key()): PRESS.public_key()})


@given(st.one_of(st.text(max_size=60), st.text(max_size=60).map("P1:".__add__)))
def test_any_other_text_is_no_card(text: str) -> None:
    with pytest.raises(CardError):
        cards.read_card(text)


@pytest.mark.parametrize(
    ("year", "sex", "issued"),
    [(1700, "M", date(2026, 1, 1)), (1990, "X", date(2026, 1, 1)), (1990, "M", date(2019, 12, 31))],
)
def test_a_card_that_cannot_be_true_does_not_exist(year: int, sex: str, issued: date) -> None:
    number = CardNumber.mint(bytes(range(9)))
    assert number is not None
    with pytest.raises(CardError):
        SignedCard(number, "Nguyễn Thị Mẫu", year, sex, issued)


@given(CARDS)
def test_a_signed_card_fits_five_centimetres(card: SignedCard) -> None:
    text = cards.sign_card(card, PRESS)
    symbol = segno.make_qr(text, error="m", mode="alphanumeric")
    modules = symbol.symbol_size(border=4)[0]
    assert 50 / modules >= 0.7  # millimetres a module: twice what a phone's camera needs


@given(NUMBERS)
def test_no_card_can_be_a_tube(number: CardNumber) -> None:
    with pytest.raises(TubeError):
        tube(number.payload)
