import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.lots import IssuedLots, LotWire, TubeOfOtherLot, tubes_of
from contract.tubes import TubeError, TubeId, TubeMisread

OURS = LotWire("L-2026-0001", series=26, first=100, last=199)
MAKERS = LotWire("L-2026-0002", codes=("BD-36798", "BD-36799"))
LOTS = IssuedLots((OURS, MAKERS))


@given(st.integers(100, 199))
def test_a_tube_of_an_issued_lot_is_read(serial: int) -> None:
    seen = LOTS.read(TubeId.mint(26, serial).text)
    assert LOTS.lot_of(seen) == "L-2026-0001"


@pytest.mark.parametrize("tube", [TubeId.mint(26, 99), TubeId.mint(26, 200), TubeId.mint(27, 100)])
def test_a_tube_beside_the_lot_is_of_no_lot_issued_here(tube: TubeId) -> None:
    with pytest.raises(TubeOfOtherLot, match="of no lot issued here"):
        LOTS.read(tube.text)


def test_a_makers_code_counts_only_where_it_is_registered() -> None:
    assert LOTS.lot_of(LOTS.read("BD-36798")) == "L-2026-0002"
    with pytest.raises(TubeOfOtherLot):
        LOTS.read("BD-36797")


def test_a_misread_tube_is_told_from_a_strange_one() -> None:
    with pytest.raises(TubeMisread):
        LOTS.read("260000010099")
    with pytest.raises(TubeError):
        LOTS.read("hello, world")


def test_without_lots_no_tube_is_known() -> None:
    with pytest.raises(TubeOfOtherLot):
        IssuedLots().read(TubeId.mint(26, 1).text)


def test_lots_survive_the_wire() -> None:
    assert IssuedLots.from_json(LOTS.to_json()) == LOTS
    with pytest.raises(msgspec.DecodeError):
        IssuedLots.from_json(b'[{"lot": 1}]')


def test_every_tube_of_a_lot_is_of_that_lot() -> None:
    assert [LOTS.lot_of(tube) for tube in tubes_of(OURS)] == ["L-2026-0001"] * 100
    assert [tube.text for tube in tubes_of(MAKERS)] == list(MAKERS.codes)
