"""Bars that stay in their picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.officers.day import bars
from server.officers.picture import FOOT, HEAD, HEIGHT, WIDTH, Bar, draw


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=24))
def test_every_bar_stands_on_the_axis_within_the_picture(values: list[int]) -> None:
    for drawn in draw([Bar("x", value) for value in values]):
        assert drawn.y + drawn.height == pytest.approx(HEIGHT - FOOT, abs=0.2)
        assert drawn.y >= HEAD - 0.2
        assert 0 <= drawn.x <= drawn.x + drawn.width <= WIDTH


def test_hours_without_a_pairing_are_shown_as_such() -> None:
    assert bars({}) == []
    assert [bar.value for bar in bars({6: 2, 9: 1})] == [2, 0, 0, 1, 0, 0]
