"""Where a lot's tubes are, which are used, which are void, how often they were printed."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, String, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from contract.tubes import ForeignTube, Tube, TubeId
from server.errors import NotFound
from server.sampling import queries
from server.sampling.lot_models import LotMove, LotPart, PrintRun, TubeVoid
from server.sampling.lot_tiles import Holder, Run, Tile
from server.sampling.models import ConflictClaim, Lot, LotCode, Pairing, PairingVoid


def lot_named(session: Session, lot_id: str, *, to_change: bool = False) -> Lot:
    """Return the lot, held against other writers if *to_change*; raise NotFound if none."""
    lot = session.get(Lot, lot_id, with_for_update=to_change or None, populate_existing=to_change)
    if lot is None:
        raise NotFound(f"Không có lô {lot_id}.", f"There is no lot {lot_id}.")
    return lot


def tiles_of(session: Session, lot: Lot) -> list[Tile]:
    """Return the parts of *lot*, from its first tube to its last."""
    found = select(LotPart.first, LotPart.last, LotPart.station, LotPart.team, LotPart.void_id)
    rows = session.execute(found.where(LotPart.lot_id == lot.id).order_by(LotPart.first))
    return [Tile(Run(row[0], row[1]), Holder(row[2], row[3]), row[4]) for row in rows]


def tube_at(lot: Lot, position: int) -> Tube:
    """Return the tube at *position* (1 to size) of *lot*."""
    if lot.series is None or lot.first is None:
        return ForeignTube(lot.codes[position - 1].code)
    return TubeId.mint(lot.series, lot.first + position - 1)


def tubes_in(lot: Lot, runs: Iterable[Run]) -> Iterator[Tube]:
    """Yield the tubes of *runs*, in printing order."""
    for run in runs:
        for position in range(run.first, run.last + 1):
            yield tube_at(lot, position)


def positions_of(session: Session, lots: Mapping[Tube, Lot]) -> dict[Tube, int]:
    """Return where each tube stands in its lot."""
    found: dict[Tube, int] = {}
    foreign = {tube.text: tube for tube in lots if not isinstance(tube, TubeId)}
    for tube, lot in lots.items():
        if isinstance(tube, TubeId):
            found[tube] = tube.serial - (lot.first or 1) + 1
    if foreign:
        asked = select(LotCode.code, LotCode.position).where(LotCode.code.in_(foreign))
        found |= {foreign[code]: position for code, position in session.execute(asked)}
    return found


def voids_among(session: Session, lots: Mapping[Tube, Lot]) -> dict[Tube, UUID]:
    """Return those tubes that are void, with the void; usually none, at the price of a question."""
    ids = {lot.id for lot in lots.values()}
    asked = select(LotPart.lot_id, LotPart.first, LotPart.last, LotPart.void_id)
    asked = asked.where(LotPart.lot_id.in_(ids), LotPart.void_id.is_not(None))
    rows = session.execute(asked).all() if ids else ()
    void = [(row[0], Run(row[1], row[2]), row[3]) for row in rows if row[3]]
    if not void:
        return {}
    touched = {lot_id for lot_id, _, _ in void}
    places = positions_of(session, {tube: lot for tube, lot in lots.items() if lot.id in touched})
    return {
        tube: void_id
        for tube, position in places.items()
        for lot_id, run, void_id in void
        if lots[tube].id == lot_id and run.first <= position <= run.last
    }


def void_of(session: Session, tube: Tube) -> TubeVoid | None:
    """Return why *tube* must not be used, if it must not."""
    found = voids_among(session, queries.lots_of(session, [tube])).get(tube)
    return session.get(TubeVoid, found) if found else None


def undone() -> ColumnElement[bool]:
    """Return the condition that a pairing was voided by the station that made it."""
    return exists().where(
        PairingVoid.pairing_id == Pairing.id, PairingVoid.station == Pairing.station
    )


def put_aside() -> ColumnElement[bool]:
    """Return the condition that a decision about a conflict did not uphold a pairing."""
    return exists().where(ConflictClaim.pairing_id == Pairing.id, ConflictClaim.upheld.is_(False))


def within(lot: Lot, run: Run) -> ColumnElement[bool]:
    """Return the condition that a pairing is of a tube in *run* of *lot*."""
    if lot.series is None:
        codes = select(LotCode.code).where(
            LotCode.lot_id == lot.id, LotCode.position.between(run.first, run.last)
        )
        return type_coerce(Pairing.tube, String).in_(codes)
    return Pairing.tube.between(tube_at(lot, run.first), tube_at(lot, run.last))


def used_in(session: Session, lot: Lot, run: Run) -> int:
    """Return how many tubes of *run* were ever given to somebody: an undo uses a tube up as well,
    because nobody can know what is in it."""
    distinct = select(func.count(Pairing.tube.distinct()))
    return session.scalar(distinct.where(within(lot, run))) or 0


def used_positions(session: Session, lot: Lot) -> list[int]:
    """Return where the used tubes of *lot* stand, in order; an undone pairing used its tube up."""
    asked = select(Pairing.tube).where(within(lot, Run(1, lot.size)))
    own = lot.series is not None  # a maker's code may lie between two of ours as text
    tubes = {tube for tube in session.scalars(asked) if isinstance(tube, TubeId) is own}
    return sorted(positions_of(session, dict.fromkeys(tubes, lot)).values())


def count_within(positions: list[int], run: Run) -> int:
    """Return how many of the sorted *positions* lie in *run*."""
    return bisect_right(positions, run.last) - bisect_left(positions, run.first)


def moves_of(session: Session, lot: Lot) -> list[LotMove]:
    """Return how the tubes of *lot* went from hand to hand, oldest first."""
    asked = select(LotMove).where(LotMove.lot_id == lot.id).order_by(LotMove.at, LotMove.first)
    return list(session.scalars(asked))


def voids_of(session: Session, lot: Lot) -> list[TubeVoid]:
    asked = select(TubeVoid).where(TubeVoid.lot_id == lot.id).order_by(TubeVoid.at, TubeVoid.first)
    return list(session.scalars(asked))


def prints_of(session: Session, lot: Lot) -> list[PrintRun]:
    """Return the print runs of *lot*, oldest first."""
    asked = select(PrintRun).where(PrintRun.lot_id == lot.id).order_by(PrintRun.at, PrintRun.id)
    return list(session.scalars(asked))


def times_printed(session: Session) -> dict[str, int]:
    """Return how many print runs each lot has had."""
    asked = select(PrintRun.lot_id, func.count()).group_by(PrintRun.lot_id)
    return {row[0]: row[1] for row in session.execute(asked)}


def lots_given_out(session: Session) -> set[str]:
    """Return the lots of which somebody has tubes."""
    given = or_(LotPart.station.is_not(None), LotPart.team != "")
    return set(session.scalars(select(LotPart.lot_id).where(given).distinct()))
