"""Days and numbers in local form: our short ways say what Babel says."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.numbers import format_decimal
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from server import display, local_forms

TEMPLATES = Path(__file__).parents[2] / "server/templates"
LANGUAGES = st.sampled_from(["vi", "en"])
MONTHS_LATER = datetime(2027, 3, 1, tzinfo=UTC)
WHEN = datetime(2026, 11, 25, 18, 5, tzinfo=UTC)  # the day after, in Vietnam


@given(st.decimals(-(10**9), 10**9, places=3).map(float), st.integers(0, 3), LANGUAGES)
def test_a_number_is_written_as_babel_writes_it(value: float, places: int, language: str) -> None:
    pattern = "#,##0" + ("." + "0" * places if places else "")
    rounded = float(f"{value:.{places}f}")
    said = format_decimal(rounded, pattern, locale=local_forms.LOCALES[language])
    assert local_forms.number(value, places, language).replace("-0", "0") == said.replace("-0", "0")


@given(st.integers(-(10**12), 10**12))
def test_a_count_keeps_every_digit(number: int) -> None:
    for language, mark in (("vi", "."), ("en", ",")):
        assert int(local_forms.number(number, 0, language).replace(mark, "")) == number


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "vi",
            [
                "26/11/2026",
                "26/11",
                "01:05 26/11/2026",
                "1.234,5",
                "12.345",
                "05/03/2026",
                "01/02/1990",
                "1990",
            ],
        ),
        (
            "en",
            [
                "26 Nov 2026",
                "26 Nov",
                "01:05 26 Nov 2026",
                "1,234.5",
                "12,345",
                "5 Mar 2026",
                "1 Feb 1990",
                "1990",
            ],
        ),
    ],
)
def test_a_page_says_days_and_numbers_as_its_reader_writes_them(
    app: Flask, language: str, said: list[str]
) -> None:
    with app.test_request_context(f"/?lang={language}"):
        assert [
            display.day(WHEN), display.short_day(WHEN), display.moment(WHEN, MONTHS_LATER),
            display.decimal(1234.5), display.count(12345), display.day(date(2026, 3, 5)),
            display.born("1990-02-01"), display.born("1990"),
        ] == said  # fmt: skip


def test_templates_leave_days_and_decimals_to_the_one_place_that_writes_them() -> None:
    own = re.compile(r"""strftime\(["']%d|["']%\.[1-9]f""")
    assert not [path.name for path in TEMPLATES.rglob("*.html") if own.search(path.read_text())]
