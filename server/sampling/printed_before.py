"""Lots that were printed before a restore, and are not in the database that was restored.

Their tubes are in the field.  Registered here they are known again, under the name that stands on
their boxes; nothing is printed, for their labels must not exist twice.
"""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeId, kind_of
from server.audit import services as audit
from server.errors import BadInput, DomainError
from server.sampling import lot_parts, lots, numbering, queries
from server.sampling.models import Lot
from server.sampling.number_models import LotGap

_NAME = re.compile(r"L-([0-9]{4})-([0-9]{4,6})")


class NeverSetAside(DomainError):
    code = "serials-not-set-aside"


class SerialsInOtherLot(DomainError):
    code = "serials-in-other-lot"


class LotNameTaken(DomainError):
    code = "lot-name-taken"


def register(
    session: Session,
    first: Tube,
    last: Tube,
    *,
    name: str,
    place: str,
    station: str | None,
    by: str,
    now: datetime,
) -> Lot:
    """Make the tubes from *first* to *last* a lot again, as *name* (empty: a new one).

    Raises BadInput, NeverSetAside, SerialsInOtherLot, LotNameTaken; NotFound or StationRevoked for
    a station that cannot have them.
    """
    lot_parts.check_station(session, station)
    start, end = _run(first, last)
    gap = _gap_around(session, start, end)
    _check_free(session, start, end)
    lot = Lot(
        id=_named(session, name.strip().upper(), now), kind=kind_of(start.series),
        series=start.series, first=start.serial, last=end.serial, gap=gap.last,
        size=end.serial - start.serial + 1, place=place, created_at=now, created_by=by,
    )  # fmt: skip
    lots.keep(session, lot, station, by, now)
    detail = f"{start.text}-{end.text}"
    audit.record(session, "lot.known-again", lot.id, by=by, now=now, detail=detail)
    return lot


def _run(first: Tube, last: Tube) -> tuple[TubeId, TubeId]:
    for tube, field in ((first, "first"), (last, "last")):
        if not isinstance(tube, TubeId):
            raise BadInput(
                "Đây là mã của nhà sản xuất: đăng ký ở “Ống đã có mã vạch của nhà sản xuất”.",
                "This is a maker's code: register it under “Tubes with their maker's bar code”.",
                field=field,
            )
    start, end = TubeId(first.text), TubeId(last.text)
    if start.series != end.series or not start.serial <= end.serial:
        raise BadInput(
            "Ống cuối phải cùng dãy số với ống đầu, và không đứng trước. Quét lại hai ống.",
            "The last tube must be of the first one's series, and not before it. Scan both again.",
            field="last",
        )
    if end.serial - start.serial >= lots.LARGEST_LOT:
        raise BadInput(
            f"Một lô có từ 1 đến {lots.LARGEST_LOT} ống.",
            f"A lot has 1 to {lots.LARGEST_LOT} tubes.",
            field="last",
        )
    return start, end


def _gap_around(session: Session, start: TubeId, end: TubeId) -> LotGap:
    """Return the gap that has them all, held: no other registration goes between look and write."""
    asked = select(LotGap).where(
        LotGap.series == start.series, LotGap.first <= start.serial, LotGap.last >= end.serial
    )
    gap = session.scalar(asked.with_for_update())
    if gap is None:
        raise NeverSetAside(
            "Các số này không nằm trong khoảng bỏ qua sau khôi phục: xem lại hai ống. Nếu lô vẫn"
            " có trong danh sách thì không phải đăng ký lại.",
            "These numbers were not passed over at a restore: look at both tubes again. A lot that"
            " is still in the list needs no registering.",
        )
    return gap


def _check_free(session: Session, start: TubeId, end: TubeId) -> None:
    asked = queries.lots_between(start.series, start.serial, end.serial).order_by(Lot.first)
    if (other := session.scalars(asked.limit(1)).first()) is not None:
        raise SerialsInOtherLot(
            f"Trong các ống này có ống đã thuộc lô {other.id}. Xem lô đó trước.",
            f"Of these tubes some are of lot {other.id} already. Look at that lot first.",
        )


def _named(session: Session, name: str, now: datetime) -> str:
    """Return the id for the lot: the one on its boxes, unless a lot has it or may yet get it."""
    if not name:
        return numbering.next_lot(session, now.year)
    found = _NAME.fullmatch(name)
    year, number = (int(each) for each in found.groups()) if found else (0, 0)
    passed_over = year < now.year or (year == now.year and number <= numbering.floor(session, year))
    if not found or not number or not passed_over or name != _as_minted(found):
        raise BadInput(
            f"“{name[:20]}” không phải tên một lô đã in trước khôi phục, ví dụ L-2026-0012. Bỏ"
            " trống nếu không biết.",
            f"“{name[:20]}” is not the name of a lot that was printed before the restore, such as"
            " L-2026-0012. Leave it empty where it is not known.",
            field="name",
        )
    if session.get(Lot, name) is not None:
        raise LotNameTaken(
            f"Đã có lô {name}: bỏ trống tên, lô này sẽ nhận tên mới.",
            f"There is a lot {name}: leave the name empty, and this one gets a new one.",
        )
    return name


def _as_minted(found: re.Match[str]) -> str:
    return f"L-{found[1]}-{int(found[2]):04d}"
