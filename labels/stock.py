"""Label stock as rows: sheets for laser printers, rolls for thermal ones.  Sizes in mm.

Sources: sheet sizes from glabels (Avery L4732, L7651, L4730; Tough-Tags TTLW-2016 for cryo);
a roll is one label a page.  `dpi` is what the stock is usually printed at; a module of a barcode
is a whole number of its dots.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from labels.errors import DoesNotFit, LabelError

T = TypeVar("T")
_POINT = 25.4 / 72
_A4 = (210.0, 297.0)
_LETTER = (215.9, 279.4)


@dataclass(frozen=True, slots=True)
class Stock:
    """One kind of label: its size, how many stand on a page, and where the first one stands."""

    name: str
    about: str
    width: float
    height: float
    page: tuple[float, float]
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    pitch_x: float = 0.0
    pitch_y: float = 0.0
    dpi: float = 600.0
    roll: bool = False

    @property
    def per_page(self) -> int:
        return self.columns * self.rows

    def place(self, index: int) -> tuple[float, float]:
        """Return the left and top edge of label *index* (from 0, row by row) on its page."""
        row, column = divmod(index, self.columns)
        return self.left + column * self.pitch_x, self.top + row * self.pitch_y


_ROWS = (
    Stock("L4732", "Avery L4732 · A4 · 80 nhãn 35,6 × 16,9 mm", 35.6, 16.9, _A4,
          columns=5, rows=16, left=11.0, top=13.0, pitch_x=38.1, pitch_y=16.9),
    Stock("L7651", "Avery L7651 · A4 · 65 nhãn 38,1 × 21,2 mm", 38.1, 60.09 * _POINT, _A4,
          columns=5, rows=13, left=13.32 * _POINT, top=30.9 * _POINT,
          pitch_x=115.09 * _POINT, pitch_y=60.09 * _POINT),
    Stock("L4730", "Avery L4730 · A4 · 270 nhãn 17,8 × 10 mm (chỉ máy in 600 dpi)",
          17.8, 10.0, _A4, columns=10, rows=27, left=6.0, top=13.0, pitch_x=20.3, pitch_y=10.0),
    Stock("CRYO", "Tough-Tags TTLW-2016 · Letter · 85 nhãn cryo 32,5 × 12,7 mm",
          92.16 * _POINT, 36 * _POINT, _LETTER, columns=5, rows=17, left=68 * _POINT,
          top=4.17 * _POINT, pitch_x=100.8 * _POINT, pitch_y=45.3 * _POINT),
    Stock("ROLL-38X25", "Cuộn nhiệt 38 × 25 mm", 38.0, 25.0, (38.0, 25.0), dpi=203.2, roll=True),
    Stock("ROLL-50X25", "Cuộn nhiệt 50 × 25 mm", 50.0, 25.0, (50.0, 25.0), dpi=203.2, roll=True),
)  # fmt: skip
STOCKS: dict[str, Stock] = {row.name: row for row in _ROWS}


class UnknownStock(LabelError):
    """No stock has this name."""

    code = "unknown-stock"


def stock(name: str) -> Stock:
    """Return the stock called *name*; raise UnknownStock naming those that exist."""
    found = STOCKS.get(name.upper())
    if found is None:
        known = ", ".join(STOCKS)
        raise UnknownStock(
            f"Không có loại nhãn {name!r}. Có: {known}.",
            f"There is no stock {name!r}. There are: {known}.",
        )
    return found


def check_start(stock: Stock, start: int, copies: int) -> None:
    """Raise DoesNotFit unless *start* is a label of one page and *copies* is 1 to 3."""
    if not 1 <= start <= stock.per_page:
        raise DoesNotFit(
            f"Tờ {stock.name} có {stock.per_page} nhãn: bắt đầu từ 1 đến {stock.per_page}.",
            f"A page of {stock.name} has {stock.per_page} labels: start at 1 to {stock.per_page}.",
        )
    if not 1 <= copies <= 3:
        raise DoesNotFit(
            "Mỗi mã in 1 đến 3 bản (ống, danh sách, dự phòng).",
            "Print 1 to 3 copies of each code (tube, list, spare).",
        )


def pages_of(items: Iterable[T], size: int, skip: int = 0) -> Iterator[tuple[int, list[T]]]:
    """Yield (index of the first item, items) of each page; the first page skips *skip* places."""
    rest = iter(items)
    while batch := list(islice(rest, size - skip)):
        yield skip, batch
        skip = 0
