"""Places carry the version of their code set; codes of points forgive no single slip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.places import Place, PlaceError
from contract.points import LENGTH, PointCode, PointError, new_point_code, point_code


@pytest.mark.parametrize(
    "text", ["vn-2021:24", "vn-2021:24.222", "vn-2021:24.222.07", "vn-2025:24"]
)
def test_a_place_is_read_and_written_alike(text: str) -> None:
    assert str(Place.parse(text)) == text


@pytest.mark.parametrize("text", ["24", "vn-2021:", "vn-1990:24", "vn-2025:24.222.07", "vn-2021:2"])
def test_a_code_without_its_set_is_no_place(text: str) -> None:
    with pytest.raises(PlaceError):
        Place.parse(text)


def test_a_commune_lies_in_its_province_of_its_own_map_alone() -> None:
    commune = Place.parse("vn-2021:24.222.07")
    assert commune.within(Place.parse("vn-2021:24"))
    assert not commune.within(Place.parse("vn-2025:24"))
    assert not commune.within(Place.parse("vn-2021:27"))
    assert commune.around == ("vn-2021:24.222.07", "vn-2021:24.222", "vn-2021:24")


def test_an_address_on_a_poster_leads_to_its_code() -> None:
    code = new_point_code()
    for text in (code.text, code.text.lower(), f"https://khaibao.example/d/{code}?lang=en"):
        assert point_code(text) == code
    for text in ("https://khaibao.example/x", "", "K7M3", f"https://x/d/{code}9"):
        with pytest.raises(PointError):
            point_code(text)


@given(st.integers(0, LENGTH - 1), st.sampled_from("23456789ABCDEFGHJKMNPQRSTUVWXYZ"))
def test_one_wrong_letter_is_always_seen(position: int, letter: str) -> None:
    code = new_point_code().text
    changed = code[:position] + letter + code[position + 1 :]
    if changed != code:
        with pytest.raises(PointError):
            PointCode(changed)
