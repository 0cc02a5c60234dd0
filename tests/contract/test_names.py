import re
import unicodedata
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract import names, specimens

SYLLABLES = st.sampled_from(
    [
        *("Nguyễn", "Trần", "Lê", "Thị", "Văn", "Đức", "Hoà", "Hòa", "Thuý", "Thúy", "Khoẻ"),
        *("Khỏe", "Quý", "Quí", "Lý", "Lí", "Mỹ", "Đặng", "Ước", "Hương", "Y", "Moan", "Ksor"),
        *("H'Hen", "Quyên", "Thuở", "Hoàng"),
    ]
)
NAMES = st.lists(SYLLABLES, min_size=1, max_size=5).map(" ".join)
TEXTS = st.one_of(NAMES, st.text(max_size=30))


@given(TEXTS)
@example("ü\x01\u0300")  # an invisible sign kept two marks apart
def test_folding_twice_is_folding_once(text: str) -> None:
    for fold in (names.display, names.match_key, names.loose_key, names.spelling_key):
        assert fold(fold(text)) == fold(text)


@given(NAMES)
def test_the_same_name_meets_itself_however_it_was_typed(name: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        typed = unicodedata.normalize(form, f"  {name}\u00a0 ")
        assert names.display(typed) == name
        for fold in (names.match_key, names.loose_key, names.spelling_key):
            assert fold(typed.upper()) == fold(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thủy", "Thuỷ"),
        ("Hòa", "Hoà"),
        ("Khỏe", "Khoẻ"),
        ("Đinh Thị Thúy Hòa", "ĐINH THỊ THUÝ HOÀ"),
    ],
)
def test_a_tone_may_stand_on_either_letter(one: str, other: str) -> None:
    assert names.spelling_key(one) == names.spelling_key(other)


@pytest.mark.parametrize(("one", "other"), [("Hoà", "Hoa"), ("Quý", "Qui"), ("Hoàn", "Hoan")])
def test_marks_still_tell_names_apart(one: str, other: str) -> None:
    assert names.spelling_key(one) != names.spelling_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Lý", "Lí"), ("Quý", "Quí"), ("Mỹ Kỳ", "Mĩ Kì"), ("Nguyễn Sỹ", "nguyen si")],
)
def test_i_and_y_meet_under_the_loose_key(one: str, other: str) -> None:
    assert names.loose_key(one) == names.loose_key(other)


def test_the_loose_key_leaves_y_inside_a_word_alone() -> None:
    assert names.loose_key("Nguyễn Thuý Yến") == "nguyen thuy yen"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Nguyễn Thị Mẫu", "nguyen thi mau"),
        ("ĐẶNG ĐÌNH ƯỚC", "dang dinh uoc"),
        ("H'Hen  Niê", "h hen nie"),
        ("NGUYEN VAN A", "nguyen van a"),
        ("", ""),
    ],
)
def test_the_key_of_a_name_is_its_plain_letters(name: str, key: str) -> None:
    assert names.match_key(name) == key


def test_a_list_is_sorted_by_given_name_then_middle_then_family() -> None:
    expected = [
        "Trần An",
        "Lê Thị An",
        "Nguyễn Văn An",
        "Nguyễn Văn Ân",
        "Phạm Dũng",
        "Phạm Đạt",
        "Bùi Hoa",
        "Bùi Hoà",
        "Bùi Hoá",
        "Bùi Hoạ",
        "Vũ Yến",
    ]
    shuffled = Random(7).sample(expected, len(expected))
    assert sorted(shuffled, key=names.sort_key) == expected


@given(st.lists(TEXTS, max_size=6))
def test_any_texts_can_be_sorted(texts: list[str]) -> None:
    keys = sorted(map(names.sort_key, texts))
    assert keys == sorted(map(names.sort_key, reversed(texts)))


def test_places_and_things_are_sorted_by_their_first_word_and_numbers_by_size() -> None:
    expected = [
        "2 Bà Trưng", "10 Tháng 3", "An Lão", "Ân Thi", "Bàn 2", "Bàn 10", "Bản Đôn", "Dĩ An",
        "Duy Tiên", "Đà Nẵng", "Đông Anh", "Hà Nam", "Hà Nội", "Hạ Long", "Hải Phòng", "Ý Yên",
    ]  # fmt: skip
    shuffled = Random(7).sample(expected, len(expected))
    assert sorted(shuffled, key=names.order_text) == expected


@given(TEXTS, TEXTS)
def test_the_order_of_a_title_is_hexadecimal_and_the_same_in_upper_case(one: str, two: str) -> None:
    for text in (one, two, f"{one} {two}"):
        assert re.fullmatch("[0-9a-f]*", names.order_text(text))
    assert names.order_text(f"Đ{one}") > names.order_text(f"d {two}")


def test_names_of_the_country_are_vietnamese_and_damage_is_not() -> None:
    for person in specimens.people(200, Random(1)):
        assert names.is_vietnamese(person.name)
        assert not names.is_vietnamese(person.name.replace("n", "�", 1) + "Ã¡")
    for text in ("NguyÃªn", "Th盻", "Gößinger", "Nguyễn2", "a|b"):
        assert not names.is_vietnamese(text)


def test_invisible_characters_are_not_shown() -> None:
    assert names.display("\ufeffNguyễn\u200b  Văn\u202e An\x07\n") == "Nguyễn Văn An"
