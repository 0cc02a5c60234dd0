"""Give tubes of a lot to stations and teams, take them back, void them.

Used tubes stay with whoever used them, void ones where they are: what moves is what can be used.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from server.accounts.models import Station
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.errors import DomainError, NotFound
from server.sampling import lot_queries
from server.sampling.lot_models import LotMove, LotPart, TubeVoid
from server.sampling.lot_tiles import Holder, Run, Tile, retile, without
from server.sampling.models import Lot

_CHUNK = 500


class NothingToMove(DomainError):
    code = "nothing-to-move"


class StationRevoked(DomainError):
    code = "station-revoked"


class TubeUsed(DomainError):
    code = "tube-used"


class AlreadyVoid(DomainError):
    code = "already-void"


class NotVoid(DomainError):
    code = "not-void"


@dataclass(frozen=True, slots=True)
class Moved:
    """How many tubes moved, and how many of those asked for stayed: used, void, there already."""

    tubes: int
    stayed: int


def open_lot(session: Session, lot: Lot) -> None:
    """Put all tubes of a new lot into the store."""
    _rewrite(session, lot, [], [Tile(Run(1, lot.size))])


def place_of(session: Session, station: str) -> str:
    """Return where *station* works: a lot that names no place is of there.  A lot of no place would
    be nobody's: no registrar prints it, no technician finds its tubes."""
    return session.get_one(Station, station).place


def check_station(session: Session, name: str | None, within: Within = ANYWHERE) -> None:
    """Raise NotFound or StationRevoked unless tubes may go to the station *name* (or to none).

    A station outside *within*, the scope of who gives them out, is as one that there is not.
    """
    station = session.get(Station, name) if name is not None else None
    if name is not None and (station is None or not within.covers(station.place)):
        raise NotFound(f"Không có trạm {name}.", f"There is no station {name}.")
    if station is not None and station.state == "revoked":
        raise StationRevoked(
            f"Trạm {name} đã bị thu hồi, không nhận ống được nữa. Chọn trạm khác.",
            f"Station {name} was revoked and takes no tubes. Choose another.",
        )


def move_tubes(
    session: Session, lot_id: str, run: Run, to: Holder, *, by: str, now: datetime
) -> Moved:
    """Give the usable tubes of *run* to another holder; STORE takes them back, for others to have.

    Raises NotFound, StationRevoked, NothingToMove.
    """
    lot = lot_queries.lot_named(session, lot_id, to_change=True)
    check_station(session, to.station)
    tiles, used = lot_queries.tiles_of(session, lot), lot_queries.used_positions(session, lot)
    moves = [
        (piece, tile.holder)
        for tile in tiles
        if tile.void is None and tile.holder != to and (common := tile.run.common(run))
        for piece in without(common, used)
    ]
    if not moves:
        raise _nothing_to_move(to)
    for piece, holder in moves:
        session.add(_move(lot, piece, holder, to, by=by, now=now))
    after = retile(tiles, [piece for piece, _ in moves], lambda tile: replace(tile, holder=to))
    _rewrite(session, lot, tiles, after)
    count = sum(piece.size for piece, _ in moves)
    action = "lot.returned" if to.is_store else "lot.issued"
    detail = f"{run.first}-{run.last}: {count} tubes to {to}"
    audit.record(session, action, lot.id, by=by, now=now, detail=detail)
    return Moved(count, run.size - count)


def void_tubes(
    session: Session, lot_id: str, run: Run, *, reason: str, by: str, now: datetime
) -> TubeVoid:
    """Say that the tubes of *run* must not be used: not paired, not received, not printed.

    All of them or none: raises TubeUsed, AlreadyVoid naming the first that cannot be.
    """
    lot = lot_queries.lot_named(session, lot_id, to_change=True)
    tiles = lot_queries.tiles_of(session, lot)
    _check_voidable(session, lot, tiles, run)
    void = TubeVoid(
        id=uuid4(), lot_id=lot.id, first=run.first, last=run.last, reason=reason, at=now, by=by
    )
    session.add(void)
    session.flush()
    _rewrite(session, lot, tiles, retile(tiles, [run], lambda tile: replace(tile, void=void.id)))
    detail = f"{run.first}-{run.last}"
    audit.record(session, "lot.voided", lot.id, by=by, now=now, detail=detail)
    return void


