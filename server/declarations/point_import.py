"""Points from a list, CSV or Excel: each row makes a point or is told why it does not.

The first row that names kind, name and place holds the headings, in Vietnamese or English.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from contract import names
from server.accounts.within import ANYWHERE, Within
from server.declarations.models import Point
from server.declarations.point_fields import wish_of
from server.declarations.point_queries import same_point
from server.declarations.points import PointWish, add_point
from server.errors import BadInput, DomainError, NotFound

LONGEST = 2000
_LOOKED_THROUGH = 15  # rows above the headings: the office, the title
HEADINGS: dict[str, tuple[str, ...]] = {
    "kind": ("loại", "loại điểm", "loại hình", "kind", "type"),
    "name": ("tên", "tên điểm", "tên cơ sở", "name"),
    "place": ("nơi", "mã nơi", "địa bàn", "huyện", "place"),
    "address": ("địa chỉ", "address"),
    "head": ("người phụ trách", "phụ trách", "chủ cơ sở", "head", "in charge"),
    "phone": ("điện thoại", "số điện thoại", "sđt", "phone"),
    "plate": ("biển số", "biển kiểm soát", "bks", "plate"),
    "route": ("tuyến", "tuyến đường", "route"),
    "opens": ("mở cửa", "giờ mở", "opens"),
    "closes": ("đóng cửa", "giờ đóng", "closes"),
    "latitude": ("vĩ độ", "lat", "latitude"),
    "longitude": ("kinh độ", "long", "lon", "longitude"),
    "active_from": ("từ ngày", "bắt đầu", "from"),
    "active_until": ("đến ngày", "kết thúc", "until"),
}
_FIELDS = {names.match_key(word): field for field, words in HEADINGS.items() for word in words}


@dataclass(frozen=True, slots=True)
class Refused:
    """A row, as it is numbered in the file, and why it made no point."""

    row: int
    name: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Receipt:
    made: Sequence[Point]
    refused: Sequence[Refused]


def import_points(
    session: Session,
    rows: Sequence[Sequence[str]],
    *,
    by: str,
    now: datetime,
    within: Within = ANYWHERE,
) -> Receipt:
    """Make a point of each row that can be one; what is known already is not made again.

    A row whose place is outside *within* is refused like any other that cannot be one.
    """
    head, columns = _columns(rows)
    made, refused = [], []
    for number, row in enumerate(rows[head + 1 :], head + 2):
        fields = {field: row[at].strip() for field, at in columns.items() if at < len(row)}
        if not any(fields.values()):
            continue
        try:
            wish = wish_of(fields)
            _check_scope(wish.place, within)
            made.append(_point(session, wish, by, now))
        except DomainError as error:
            refused.append(Refused(number, fields.get("name", ""), error.vi, error.en))
    return Receipt(made, refused)


def _columns(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    for number, row in enumerate(rows[:_LOOKED_THROUGH]):
        columns: dict[str, int] = {}
        for at, cell in enumerate(row):
            field = _FIELDS.get(names.match_key(cell))
            if field:
                columns.setdefault(field, at)
        if {"kind", "name", "place"} <= set(columns):
            if len(rows) - number - 1 > LONGEST:
                raise BadInput(
                    f"Nhiều nhất {LONGEST} điểm một tệp.",
                    f"At most {LONGEST} points.",
                    field="rows",
                )
            return number, columns
    raise BadInput(
        "Không thấy dòng tiêu đề có Loại, Tên và Nơi.",
        "There is no row of headings with kind, name and place.",
        field="rows",
    )


def _check_scope(place: str, within: Within) -> None:
    if not within.covers(place):
        raise NotFound(
            f"Nơi {place} không thuộc địa bàn của bạn.", f"{place} is outside your places."
        )


def _point(session: Session, wish: PointWish, by: str, now: datetime) -> Point:
    known = same_point(session, wish.kind.value, wish.name, wish.place, wish.plate.upper())
    if known is not None:
        raise BadInput(f"Đã có: điểm {known.id}.", f"Known already: point {known.id}.")
    return add_point(session, wish, by=by, now=now)
