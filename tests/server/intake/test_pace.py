"""How much is applied at once follows from how long it takes, and gives way to who sends."""

from hypothesis import given
from hypothesis import strategies as st

from server.intake.pace import FEWEST, MOST, SPANS, Pace, Stride


@given(
    each=st.floats(0.000_05, 0.05), fixed=st.floats(0, 0.02), paces=st.lists(st.sampled_from(Pace))
)
def test_a_transaction_comes_to_last_as_long_as_it_may(
    each: float, fixed: float, paces: list[Pace]
) -> None:
    stride = Stride()
    for pace in [*paces, *[Pace.IDLE] * 40]:
        length = stride.length(pace)
        assert FEWEST <= length <= MOST
        stride.learn(length, fixed + length * each)
    took = fixed + stride.length(Pace.IDLE) * each
    few = stride.length(Pace.IDLE) == FEWEST
    assert took <= SPANS[Pace.IDLE] * 1.1 or few


def test_the_more_uploads_come_the_less_is_applied_at_once() -> None:
    lengths = [Stride().length(pace) for pace in Pace]
    assert lengths == sorted(lengths, reverse=True)
    assert len(set(lengths)) > 1


def test_of_a_few_events_nothing_is_learnt() -> None:
    stride = Stride()
    stride.learn(FEWEST - 1, 60.0)
    assert stride.length(Pace.IDLE) == Stride().length(Pace.IDLE)
