"""A search for many words at once finds what a search for each would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stands_in import stand_in

few = st.sampled_from([b"a", b"b", b"\x00"])
words = st.lists(few, min_size=9, max_size=12).map(b"".join)


@given(st.lists(st.one_of(few, words), max_size=40).map(b"".join), st.sets(words, min_size=1))
def test_what_is_found_is_what_is_there(disk: bytes, looked_for: set[bytes]) -> None:
    assert stand_in(disk, looked_for) == {word for word in looked_for if word in disk}


@pytest.mark.parametrize("at", range(17))
def test_a_word_is_found_wherever_it_stands(at: int) -> None:
    word = b"nguyen thi mau"
    assert stand_in(bytes(at) + word, [word, b"nguyen thi mai"]) == {word}


def test_a_word_too_short_to_be_looked_for_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="too short"):
        stand_in(b"12345678", [b"12345678"])
