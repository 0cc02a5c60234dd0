"""What stands on the screen, for everything that a station can be."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.duties import Duty
from device.duties.words import NOT_WRITTEN
from device.kiosk import words
from device.kiosk.sight import Seen
from device.kiosk.view import View, view_of
from device.lines import Held, Line, Page, Pair
from device.signals import SIGNALS, Light

NOW = 100.0
PERSON = Held("person", "N●●●●● Thị M●●", 1991, until=NOW + 24)


def line(outcome: str, **more: Any) -> Line:
    return Line(at="2026-11-22T01:14:00+00:00", outcome=outcome, vi="câu", en="words", **more)


def shown(desk: Any, *, told_at: float | None = NOW, **changes: Any) -> View:
    page = msgspec.structs.replace(desk.page, **changes)
    return view_of(Seen(page=page, alive=True, told_at=told_at), NOW)


def test_an_idle_station_asks_for_a_person(desk: Any) -> None:
    view = shown(desk)
    assert (view.mood, view.paired, view.offline) == ("calm", 41, False)
    assert view.holding
    assert view.holding.prompt.vi == "QUÉT MÃ NGƯỜI"


def test_a_held_person_is_shown_masked_with_birth_year_and_end_of_the_hold(desk: Any) -> None:
    holding = shown(desk, held=PERSON, recent=[line("person-held")]).holding
    assert holding
    assert (holding.who, holding.year, holding.until) == ("N●●●●● Thị M●●", 1991, NOW + 24)
    assert holding.prompt.vi == "QUÉT ỐNG"


def test_a_second_tube_of_today_is_warned_of(desk: Any) -> None:
    view = shown(desk, held=PERSON, recent=[line("person-held", reason="again-today")])
    assert (view.note, view.grave) == (words.AGAIN, True)


def test_a_second_look_asks_for_the_code_once_more(desk: Any) -> None:
    held = msgspec.structs.replace(PERSON, kind="second-look")
    view = shown(desk, held=held, recent=[line("second-look", reason="again-today")])
    assert (view.note, view.grave) == (words.LOOK_AGAIN, True)
    assert view.holding
    assert view.holding.prompt.vi == "ĐƯA LẠI MÃ ẤY"


def test_the_tube_that_a_roster_gave_somebody_is_named_and_confirmed(desk: Any) -> None:
    held = msgspec.structs.replace(PERSON, tube="260000123482")
    holding = shown(desk, held=held, recent=[line("person-held")]).holding
    assert holding
    assert holding.tail == "3482"
    own = line("paired", tube="260000123482", reason="own-tube")
    assert shown(desk, recent=[own]).said == words.IS_OWN


def test_green_shows_the_tubes_last_four_for_a_second_and_a_half(desk: Any) -> None:
    recent = [line("paired", tube="260000123482")]
    view = shown(desk, recent=recent)
    assert (view.mood, view.tail, view.said) == ("good", "3482", words.PAIRED)
    assert shown(desk, recent=recent, told_at=NOW - 1.49).mood == "good"
    assert shown(desk, recent=recent, told_at=NOW - 1.5).mood == "calm"


def test_a_pair_of_before_does_not_turn_the_screen_green_again(desk: Any) -> None:
    assert shown(desk, recent=[line("paired")], told_at=None).mood == "calm"


def test_red_stays_until_the_next_right_act_and_keeps_who_is_held(desk: Any) -> None:
    refused = line("refused", reason="tube-used")
    view = shown(desk, held=PERSON, recent=[refused], told_at=None)
    assert (view.mood, view.more) == ("bad", words.Words("câu", "words"))
    assert view.holding
    assert view.holding.who == PERSON.who
    after = shown(desk, recent=[refused, line("paired", tube="260000123482")])
    assert after.mood == "good"


def test_a_pool_shows_its_count_and_its_newest_members(desk: Any) -> None:
    held = Held("pool", tube="900000123482", members=3, names=["A●", "B●", "?"])
    holding = shown(desk, held=held).holding
    assert holding
    assert (holding.members, holding.cap, holding.names) == (3, 5, ("A●", "B●", "?"))
    large = msgspec.structs.replace(held, members=6, names=list("abcdef"))
    holding = shown(desk, held=large, pool_cap=10).holding
    assert holding
    assert (holding.members, holding.names) == (6, ("d", "e", "f"))


@pytest.mark.parametrize("name", ["camera", "reader"])
def test_a_lost_device_is_named_with_what_to_try(desk: Any, name: str) -> None:
    lost = {**desk.page.devices, name: "lost"}
    view = shown(desk, devices=lost, recent=[line(f"{name}-lost")])
    assert (view.mood, view.more) == ("trouble", words.LOST[name])
    later = shown(desk, devices=lost, recent=[line(f"{name}-lost"), line("let-go")])
    assert (later.mood, later.note, later.grave) == ("calm", words.LOST[name], True)


def test_a_card_that_cannot_be_written_is_trouble_even_after_other_news(desk: Any) -> None:
    assert shown(desk, journal="full", recent=[line("journal-trouble")]).mood == "trouble"
    view = shown(desk, journal="full", held=PERSON, recent=[line("person-held")])
    assert (view.note, view.grave) == (words.Words(*NOT_WRITTEN[Duty.SAMPLING]), True)


@pytest.mark.parametrize("duty", ["check-in", "reception"])
def test_nobody_is_told_of_pairs_where_none_are_made(desk: Any, duty: str) -> None:
    view = shown(desk, duty=duty, journal="full", held=PERSON, recent=[line("person-held")])
    assert view.note is not None
    assert "CHƯA ghi" in view.note.vi


def test_offline_is_an_edge_and_a_word_and_blocks_nothing(desk: Any) -> None:
    view = shown(desk, trouble="no route", waiting=12, held=PERSON)
    assert (view.mood, view.offline, view.waiting) == ("calm", True, 12)
    assert {device.name.en: device.state for device in view.devices}["network"] == "off-line"


def test_a_clock_that_was_not_set_and_alarms_have_a_sign_each(desk: Any) -> None:
    view = shown(desk, clock_trusted=False, alarms=["row 3"], set_aside=2)
    assert [(device.name.en, device.count) for device in view.devices[-2:]] == [
        ("clock", 0),
        ("tell the administrator", 3),
    ]


def test_the_newest_pair_stands_first_with_its_time_at_the_table(desk: Any) -> None:
    pairs = [*desk.page.pairs, Pair("2026-11-22T18:02:00+00:00", "260000123375", "voided")]
    rows = shown(desk, pairs=pairs).pairs
    assert [(row.time, row.mark, row.tail) for row in rows] == [
        ("01:02", "voided", "3375"),
        ("08:14", "paired", "3482"),
    ]


def test_the_end_of_a_shift_is_told_at_length(desk: Any) -> None:
    assert shown(desk, recent=[line("shift-ended")]).more == words.Words("câu", "words")


def test_outside_a_shift_that_is_required_its_card_is_asked_for(desk: Any) -> None:
    holding = shown(desk, shift_required=True).holding
    assert holding
    assert holding.prompt == words.NO_SHIFT


@pytest.mark.parametrize("alive", [None, False])
def test_a_page_without_a_station_never_asks_for_a_scan(
    desk: Any,
    alive: bool | None,  # noqa: FBT001
) -> None:
    view = view_of(Seen(page=desk.page, alive=alive), NOW)
    assert view.mood == ("looking" if alive is None else "silent")
    assert (view.holding, view.pairs) == (None, ())


def test_a_station_that_was_ended_is_not_a_silent_one(desk: Any) -> None:
    page = msgspec.structs.replace(desk.page, recent=[line("stopped")])
    assert view_of(Seen(page=page, alive=False), NOW).mood == "stopped"


def test_a_word_that_the_screen_does_not_know_is_told_in_its_own_sentence(desk: Any) -> None:
    view = shown(desk, recent=[line("something-new")])
    assert (view.mood, view.note) == ("calm", words.Words("câu", "words"))


@pytest.mark.parametrize("name", sorted(SIGNALS))
def test_screen_and_panel_show_the_same_colour(desk: Any, name: str) -> None:
    light, mood = SIGNALS[name].light, shown(desk, recent=[line(name)]).mood
    assert (light is Light.RED) == (mood in {"bad", "trouble"})
    assert (light is Light.GREEN) == (mood == "good")


TEXT = st.text(max_size=30)
HELD = st.builds(
    Held,
    st.sampled_from(["idle", "person", "tube", "pool", "operator", "new"]),
    TEXT,
    st.none() | st.integers(1900, 2030),
    TEXT,
    st.integers(0, 20),
    st.none() | st.floats(0, 1e6),
    st.lists(TEXT, max_size=20),
)


@settings(deadline=None)
@given(HELD, TEXT, TEXT, st.sampled_from(["ok", "lost", "opening", "odd"]), st.floats(0, 1e6))
def test_any_page_gives_a_screen(held: Held, word: str, reason: str, up: str, now: float) -> None:
    page = Page(
        station="s",
        label="l",
        held=held,
        counts={},
        devices={"camera": up, word: up},
        journal=word,
        waiting=1,
        set_aside=1,
        contact="",
        trouble=word,
        clock_trusted=False,
        alarms=[],
        recent=[line(word, reason=reason)],
    )
    assert view_of(Seen(page=page, alive=True, told_at=now), now).holding
