"""Cutting and joining lots: whatever is done, every tube stays in exactly one place."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from server.sampling.lot_tiles import STORE, Holder, Run, Tile, retile, without

SIZE = 40
HOLDERS = [STORE, Holder("ban-1"), Holder("ban-2"), Holder(team="Đội 3")]
positions = st.integers(1, SIZE)
runs = st.tuples(positions, positions).map(lambda ends: Run(min(ends), max(ends)))
steps = st.lists(st.tuples(runs, st.sampled_from(HOLDERS)), max_size=12)


def spread(tiles: list[Tile]) -> list[Holder]:
    """Who has each tube, tube by tube."""
    return [tile.holder for tile in tiles for _ in range(tile.run.first, tile.run.last + 1)]


@given(steps)
def test_a_lot_stays_a_tiling_and_each_tube_is_where_it_went_last(
    steps: list[tuple[Run, Holder]],
) -> None:
    tiles, plain = [Tile(Run(1, SIZE))], [STORE] * SIZE
    for run, holder in steps:
        tiles = retile(tiles, [run], lambda tile, to=holder: replace(tile, holder=to))  # type: ignore[misc]
        plain[run.first - 1 : run.last] = [holder] * run.size
        assert spread(tiles) == plain
        assert [tile.run.first for tile in tiles[1:]] == [tile.run.last + 1 for tile in tiles[:-1]]
        assert all(a.holder != b.holder for a, b in pairwise(tiles))


def test_a_lot_that_is_whole_again_is_one_part() -> None:
    cut = retile([Tile(Run(1, 9))], [Run(3, 5)], lambda tile: replace(tile, holder=HOLDERS[1]))
    assert len(cut) == 3
    assert retile(cut, [Run(3, 5)], lambda tile: replace(tile, holder=STORE)) == [Tile(Run(1, 9))]


@given(runs, st.sets(positions))
def test_used_tubes_are_cut_out_of_a_run(run: Run, used: set[int]) -> None:
    left = {at for piece in without(run, sorted(used)) for at in range(piece.first, piece.last + 1)}
    assert left == set(range(run.first, run.last + 1)) - used
