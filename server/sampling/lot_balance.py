"""The balance of tubes, for each holder: what came = used + void + gone + left.

What came to the store is every tube of the lot, and what was returned.  A balance adds up by the
way it is counted; that it does is also what a delivery and a stock-taking are held against.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from server.sampling import lot_queries
from server.sampling.lot_models import LotMove, LotPart
from server.sampling.lot_tiles import STORE, Holder, Run
from server.sampling.models import Lot

Tally = Counter[Holder]


@dataclass(frozen=True, slots=True)
class Balance:
    """The tubes of one holder.  `gone` were returned, or issued on to others."""

    holder: Holder
    came: int
    used: int
    void: int
    gone: int
    left: int


def balances_of(session: Session, lot: Lot) -> list[Balance]:
    """Return the balance of *lot* for each holder, the store first."""
    held, used, void = Tally(), Tally(), Tally()
    positions = lot_queries.used_positions(session, lot)
    for tile in lot_queries.tiles_of(session, lot):
        held[tile.holder] += tile.run.size
        if tile.void is None:
            used[tile.holder] += lot_queries.count_within(positions, tile.run)
        else:
            void[tile.holder] += tile.run.size
    came, gone = Tally({STORE: lot.size}), Tally()
    for move in lot_queries.moves_of(session, lot):
        size = move.last - move.first + 1
        gone[move.giver] += size
        came[move.taker] += size
    return _listed(came, gone, held, used, void)


def balances(session: Session) -> list[Balance]:
    """Return the balance of every holder over all lots, the store first."""
    size = func.sum(LotMove.last - LotMove.first + 1)
    come = select(LotMove.to_station, LotMove.to_team, size).group_by(
        LotMove.to_station, LotMove.to_team
    )
    go = select(LotMove.from_station, LotMove.from_team, size).group_by(
        LotMove.from_station, LotMove.from_team
    )
    came = Tally({Holder(row[0], row[1]): int(row[2]) for row in session.execute(come)})
    gone = Tally({Holder(row[0], row[1]): int(row[2]) for row in session.execute(go)})
    came[STORE] += session.scalar(select(func.sum(Lot.size))) or 0
    return _listed(came, gone, *_held(session))


def in_whole(session: Session, lots: Sequence[Lot]) -> dict[str, Balance]:
    """Return the balance of each of *lots* as a whole: nothing is gone from it."""
    used, void = Counter[str](), Counter[str]()
    for lot, _, run, is_void in _parts(session, LotPart.lot_id.in_([lot.id for lot in lots])):
        if is_void:
            void[lot.id] += run.size
        else:
            used[lot.id] += lot_queries.used_in(session, lot, run)
    return {
        lot.id: Balance(STORE, lot.size, used[lot.id], void[lot.id], 0,
                        lot.size - used[lot.id] - void[lot.id])
        for lot in lots
    }  # fmt: skip


def _held(session: Session) -> tuple[Tally, Tally, Tally]:
    """Return what each holder has, how much of it is used, how much is void."""
    held, used, void = Tally(), Tally(), Tally()
    for lot, holder, run, is_void in _parts(session, true()):
        held[holder] += run.size
        if is_void:
            void[holder] += run.size
        else:
            used[holder] += lot_queries.used_in(session, lot, run)
    return held, used, void


def _parts(session: Session, which: ColumnElement[bool]) -> Iterator[tuple[Lot, Holder, Run, bool]]:
    asked = select(Lot, LotPart.first, LotPart.last, LotPart.station, LotPart.team, LotPart.void_id)
    rows = session.execute(asked.join(LotPart, LotPart.lot_id == Lot.id).where(which)).all()
    for lot, first, last, station, team, void in rows:
        yield lot, Holder(station, team), Run(first, last), void is not None


def _listed(came: Tally, gone: Tally, held: Tally, used: Tally, void: Tally) -> list[Balance]:
    holders = sorted({*came, *held}, key=lambda each: (not each.is_store, str(each)))
    return [
        Balance(each, came[each], used[each], void[each], gone[each],
                held[each] - used[each] - void[each])
        for each in holders
    ]  # fmt: skip
