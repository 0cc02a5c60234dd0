import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_2 as oracle_37_2
from stdnum.iso7064 import mod_97_10 as oracle_97_10

from contract.checks import ALPHANUMERIC, mod_37_2, mod_97_10

DIGITS = st.text("0123456789", min_size=1, max_size=14)
WORDS = st.text(ALPHANUMERIC[:36], min_size=1, max_size=14)


@given(DIGITS)
def test_two_check_digits_are_those_of_another_implementation(digits: str) -> None:
    assert mod_97_10(digits) == oracle_97_10.calc_check_digits(digits)


@given(WORDS)
def test_a_check_character_is_that_of_another_implementation(word: str) -> None:
    assert mod_37_2(word) == oracle_37_2.calc_check_digit(word)


@given(st.text("0123456789", min_size=10, max_size=10), st.data())
def test_no_single_wrong_digit_passes(digits: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, 9))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != digits[place]))
    assert mod_97_10(digits[:place] + other + digits[place + 1 :]) != mod_97_10(digits)


@given(WORDS, st.data())
def test_no_swap_of_two_characters_passes(word: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(word) - 1))
    second = data.draw(st.integers(0, len(word) - 1))
    letters = list(word)
    letters[first], letters[second] = letters[second], letters[first]
    if letters[first] != letters[second]:
        assert mod_37_2("".join(letters)) != mod_37_2(word)


@pytest.mark.parametrize("text", ["", " 1", "1_0", "-1", "١٢", "1a"])
def test_check_digits_are_of_ascii_digits_only(text: str) -> None:
    with pytest.raises(ValueError, match="not all digits"):
        mod_97_10(text)


@pytest.mark.parametrize("text", ["a", "É", "A*", " "])
def test_a_check_character_is_of_capitals_and_digits_only(text: str) -> None:
    with pytest.raises(ValueError, match="not found"):
        mod_37_2(text)
