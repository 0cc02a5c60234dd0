"""Visits and meetings: what two people's stays at one point share."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from server.declarations.traces.overlap import Visit, meetings, spans, visits_of, within

START = datetime(2026, 11, 23, 1, tzinfo=UTC)
STAYS = {"A": timedelta(minutes=60), "B": timedelta(minutes=90), "C": timedelta(minutes=5)}
CHECK_INS = st.lists(
    st.tuples(st.integers(0, 600), st.sampled_from("uvwxyz"), st.sampled_from("ABC")), max_size=40
).map(lambda all_: [(START + timedelta(minutes=at), who, spot) for at, who, spot in all_])


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


@given(CHECK_INS)
def test_nobody_is_at_two_points_at_once_nor_before_they_came(check_ins: list) -> None:
    visits = visits_of(check_ins, STAYS)
    came = {(when, who, spot) for when, who, spot in check_ins}
    assert all((visit.begins, visit.who, visit.spot) in came for visit in visits)
    for one in visits:
        assert one.begins <= one.ends
        for other in visits:
            if one is not other and one.who == other.who:
                assert one.ends <= other.begins or other.ends <= one.begins


@given(CHECK_INS)
def test_every_check_in_lies_in_a_visit_there(check_ins: list) -> None:
    visits = visits_of(check_ins, STAYS)
    for when, who, spot in check_ins:
        assert any(
            (each.who, each.spot) == (who, spot) and each.begins <= when <= each.ends
            for each in visits
        )


@settings(max_examples=60)
@given(CHECK_INS, st.integers(0, 30))
def test_meetings_are_what_comparing_everybody_with_everybody_finds(
    check_ins: list, least: int
) -> None:
    visits = visits_of(check_ins, STAYS)
    ones = [each for each in visits if each.who in "uvw"]
    shortest = timedelta(minutes=least)
    found = {
        (each.one, each.other, each.spot, each.begins, each.ends)
        for each in meetings(ones, visits, least=shortest)
    }
    wanted = set()
    for one in ones:
        for other in visits:
            begins, ends = max(one.begins, other.begins), min(one.ends, other.ends)
            together = one.spot == other.spot and one.who != other.who and ends > begins
            if together and ends - begins >= shortest:
                wanted.add((one.who, other.who, one.spot, begins, ends))
    assert found == wanted


@given(CHECK_INS, CHECK_INS)
def test_whoever_met_checked_in_within_the_spans_that_are_asked_for(
    ours: list, theirs: list
) -> None:
    mine = visits_of([(when, "me", spot) for when, _, spot in ours], STAYS)
    asked = spans(mine, STAYS)
    for stretches in asked.values():
        assert all(one[1] < other[0] for one, other in itertools.pairwise(stretches))
    single = [(when, f"{who}{number}", spot) for number, (when, who, spot) in enumerate(theirs)]
    for meeting in meetings(mine, visits_of(single, STAYS)):
        [came] = [when for when, who, _ in single if who == meeting.other]
        assert any(begins <= came < ends for begins, ends in asked[meeting.spot])


@given(CHECK_INS, CHECK_INS)
def test_meeting_is_mutual(ours: list, theirs: list) -> None:
    mine, others = visits_of(ours, STAYS), visits_of(theirs, STAYS)
    there = {(m.one, m.other, m.begins, m.ends) for m in meetings(mine, others)}
    back = {(m.other, m.one, m.begins, m.ends) for m in meetings(others, mine)}
    assert there == back


def test_a_period_cuts_visits_and_leaves_out_what_lies_outside() -> None:
    visit = Visit(at(0), at(60), "u", "A")
    assert within([visit], at(30), at(90)) == [Visit(at(30), at(60), "u", "A")]
    assert within([visit], at(60), at(90)) == []


def test_who_leaves_as_another_comes_did_not_meet_them() -> None:
    one, other = Visit(at(0), at(60), "u", "A"), Visit(at(60), at(90), "v", "A")
    assert meetings([one], [other]) == []
