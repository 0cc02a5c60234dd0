"""Of several results one is final, or none until a person chooses."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from server.lab.final import Decided, Final, Said, current, final
from server.lab.words import Call

START = datetime(2021, 6, 17, tzinfo=UTC)
IDS = [UUID(int=number) for number in range(1, 6)]


@st.composite
def chains(draw: st.DrawFn) -> list[Said]:
    """Results of several laboratories, each in a chain, in any state."""
    said = []
    for number, which in enumerate(IDS[: draw(st.integers(0, 5))]):
        earlier = st.sampled_from([None, *IDS[:number]])
        released, withdrawn = draw(st.booleans()), draw(st.booleans())
        call, corrects = draw(st.sampled_from(Call)), draw(earlier)
        at = START + timedelta(hours=number)
        said.append(Said(which, call, at, released, corrects, withdrawn))
    return said


DECISIONS = st.lists(
    st.builds(
        Decided,
        st.sampled_from(IDS),
        st.frozensets(st.sampled_from(IDS)),
        st.sampled_from([START, START + timedelta(days=1)]),
    ),
    max_size=3,
)


@given(chains(), DECISIONS)
def test_what_is_final_is_current_and_what_differs_differs(
    said: list[Said], decisions: list[Decided]
) -> None:
    found = final(said, decisions)
    assert found.result is None or found.result in current(said)
    assert not (found.result and found.differing)
    calls = {each.call for each in found.differing} - {Call.INVALID}
    assert not found.differing or len(calls) > 1
    assert bool(current(said)) == (found != Final())


@given(chains(), DECISIONS)
def test_order_and_repetition_do_not_matter(said: list[Said], decisions: list[Decided]) -> None:
    again = final([*said[::-1], *said], [*decisions[::-1], *decisions])
    assert again == final(said, decisions)


@given(chains())
def test_a_withdrawn_or_unreleased_result_never_speaks(said: list[Said]) -> None:
    for each in current(said):
        assert each.released
        assert not each.withdrawn


@given(chains())
def test_withdrawing_one_brings_none_back(said: list[Said]) -> None:
    before = {each.id for each in current(said)}
    for gone in said:
        withdrawn = Said(gone.id, gone.call, gone.at, gone.released, gone.corrects, withdrawn=True)
        after = current([withdrawn if each is gone else each for each in said])
        assert {each.id for each in after} <= before


def lab(number: int, call: Call) -> Said:
    return Said(IDS[number], call, START + timedelta(hours=number), released=True)


def test_laboratories_that_agree_speak_by_the_first() -> None:
    assert final([lab(1, Call.NEGATIVE), lab(0, Call.NEGATIVE)]).result == lab(0, Call.NEGATIVE)


def test_an_invalid_result_gives_way() -> None:
    both = [lab(0, Call.INVALID), lab(1, Call.POSITIVE)]
    assert final(both).result == lab(1, Call.POSITIVE)


def test_a_third_opinion_reopens_what_was_decided() -> None:
    both = [lab(0, Call.NEGATIVE), lab(1, Call.POSITIVE)]
    assert final(both).differing == frozenset(both)
    chosen = Decided(IDS[1], frozenset(IDS[:2]), START)
    assert final(both, [chosen]).result == both[1]
    assert final([*both, lab(2, Call.NEGATIVE)], [chosen]).result is None
