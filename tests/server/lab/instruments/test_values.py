"""Codes, wells and Ct values: rules with properties."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.tubes import LARGEST_SERIAL, TubeId
from server.lab.instruments.reason_words import REASONS, is_cut
from server.lab.instruments.reasons import Why
from server.lab.instruments.tube_codes import Code, code_of
from server.lab.instruments.values import ct_of, fold, role_of, well_of

SERIES = st.integers(0, 99)
SERIALS = st.integers(0, LARGEST_SERIAL)


@settings(max_examples=60)
@given(SERIES, SERIALS)
def test_every_tube_is_known_however_excel_and_people_write_it(series: int, serial: int) -> None:
    text = TubeId.mint(series, serial).text
    whole = int(text)
    parted = f"{text[:2]}-{text[2:10]}-{text[10:]}"
    ways = [text, f" {text} ", f"{text[:4]} {text[4:8]} {text[8:]}", parted, f"'{text}",
            f"{text}.0", f"mẫu {text} lần 2"]  # fmt: skip
    ways += [str(whole), f"{whole}.0", f"{whole:.11E}"] if whole >= 10**8 else []
    for way in ways:
        found = code_of(way)
        assert isinstance(found, Code), way
        assert (found.text, found.ours) == (text, True)


@settings(max_examples=60)
@given(SERIES, SERIALS, st.integers(0, 11), st.integers(1, 9))
def test_no_single_wrong_digit_is_mended(series: int, serial: int, at: int, by: int) -> None:
    text = TubeId.mint(series, serial).text
    wrong = f"{text[:at]}{(int(text[at]) + by) % 10}{text[at + 1 :]}"
    assert code_of(wrong) == Why.MISREAD_TUBE


@settings(max_examples=40)
@given(SERIES.filter(lambda each: each >= 10), SERIALS, st.integers(0, 10))
def test_digits_that_excel_dropped_are_never_guessed(series: int, serial: int, places: int) -> None:
    text = f"{int(TubeId.mint(series, serial).text):.{places}E}"
    assert code_of(text) == Why.DIGITS_LOST
    assert code_of(text.replace(".", ",")) == Why.DIGITS_LOST


def test_a_makers_code_is_for_a_lot_to_say() -> None:
    assert code_of("vtm-000123") == Code("VTM-000123", ours=False, mended=True)
    assert code_of("Nguyễn Thị Mẫu") == Why.NOT_A_TUBE
    first, second = (TubeId.mint(26, serial).text for serial in (1, 2))
    assert code_of(f"{first}+{second}") == Why.SEVERAL_TUBES


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("24.10", ("24.10", False)), ("24,1", ("24.1", False)), ("1,024.5", None),
        ("16.711999893188477", ("16.712", False)), ("2.41E+01", ("24.1", False)),
        ("Undetermined", ("", True)), ("UNDETERMINED", ("", True)), ("NaN", ("", True)),
        ("No Ct", ("", True)), ("N/A", ("", False)), ("-", ("", True)), ("0", ("", True)),
        ("0.0", ("", True)), ("", ("", False)), ("  ", ("", False)), ("-3", None), ("61", None),
        ("24.1.2", None), ("x", None),
    ],
)  # fmt: skip
def test_a_ct_is_kept_as_written(written: str, meant: tuple[str, bool] | None) -> None:
    assert ct_of(written) == meant


@given(st.integers(0, 383))
def test_a_well_is_the_same_by_name_and_by_number(index: int) -> None:
    row, column = divmod(index, 24)
    name = f"{'ABCDEFGHIJKLMNOP'[row]}{column + 1}"
    ways = {name, name.lower(), f"{name[0]}{column + 1:02d}", f"{name[0]} {column + 1}"}
    assert {well_of(way) for way in ways} == {name}
    assert well_of(str(index + 1), 24) == well_of(f"{index + 1}.0", 24) == name


@given(st.text(max_size=40))
def test_no_text_breaks_a_rule(text: str) -> None:
    assert ct_of(text) is None or isinstance(ct_of(text), tuple)
    assert isinstance(code_of(text), (Code, Why))
    well_of(text)
    role_of(text)
    fold(text)


def test_letters_that_only_look_latin_are_folded() -> None:
    assert fold("Cт") == fold("CT") == "ct"
    assert fold("Mã ống") == "maong"


def test_every_reason_has_words_and_a_number_of_its_own() -> None:
    assert set(REASONS) == set(Why)
    assert is_cut(Why.CUT_NO_END)
    assert len({reason.vi for reason in REASONS.values()}) == len(REASONS)
