import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.tubes import (
    LARGEST_SERIAL,
    ForeignTube,
    TubeError,
    TubeId,
    TubeKind,
    TubeMisread,
    looks_like_tube,
    tube,
)

TUBES = st.builds(TubeId.mint, st.integers(0, 99), st.integers(0, LARGEST_SERIAL))


def test_the_first_tube_of_series_26_is_what_the_standard_says() -> None:
    assert TubeId.mint(26, 1).text == "260000000182"
    assert TubeId.mint(26, 1).grouped == "2600 0000 0182"


@given(TUBES)
def test_a_tube_is_read_back_from_its_text(one: TubeId) -> None:
    assert tube(one.text) == TubeId.mint(one.series, one.serial) == one


@given(TUBES, st.integers(0, 11), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_a_misread(one: TubeId, place: int, digit: str) -> None:
    text = one.text[:place] + digit + one.text[place + 1 :]
    if text != one.text:
        with pytest.raises(TubeMisread):
            tube(text)


@given(TUBES, st.integers(0, 11), st.integers(0, 11))
def test_two_swapped_digits_are_always_a_misread(one: TubeId, first: int, second: int) -> None:
    digits = list(one.text)
    digits[first], digits[second] = digits[second], digits[first]
    if "".join(digits) != one.text:
        with pytest.raises(TubeMisread):
            tube("".join(digits))


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        (0, TubeKind.SAMPLING),
        (89, TubeKind.SAMPLING),
        (90, TubeKind.POOL),
        (97, TubeKind.POOL),
        (98, TubeKind.CONTROL),
        (99, TubeKind.CONTROL),
    ],
)
def test_the_series_tells_what_a_tube_is_for(series: int, kind: TubeKind) -> None:
    assert TubeId.mint(series, 0).kind is kind


@pytest.mark.parametrize(("series", "serial"), [(-1, 0), (100, 0), (0, -1), (0, 100_000_000)])
def test_no_tube_lies_outside_the_grammar(series: int, serial: int) -> None:
    with pytest.raises(TubeError):
        TubeId.mint(series, serial)


@pytest.mark.parametrize(
    "text", ["", "26000000018", "2600000001820", "26000000018２", "260000000182\n", " 260000000182"]
)
def test_only_twelve_ascii_digits_are_a_tube_of_ours(text: str) -> None:
    with pytest.raises(TubeError):
        TubeId(text)


@given(st.text("0123456789", min_size=12, max_size=12))
def test_twelve_digits_are_never_a_makers_code(digits: str) -> None:
    assert looks_like_tube(digits)
    with pytest.raises(TubeError):
        ForeignTube(digits)


@pytest.mark.parametrize(
    "text", ["abc12", "AB1", "-ABCDE", "AB:CDE", "P:K7M3Q", "A" * 31, "AB CDE"]
)
def test_a_makers_code_is_capitals_and_digits_of_some_length(text: str) -> None:
    with pytest.raises(TubeError):
        tube(text)


def test_a_makers_code_is_a_sampling_tube_as_it_stands() -> None:
    maker = tube("BD-367986/22.A")
    assert (str(maker), maker.grouped, maker.kind) == (
        "BD-367986/22.A",
        "BD-367986/22.A",
        TubeKind.SAMPLING,
    )
