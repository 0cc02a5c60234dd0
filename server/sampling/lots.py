"""Lots: register a run of our own serials or a maker's codes; stations ask which are theirs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.duties import Duty
from contract.lots import LotWire
from contract.tubes import LARGEST_SERIAL, ForeignTube, TubeError, TubeKind, kind_of
from server.accounts.models import Station
from server.audit import services as audit
from server.errors import BadInput, DomainError
from server.sampling import lot_parts, numbering, queries
from server.sampling.lot_models import LotPart
from server.sampling.lot_queries import lot_named as lot_named
from server.sampling.lot_tiles import Holder, Run
from server.sampling.models import Lot, LotCode

LARGEST_LOT = 20_000


class SeriesUsedUp(DomainError):
    code = "series-used-up"


class CodeInOtherLot(DomainError):
    code = "code-in-other-lot"


def register_lot(
    session: Session,
    *,
    series: int,
    count: int,
    place: str,
    station: str | None,
    by: str,
    now: datetime,
) -> Lot:
    """Mint the next *count* tubes of *series* as one lot, right after the last one, or behind what
    may be printed already (`numbering`).

    Raises SeriesUsedUp, and NotFound or StationRevoked for a station that cannot have them.
    """
    lot_parts.check_station(session, station)
    last, gap = numbering.last_of(session, series), numbering.gap_of(session, series)
    if gap is not None and gap > (last or 0):
        last = None
    else:
        gap = None
    first = (gap or last or 0) + 1
    if first + count - 1 > LARGEST_SERIAL:
        raise SeriesUsedUp(
            f"Dãy số {series:02d} không còn đủ {count} số. Chọn dãy khác.",
            f"Series {series:02d} has fewer than {count} serials left. Choose another.",
        )
    lot = Lot(
        id=numbering.next_lot(session, now.year), kind=kind_of(series), series=series, first=first,
        last=first + count - 1, follows=last, gap=gap, size=count, place=place,
        created_at=now, created_by=by,
    )  # fmt: skip
    return keep(session, lot, station, by, now)


def register_foreign_lot(
    session: Session,
    codes: Iterable[str],
    *,
    place: str,
    station: str | None,
    by: str,
    now: datetime,
) -> Lot:
    """Register tubes with their maker's bar codes.  Raises BadInput, CodeInOtherLot, NotFound."""
    lot_parts.check_station(session, station)
    texts = [_foreign_code(code) for code in codes]
    _check_new(session, texts)
    lot = Lot(
        id=numbering.next_lot(session, now.year), kind=TubeKind.SAMPLING, size=len(texts),
        place=place, created_at=now, created_by=by,
        codes=[LotCode(code=text, position=at) for at, text in enumerate(texts, 1)],
    )  # fmt: skip
    return keep(session, lot, station, by, now)


def issue_lot(session: Session, lot_id: str, station: str | None, *, by: str, now: datetime) -> Lot:
    """Give what can be used of a lot to a station, or take it back into the store (None)."""
    lot = lot_named(session, lot_id)
    lot_parts.move_tubes(session, lot_id, Run(1, lot.size), Holder(station), by=by, now=now)
    return lot


def lots_issued_to(session: Session, station: str) -> list[LotWire]:
    """Return the tubes that *station* may use, as stations read them: parts of lots, none void."""
    statement = (
        select(Lot, LotPart.first, LotPart.last)
        .join(LotPart, LotPart.lot_id == Lot.id)
        .where(LotPart.station == station, LotPart.void_id.is_(None))
        .order_by(Lot.id, LotPart.first)
    )
    return [_part_of(lot, first, last) for lot, first, last in session.execute(statement)]


def lots_for(session: Session, station: str) -> list[LotWire]:
    """Return the tubes that *station* must know: those that it may use, or that it may receive."""
    receives = session.get_one(Station, station).duty == Duty.RECEPTION
    return lots_to_receive(session) if receives else lots_issued_to(session, station)


def lots_to_receive(session: Session) -> list[LotWire]:
    """Return every tube that may reach a laboratory: whoever was given it, none void."""
    statement = (
        select(Lot, LotPart.first, LotPart.last)
        .join(LotPart, LotPart.lot_id == Lot.id)
        .where(LotPart.void_id.is_(None))
        .order_by(Lot.id, LotPart.first)
    )
    return [_part_of(lot, first, last) for lot, first, last in session.execute(statement)]


def _part_of(lot: Lot, first: int, last: int) -> LotWire:
    if lot.series is None or lot.first is None:
        return LotWire(lot.id, codes=tuple(code.code for code in lot.codes[first - 1 : last]))
    before = lot.first - 1
    return LotWire(lot.id, series=lot.series, first=before + first, last=before + last)


def wire_of(lot: Lot) -> LotWire:
    if lot.series is None or lot.first is None or lot.last is None:
        return LotWire(lot.id, codes=tuple(code.code for code in lot.codes))
    return LotWire(lot.id, series=lot.series, first=lot.first, last=lot.last)


def keep(session: Session, lot: Lot, station: str | None, by: str, now: datetime) -> Lot:
    """Store a new lot with its tubes in the store, or at *station*."""
    session.add(lot)
    session.flush()
    lot_parts.open_lot(session, lot)
    detail = f"{lot.kind}, {lot.size} tubes"
    audit.record(session, "lot.registered", lot.id, by=by, now=now, detail=detail)
    if station is not None:
        issue_lot(session, lot.id, station, by=by, now=now)
    return lot


def _foreign_code(text: str) -> str:
    try:
        return ForeignTube(text.strip().upper()).text
    except TubeError as error:
        raise BadInput(
            f"“{text.strip()[:40]}” không thể là mã ống của nhà sản xuất: cần 5 đến 30 chữ in, số"
            " hoặc dấu - . /, và không phải 12 chữ số.",
            f"“{text.strip()[:40]}” cannot be a maker's tube code: 5 to 30 capitals, digits or"
            " - . /, and not 12 digits.",
            field="codes",
        ) from error


def _check_new(session: Session, texts: Sequence[str]) -> None:
    """Refuse a list that is empty, too long, or names a tube twice."""
    if not 0 < len(texts) <= LARGEST_LOT:
        raise BadInput(
            f"Một lô có từ 1 đến {LARGEST_LOT} ống.",
            f"A lot has 1 to {LARGEST_LOT} tubes.",
            field="count",
        )
    if twice := [text for text, times in Counter(texts).items() if times > 1]:
        raise BadInput(
            f"Mã {twice[0]} có hai lần.",
            f"Code {twice[0]} stands twice in the list.",
            field="codes",
        )
    for text in texts:
        if (lot := queries.lot_of(session, ForeignTube(text))) is not None:
            raise CodeInOtherLot(
                f"Ống {text} đã thuộc lô {lot.id}.", f"Tube {text} is of lot {lot.id} already."
            )
