"""Where an account may look: the rule, and the same rule as a condition of the database."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, String, column, select, values

from contract.places import Place, PlaceError
from server.accounts.within import NoSuchArea, Within, parse_sees
from server.db import open_database
from tests import asked

CODES = [
    "vn-2021:24", "vn-2021:24.222", "vn-2021:24.222.07", "vn-2021:24.222.0712", "vn-2021:24.221",
    "vn-2021:27", "vn-2025:24", "vn-2025:24.222", "vn-2021:242",
]  # fmt: skip
ODD = ["", "p", "Khu A", "vn-2021:24 x", "vn-2021:24/", "vn-2021:24-1", "vn-2021:24.", "VN-2021:24"]
places = st.sampled_from(CODES + ODD) | st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), max_size=6
)
scopes = st.builds(Within.of, st.lists(places, max_size=4)) | st.just(Within(everywhere=True))


def is_in(place: str, area: str) -> bool:
    """The rule of `contract.places`, where both are places; else the same text."""
    try:
        return Place.parse(place).within(Place.parse(area))
    except PlaceError:
        return place == area


@given(st.lists(st.sampled_from(CODES), min_size=1, max_size=4), st.sampled_from(CODES))
def test_a_scope_covers_its_places_and_what_is_in_them(areas: list[str], place: str) -> None:
    assert Within.of(areas).covers(place) == any(is_in(place, area) for area in areas)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    url = asked.WITHIN or f"sqlite:///{tmp_path_factory.mktemp('within') / 'empty.sqlite'}"
    opened = open_database(url)
    with opened.engine.connect() as connection:
        yield connection
    opened.engine.dispose()


@settings(max_examples=60)
@given(scopes, st.lists(places, min_size=1, max_size=12, unique=True))
def test_the_database_says_the_same(
    connection: Connection, scope: Within, texts: list[str]
) -> None:
    rows = values(column("place", String)).data([(each,) for each in texts]).cte("here")
    found = connection.scalars(select(rows.c.place).where(scope.rows(rows.c.place)))
    assert set(found) == {each for each in texts if scope.covers(each)}


@given(scopes, places, places)
def test_a_filter_only_takes_away(scope: Within, wanted: str, place: str) -> None:
    narrowed = scope.only(wanted)
    assert not narrowed.covers(place) or scope.covers(place)
    assert not wanted or not narrowed.covers(place) or Within.of([wanted]).covers(place)


def test_no_place_is_nowhere_and_everywhere_is_said() -> None:
    assert not Within.of_account("", "").covers("")
    assert not Within.of_account("", "").covers("vn-2021:24")
    assert Within.of_account("vn-2021:24", "*").covers("vn-2025:24")
    assert Within.of_account("vn-2021:24", "vn-2025:24").areas == {"vn-2025:24"}


def test_one_number_in_two_maps_is_two_places() -> None:
    assert not Within.of(["vn-2021:24"]).covers("vn-2025:24")


def test_what_an_account_sees_is_written_in_places() -> None:
    assert parse_sees(" vn-2025:24  vn-2021:24 vn-2021:24.222 ") == "vn-2021:24 vn-2025:24"
    assert parse_sees("*") == "*"
    with pytest.raises(NoSuchArea):
        parse_sees("Việt Yên")
