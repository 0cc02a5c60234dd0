"""Damage by hand readers: repaired where the structure proves it, else the number alone."""

import unicodedata
from collections.abc import Callable, Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import identities, specimens
from contract.identities import Kind, PersonCode
from contract.specimens import Specimen

PEOPLE = specimens.people(150, Random(99))
Damage = Callable[[bytes], bytes | None]


def through(charset: str) -> Damage:
    """Return what a reader does that takes UTF-8 for *charset*, where it does not drop bytes."""

    def damage(raw: bytes) -> bytes | None:
        try:
            return raw.decode(charset).encode()
        except UnicodeDecodeError:
            return None

    return damage


def separated_by(sign: str) -> Damage:
    return lambda raw: raw.replace(b"|", sign.encode())


def without_marks(raw: bytes) -> bytes:
    """A keyboard that types ASCII alone swallows the rest."""
    return raw.decode().encode("ascii", errors="ignore")


def read_all(
    damage: Damage, card: Callable[[Specimen], bytes] = specimens.citizen_card
) -> Iterator[tuple[Specimen, PersonCode]]:
    for person in PEOPLE:
        damaged = damage(card(person))
        if damaged is not None:
            code = identities.parse(damaged)
            assert code.raw == damaged
            yield person, code


@pytest.mark.parametrize(
    "charset", ["latin-1", "cp1252", "big5", "cp950", "big5hkscs", "shift_jis", "cp932", "gb18030"]
)
def test_a_wrong_guess_of_the_charset_is_undone(charset: str) -> None:
    for person, code in read_all(through(charset)):
        assert (code.name, code.address) == (person.name, person.address)
        assert "repaired" in code.warnings


def test_windows_shows_bytes_that_its_charset_leaves_out_and_they_come_back() -> None:
    def damage(raw: bytes) -> bytes:
        undefined = {0x81, 0x8D, 0x8F, 0x90, 0x9D}
        letters = (
            chr(byte) if byte in undefined else bytes([byte]).decode("cp1252") for byte in raw
        )
        return "".join(letters).encode()

    for person, code in read_all(damage):
        assert (code.name, code.address) == (person.name, person.address)


@pytest.mark.parametrize("charset", ["cp1252", "big5", "shift_jis", "cp932", "gb18030"])
def test_where_bytes_were_lost_the_number_is_left_and_no_wrong_name(charset: str) -> None:
    for person, code in read_all(lambda raw: raw.decode(charset, errors="replace").encode()):
        assert code.kind is Kind.CITIZEN_CARD
        assert code.primary.value == person.number
        assert code.name in {None, person.name}
        assert str(code.birth) in {"None", person.birth.isoformat()}
        assert (code.name is None) == ("name-unreadable" in code.warnings)


@pytest.mark.parametrize("sign", ["~", "\\", "¦", "Ö", "»", "*", "\t"])
def test_another_sign_for_the_separator_is_known_as_such(sign: str) -> None:
    for card in (specimens.citizen_card, specimens.insurance_card):
        for person, code in read_all(separated_by(sign), card):
            assert code.primary.value in {person.number, person.insurance}
            assert code.name == person.name


def test_lost_separators_are_no_obstacle() -> None:
    for card in (specimens.citizen_card, specimens.insurance_card):
        for person, code in read_all(lambda raw: raw.replace(b"|", b""), card):
            assert code.primary.value in {person.number, person.insurance}
            assert (code.name, code.sex) == (person.name, person.sex)
            assert "separators-lost" in code.warnings


def test_capitals_are_no_obstacle() -> None:
    for person, code in read_all(lambda raw: raw.decode().upper().encode()):
        assert code.name == person.name.upper()
        assert (code.primary.value, code.sex) == (person.number, person.sex)


def test_what_a_keyboard_swallowed_leaves_a_number_and_no_invented_name() -> None:
    for person, code in read_all(without_marks):
        assert code.primary.value == person.number
        if code.name is not None:
            assert code.name == person.name  # nothing was swallowed from this one
        assert "no-diacritics" in code.warnings


@pytest.mark.parametrize(
    "table",
    [{"aa": "â", "dd": "đ", "ee": "ê"}, {"e1": "é", "a6": "â", "e2": "è", "a1": "á", "e6": "ê"}],
    ids=["telex", "vni"],
)
def test_a_vietnamese_input_method_spoils_hex_and_is_undone(table: dict[str, str]) -> None:
    def typed(raw: bytes) -> bytes:
        text = raw.decode()
        for keys, letter in table.items():
            text = text.replace(keys, letter)
        return text.encode()

    for person, code in read_all(typed, specimens.insurance_card):
        assert (code.primary.value, code.name) == (person.insurance, person.name)


def test_a_composed_reading_of_decomposed_text_is_no_damage() -> None:
    for person, code in read_all(lambda raw: unicodedata.normalize("NFD", raw.decode()).encode()):
        assert (code.name, code.warnings) == (person.name, ())


@given(st.sampled_from(PEOPLE), st.data())
def test_one_damaged_byte_never_gives_a_name_of_strange_letters(
    person: Specimen, data: st.DataObject
) -> None:
    raw = bytearray(specimens.citizen_card(person))
    place = data.draw(st.integers(13, len(raw) - 1))
    raw[place] = data.draw(st.integers(128, 255))
    try:
        code = identities.parse(bytes(raw))
    except identities.IdentityError:
        return
    if code.kind is Kind.CITIZEN_CARD:
        assert code.primary.value == person.number
        assert code.name is None or "\ufffd" not in code.name
