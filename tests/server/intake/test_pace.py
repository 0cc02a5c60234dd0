"""How much is applied at once follows from how long it takes, and gives way to who sends."""

from datetime import datetime
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contract import specimens
from contract.tubes import TubeId
from server.db import Database
from server.intake.applying import Step, apply_some, take_step
from server.intake.pace import FEWEST, MOST, SPANS, Pace, Stride
from tests.server.statements import asked

FEW = min(FEWEST.values())


@given(
    each=st.floats(0.000_05, 0.05), fixed=st.floats(0, 0.02), paces=st.lists(st.sampled_from(Pace))
)
def test_a_transaction_comes_to_last_as_long_as_it_may(
    each: float, fixed: float, paces: list[Pace]
) -> None:
    stride = Stride()
    for pace in [*paces, *[Pace.IDLE] * 40]:
        length = stride.length(pace)
        assert FEWEST[pace] <= length <= MOST
        stride.learn(length, fixed + length * each)
    took = fixed + stride.length(Pace.IDLE) * each
    few = stride.length(Pace.IDLE) == FEWEST[Pace.IDLE]
    assert took <= SPANS[Pace.IDLE] * 1.1 or few


def test_the_more_uploads_come_the_less_is_applied_at_once() -> None:
    lengths = [Stride().length(pace) for pace in Pace]
    assert lengths == sorted(lengths, reverse=True)
    assert len(set(lengths)) > 1


def test_of_a_few_events_nothing_is_learnt() -> None:
    stride = Stride()
    stride.learn(FEW - 1, 60.0)
    assert stride.length(Pace.IDLE) == Stride().length(Pace.IDLE)


def test_the_fewest_are_applied_together_too(
    sender: Any, database: Database, with_lots: None, now: datetime
) -> None:
    """Else a slow hour would teach to apply them one by one, which is slow, for ever."""
    people = specimens.people(FEW, Random(7))
    tubes = [TubeId.mint(26, number) for number in range(1, FEW + 1)]
    cards = map(specimens.citizen_card, people)
    sender.send(*(sender.pairing(tube, card) for tube, card in zip(tubes, cards, strict=True)))
    with asked(database) as statements:
        assert apply_some(database, now, at_once=FEW) == FEW
    assert not [each for each, _ in statements if each.startswith("SAVEPOINT")]


def test_a_group_of_which_nothing_could_be_applied_teaches_too(
    sender: Any, database: Database, with_lots: None, now: datetime
) -> None:
    """Else the next one would be as long, and fail as late."""
    people = specimens.people(FEW, Random(7))
    cards = map(specimens.citizen_card, people)
    lost = [TubeId.mint(31, number) for number in range(1, FEW + 1)]
    sender.send(*(sender.pairing(tube, card) for tube, card in zip(lost, cards, strict=True)))
    assert take_step(database, now) == Step(applied=0, settled=FEW)
    assert take_step(database, now) is None
