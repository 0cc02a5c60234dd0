"""Where the demonstration week plays: districts and communes by the codes of 2021, roughly placed.

Populations are small on purpose, so that some thousand invented people cover a part of them.
"""

from dataclasses import dataclass
from datetime import date
from random import Random

from server.declarations.kinds import PointKind
from server.declarations.points import PointWish


@dataclass(frozen=True, slots=True)
class District:
    code: str
    name: str
    population: int
    latitude: float
    longitude: float
    town: bool = False

    @property
    def place(self) -> str:
        return f"vn-2021:24.{self.code}"


DISTRICTS = (
    District("222", "Việt Yên", 620, 21.27, 106.10),
    District("213", "Thành phố Bắc Giang", 480, 21.28, 106.20, town=True),
    District("221", "Yên Dũng", 420, 21.20, 106.24),
    District("217", "Lạng Giang", 380, 21.37, 106.26),
    District("223", "Hiệp Hòa", 360, 21.36, 105.98),
    District("219", "Lục Ngạn", 340, 21.38, 106.56),
)
COMMUNES = ("01", "04", "07")
# How many of each kind among 300, with the words that a name begins with.
KINDS: dict[PointKind, tuple[int, str]] = {
    PointKind.FACTORY: (30, "Nhà máy"),
    PointKind.OFFICE: (40, "Cơ quan"),
    PointKind.RESTAURANT: (45, "Quán cơm"),
    PointKind.HOTEL: (12, "Nhà nghỉ"),
    PointKind.MARKET: (28, "Chợ"),
    PointKind.GROCERY: (75, "Tạp hóa"),
    PointKind.BUS: (18, "Xe khách"),
    PointKind.WORKER_VEHICLE: (20, "Xe công nhân"),
    PointKind.WEIGHING_POINT: (20, "Điểm cân vải"),
    PointKind.TEST_SITE: (12, "Điểm lấy mẫu"),
}
_NAMES = (
    *("Sông Thương", "Hoa Mai", "Thành Công", "An Phú", "Tân Tiến", "Bình Minh", "Hồng Hà"),
    *("Kim Sơn", "Hòa Bình", "Đại Lâm", "Phúc Lộc", "Minh Tâm", "Đồng Xuân", "Lúa Vàng"),
)
POINTS = sum(count for count, _ in KINDS.values())


def points(rng: Random, since: date) -> list[PointWish]:
    """Return 300 invented points, spread over the districts, the first two the most."""
    made = []
    for kind, (count, word) in KINDS.items():
        for number in range(count):
            district = rng.choices(DISTRICTS, weights=(5, 4, 2, 2, 2, 2))[0]
            moves = kind in {PointKind.BUS, PointKind.WORKER_VEHICLE}
            made.append(
                PointWish(
                    kind,
                    f"{word} {rng.choice(_NAMES)} {number + 1}",
                    f"{district.place}.{rng.choice(COMMUNES)}",
                    plate=f"98B-{rng.randrange(1000):03d}.{number:02d}" if moves else "",
                    route="Bắc Giang – Hà Nội" if kind is PointKind.BUS else "",
                    latitude=round(district.latitude + rng.gauss(0, 0.02), 5),
                    longitude=round(district.longitude + rng.gauss(0, 0.03), 5),
                    active_from=since,
                )
            )
    return made