def lift_void(session: Session, void_id: UUID, *, by: str, now: datetime) -> TubeVoid:
    """Let void tubes be used again.  What a station told of them meanwhile is then applied."""
    void = session.get(TubeVoid, void_id)
    if void is None:
        raise NotFound("Không có lần hủy này.", "There is no such void.")
    lot = lot_queries.lot_named(session, void.lot_id, to_change=True)
    if void.lifted_at is not None:
        raise NotVoid(
            "Lần hủy này đã được bỏ. Mở lại trang để xem.",
            "This void is lifted already. Open the page again.",
        )
    void.lifted_at, void.lifted_by = now, by
    tiles, run = lot_queries.tiles_of(session, lot), Run(void.first, void.last)
    _rewrite(session, lot, tiles, retile(tiles, [run], lambda tile: replace(tile, void=None)))
    detail = f"{run.first}-{run.last}"
    audit.record(session, "lot.void-lifted", lot.id, by=by, now=now, detail=detail)
    return void


def _rewrite(session: Session, lot: Lot, before: Iterable[Tile], after: Sequence[Tile]) -> None:
    """Store the tiling *after*; the constraints between its parts are checked at the commit."""
    old, new = set(before), set(after)
    gone = sorted(tile.run.first for tile in old - new)
    session.flush()
    for start in range(0, len(gone), _CHUNK):
        some = LotPart.first.in_(gone[start : start + _CHUNK])
        ended = delete(LotPart).where(LotPart.lot_id == lot.id, some)
        session.execute(ended, execution_options={"synchronize_session": False})
    if rows := [_row(lot, tile) for tile in after if tile not in old]:
        session.execute(insert(LotPart), rows)
    holders = {tile.holder for tile in after}
    lot.station = holders.pop().station if len(holders) == 1 else None


def _row(lot: Lot, tile: Tile) -> dict[str, object]:
    first, last = tile.run.first, tile.run.last
    return {
        "lot_id": lot.id, "first": first, "last": last, "size": lot.size,
        "follows": first - 1 if first > 1 else None,
        "leads": last + 1 if last < lot.size else None,
        "station": tile.holder.station, "team": tile.holder.team, "void_id": tile.void,
    }  # fmt: skip


def _move(
    lot: Lot, run: Run, holder: Holder, to: Holder, *, by: str, now: datetime
) -> LotMove:  # fmt: skip
    return LotMove(
        id=uuid4(), lot_id=lot.id, first=run.first, last=run.last,
        from_station=holder.station, from_team=holder.team,
        to_station=to.station, to_team=to.team, at=now, by=by,
    )  # fmt: skip


def _check_voidable(session: Session, lot: Lot, tiles: Iterable[Tile], run: Run) -> None:
    void = [common for tile in tiles if tile.void and (common := tile.run.common(run))]
    if void:
        tube = lot_queries.tube_at(lot, void[0].first)
        raise AlreadyVoid(
            f"Ống {tube.grouped} đã bị hủy từ trước. Chọn khoảng không có ống này.",
            f"Tube {tube.grouped} is void already. Choose a range without it.",
        )
    used = lot_queries.used_positions(session, lot)
    inside = [position for position in used if run.first <= position <= run.last]
    if inside:
        tube = lot_queries.tube_at(lot, inside[0])
        raise TubeUsed(
            f"Ống {tube.grouped} đã dùng cho một người, không hủy được. Chừa ống này ra; nếu mẫu"
            " hỏng, phòng xét nghiệm loại ống.",
            f"Tube {tube.grouped} was given to somebody and cannot be made void. Leave it out; if"
            " the sample is spoilt, the laboratory rejects the tube.",
        )


def _nothing_to_move(to: Holder) -> DomainError:
    if to.is_store:
        return NothingToMove(
            "Không có ống nào để trả: các ống này đã dùng, đã hủy, hoặc đang ở kho.",
            "There is nothing to return: these tubes are used, void, or in the store.",
        )
    return NothingToMove(
        "Không có ống nào để giao: các ống này đã dùng, đã hủy, hoặc đã ở nơi nhận.",
        "There is nothing to issue: these tubes are used, void, or there already.",
    )
