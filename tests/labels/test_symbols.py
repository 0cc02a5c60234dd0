import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.graphics.barcode.code128 import Code128

from labels.errors import DoesNotFit
from labels.symbols import code128, fit, qr, runs, values

DIGITS = st.text("0123456789", min_size=12, max_size=12)
MAKERS = st.from_regex(r"[A-Z0-9][A-Z0-9./-]{4,20}", fullmatch=True)


def drawn(widths: tuple[tuple[int, int], ...], modules: int) -> str:
    row = ["0"] * modules
    for first, wide in widths:
        row[first : first + wide] = "1" * wide
    return "".join(row)


def by_reportlab(text: str) -> str:
    """The same symbol by reportlab: letters a to z are widths, capitals are bars."""
    code = Code128(text, quiet=0)
    code.validate()
    code.encode()
    code.decompose()
    return "".join(
        ("1" if letter.isupper() else "0") * (ord(letter.lower()) - ord("a") + 1)
        for letter in code.decomposed
    )


@given(DIGITS)
def test_twelve_digits_are_as_reportlab_draws_them_and_101_modules_wide(text: str) -> None:
    symbol = code128(text)
    assert symbol.modules == 101
    assert drawn(symbol.bars, symbol.modules) == by_reportlab(text)


@given(MAKERS)
def test_every_symbol_is_eleven_modules_a_character(text: str) -> None:
    assert code128(text).modules == 11 * len(values(text)) + 13


def test_set_c_is_for_digit_pairs_and_set_b_for_the_rest() -> None:
    assert values("260000000182")[0] == 105
    assert values("VN26-0001")[0] == 104


def test_nothing_that_code_128_cannot_say_is_printed() -> None:
    for text in ("", "Ống", "a\n"):
        with pytest.raises(DoesNotFit):
            code128(text)


@given(st.floats(13, 60), st.sampled_from([203.2, 300.0, 304.8, 600.0, 1200.0]))
def test_a_module_is_whole_dots_and_its_quiet_zone_is_kept(room: float, dpi: float) -> None:
    try:
        found = fit(101, room, dpi)
    except DoesNotFit:
        return
    assert found.module_mm == pytest.approx(found.dots * 25.4 / dpi)
    assert 0.126 <= found.module_mm <= 0.26
    assert found.quiet_mm >= 10 * found.module_mm
    assert found.width_mm + 2 * found.quiet_mm == pytest.approx(room)
    if room >= 101 * 0.17 + 10 and dpi >= 300:
        assert found.quiet_mm >= 5


def test_a_short_text_is_no_micro_qr_which_zbar_cannot_read() -> None:
    assert len(qr("1")) == 21
    assert len(qr("1", at_least=3)) == 29


def test_runs_are_the_dark_modules() -> None:
    assert list(runs((True, True, False, True))) == [(0, 2), (3, 1)]
    assert list(runs((False, False))) == []
