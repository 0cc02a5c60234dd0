"""Kinds of check-in points, as the province used them: rows of data."""

from dataclasses import dataclass
from enum import StrEnum


class PointKind(StrEnum):
    """The value is stored and never changes."""

    FACTORY = "factory"
    OFFICE = "office"
    RESTAURANT = "restaurant"
    HOTEL = "hotel"
    MARKET = "market"
    GROCERY = "grocery"
    BUS = "bus"
    WORKER_VEHICLE = "worker-vehicle"
    WEIGHING_POINT = "weighing-point"
    TEST_SITE = "test-site"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class KindRow:
    """How a kind is called, whether it moves, and whether all of it must be declared at."""

    vi: str
    en: str
    moves: bool = False
    required: bool = False


KINDS: dict[PointKind, KindRow] = {
    PointKind.FACTORY: KindRow("Nhà máy", "Factory", required=True),
    PointKind.OFFICE: KindRow("Cơ quan", "Office", required=True),
    PointKind.RESTAURANT: KindRow("Nhà hàng", "Restaurant", required=True),
    PointKind.HOTEL: KindRow("Khách sạn", "Hotel", required=True),
    PointKind.MARKET: KindRow("Chợ", "Market"),
    PointKind.GROCERY: KindRow("Cửa hàng tạp hóa", "Grocery"),
    PointKind.BUS: KindRow("Xe khách", "Bus", moves=True),
    PointKind.WORKER_VEHICLE: KindRow(
        "Xe đưa đón công nhân", "Workers' vehicle", moves=True, required=True
    ),
    PointKind.WEIGHING_POINT: KindRow("Điểm cân vải thiều", "Lychee weighing point"),
    PointKind.TEST_SITE: KindRow("Điểm lấy mẫu", "Test site"),
    PointKind.OTHER: KindRow("Nơi khác", "Other place"),
}
