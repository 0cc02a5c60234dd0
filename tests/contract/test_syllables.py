from random import Random

import pytest

from contract import names, specimens, syllables


def test_words_of_names_and_addresses_are_syllables() -> None:
    for person in specimens.people(300, Random(5)):
        for word in f"{person.name} {person.address}".replace(",", "").split():
            assert syllables.well_formed(word), word
            assert syllables.plausible(names.match_key(word)), word


@pytest.mark.parametrize("word", ["Nguyeãn", "NguyÔn", "Vaên", "hoc", "leõ", "Nguỹễn", "xyz", ""])
def test_damage_is_no_syllable(word: str) -> None:
    assert not syllables.well_formed(word)


@pytest.mark.parametrize("word", ["ngyn", "vn", "th", "l", "phm", "trn", "qnh"])
def test_what_a_keyboard_swallowed_is_missed(word: str) -> None:
    assert not syllables.plausible(word)
