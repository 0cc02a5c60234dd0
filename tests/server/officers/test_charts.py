"""Pictures that stay in their frame, whatever they are given."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.officers.overview import charts, spots
from server.officers.overview.shapes import Picture
from server.officers.overview.spots import Spot
from server.officers.overview.statistics import p_chart, share

NUMBERS = st.lists(st.integers(0, 10**6), min_size=1, max_size=28)


def stays_in(picture: Picture | None) -> None:
    for shape in picture.shapes if picture else ():
        points = list(_points(shape.attributes))
        assert all(-1 <= x <= picture.width + 1 for x, _ in points), shape  # type: ignore[union-attr]
        assert all(-1 <= y <= picture.height + 1 for _, y in points), shape  # type: ignore[union-attr]


def _points(of: Any) -> Any:
    for x, y in (("x", "y"), ("x1", "y1"), ("x2", "y2"), ("cx", "cy")):
        if x in of:
            yield of[x], of[y]
    if "width" in of:
        yield of["x"] + of["width"], of["y"] + of["height"]
    for pair in str(of.get("points", "")).split():
        x, y = pair.split(",")
        yield float(x), float(y)


@given(NUMBERS)
def test_bars_and_days(values: list[int]) -> None:
    labels = [str(number) for number in range(len(values))]
    stays_in(charts.bars(list(zip(labels, values, strict=True)), "bars"))
    lines = [charts.Line("p50", "main", [value / 60 or None for value in values])]
    stays_in(charts.days(labels, lines, 24.0, "days"))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 500)), min_size=1, max_size=24))
def test_intervals_and_controls(counts: list[tuple[int, int]]) -> None:
    fair = [(min(count, size), size) for count, size in counts]
    shares = [(str(at), found) for at, each in enumerate(fair) if (found := share(*each))]
    stays_in(charts.intervals(shares, "shares"))
    controls = [(str(at), each) for at, each in enumerate(p_chart(fair)) if each]
    stays_in(charts.controls(controls, "rates"))


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=5))
def test_a_flow_narrows(values: list[int]) -> None:
    falling = sorted(values, reverse=True)
    stages = [charts.Stage("x", value, 3, "1 h") for value in falling]
    picture = charts.flow(stages, "flow")
    assert (picture is None) == (not any(values))
    stays_in(picture)


PLACES = st.builds(
    Spot, st.text(max_size=40), st.integers(0, 10**5), st.integers(0, 9), st.booleans(),
    st.floats(8, 24), st.floats(102, 110),
)  # fmt: skip


@given(st.lists(PLACES, min_size=1, max_size=20))
def test_points_on_a_map_or_in_tiles(places: list[Spot]) -> None:
    stays_in(spots.draw(places, "map"))
    tiles = [Spot(each.name, each.people, each.positive, each.silent) for each in places]
    stays_in(spots.draw(tiles, "tiles"))


def test_nothing_has_no_picture() -> None:
    assert charts.bars([("07", 0)], "x") is None
    assert charts.intervals([], "x") is None
    assert spots.draw([], "x") is None
