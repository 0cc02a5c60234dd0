"""Darker frames take turns with normal ones only while something is held up that does not read."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from device.sight.exposing import (
    DARK,
    GONE,
    LONGEST_PAUSE,
    LONGEST_READ,
    PATIENCE,
    SETTLING,
    Exposing,
)

FRAME = 0.05


def film(
    exposing: Exposing,
    seconds: float,
    *,
    start: float = 0.0,
    read: Callable[[float, float], bool] = lambda _at, _stops: False,
    held_up: bool = True,
) -> list[tuple[float, float]]:
    """Show *seconds* of frames; return (time, stops wanted) after each."""
    wanted = []
    for n in range(round(seconds / FRAME)):
        at = start + n * FRAME
        wanted.append((at, exposing.saw(at, read=read(at, exposing.stops), held_up=held_up)))
    return wanted


def dark_seconds(wanted: list[tuple[float, float]]) -> float:
    return sum(FRAME for _, stops in wanted if stops)


def test_an_empty_table_is_never_darkened() -> None:
    assert dark_seconds(film(Exposing(), 60, held_up=False)) == 0


def test_a_code_that_reads_is_never_darkened() -> None:
    assert dark_seconds(film(Exposing(), 60, read=lambda _at, _stops: True)) == 0


def test_what_does_not_read_gets_a_darker_turn_and_then_a_normal_one() -> None:
    wanted = film(Exposing(), 2.0)
    dark = [at for at, stops in wanted if stops]
    assert abs(dark[0] - PATIENCE) < 2 * FRAME
    assert abs(len(dark) * FRAME - DARK) < 2 * FRAME
    assert wanted[-1][1] == 0


def test_fruitless_turns_grow_rare() -> None:
    wanted = film(Exposing(), 300)
    last_minute = [one for one in wanted if one[0] >= 240]
    assert dark_seconds(last_minute) < 60 * 1.2 * DARK / LONGEST_PAUSE
    assert dark_seconds(last_minute) > 0


def test_what_reads_in_the_dark_keeps_it_dark_until_it_has_gone() -> None:
    exposing = Exposing()
    gone = 6.0
    wanted = film(exposing, 9, read=lambda at, stops: bool(stops) and at < gone)
    dark = [at for at, stops in wanted if stops]
    first, last = dark[0], max(at for at in dark if at < gone + GONE + 1)
    assert len([at for at in dark if at <= last]) == round((last - first) / FRAME) + 1
    assert abs(last - gone - GONE) < 3 * FRAME


def test_a_poster_that_reads_only_in_the_dark_does_not_keep_it_dark_for_ever() -> None:
    wanted = film(Exposing(), 120, read=lambda _at, stops: bool(stops))
    assert dark_seconds(wanted) < 0.7 * 120
    assert max(_runs(wanted)) <= LONGEST_READ + 2 * FRAME


def _runs(wanted: list[tuple[float, float]]) -> list[float]:
    runs, current = [0.0], 0.0
    for _, stops in wanted:
        current = current + FRAME if stops else 0.0
        runs.append(current)
    return runs


def test_a_hand_that_goes_makes_everything_normal_and_quick_again() -> None:
    exposing = Exposing()
    film(exposing, 60)
    film(exposing, 12, start=60, held_up=False)
    dark = [at for at, stops in film(exposing, 2, start=72) if stops]
    assert dark[0] - 72 < PATIENCE + 2 * FRAME


def test_a_camera_that_cannot_is_left_alone() -> None:
    exposing = Exposing()
    film(exposing, 0.8)
    exposing.give_up()
    assert dark_seconds(film(exposing, 60, start=0.8)) == 0
    assert exposing.is_steady(61)


def test_no_darker_frames_are_asked_for_where_the_setting_says_so() -> None:
    assert dark_seconds(film(Exposing(0.0), 60)) == 0


@given(
    st.lists(st.tuples(st.floats(0.01, 2), st.booleans(), st.booleans()), min_size=1, max_size=200)
)
def test_a_frame_counts_as_steady_only_well_after_the_last_change(
    frames: list[tuple[float, bool, bool]],
) -> None:
    exposing, now, changed, before = Exposing(), 0.0, float("-inf"), 0.0
    for pause, read, held_up in frames:
        now += pause
        if exposing.is_steady(now):
            assert before == 0
            assert now - changed >= SETTLING
        wanted = exposing.saw(now, read=read, held_up=held_up)
        assert wanted in (0.0, -2.0)
        if wanted != before:
            changed, before = now, wanted
