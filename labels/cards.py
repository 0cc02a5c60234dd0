"""Personal cards for people without a phone: of bank-card size, or with a QR of 5 × 5 cm.

A card says name, birth year and number, and nothing about health.  Its QR is the signed text, so
that a station can ask "who are you?" without a network.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO, Literal

from contract.cards import CardNumber
from labels.codes import QUIET_MODULES, SMALLEST_MODULE_MM, draw_qr, room_for
from labels.errors import DoesNotFit
from labels.fonts import BOLD, MEDIUM, POINT_MM, clean, shorten, width_mm, wrap
from labels.pdf import Colour, Document, Page
from labels.stock import Stock, check_start, pages_of

Size = Literal["ID1", "50mm"]
ACCENT: Colour = (0.05, 0.36, 0.42)
GREY: Colour = (0.38, 0.38, 0.38)
CUT: Colour = (0.72, 0.72, 0.72)
CARDS: dict[Size, Stock] = {
    "ID1": Stock("ID1", "Thẻ cỡ thẻ ngân hàng, 10 thẻ một tờ A4", 85.6, 53.98, (210.0, 297.0),
                 columns=2, rows=5, left=16.4, top=9.55, pitch_x=91.6, pitch_y=55.98),
    "50mm": Stock("50mm", "QR 5 × 5 cm, 12 thẻ một tờ A4", 60.0, 70.0, (210.0, 297.0),
                  columns=3, rows=4, left=10.0, top=7.0, pitch_x=65.0, pitch_y=71.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CardFace:
    """What one card shows: *payload* is the text of its QR; birth year None or 0 is unknown."""

    number: CardNumber
    payload: str
    name: str
    birth_year: int | None = None

    @property
    def grouped(self) -> str:
        return grouped(self.number)


def grouped(number: CardNumber) -> str:
    """Return *number* as people read it: K7M3 Q9XT 4H."""
    return f"{number.text[:4]} {number.text[4:8]} {number.text[8:]}"


@dataclass(frozen=True, slots=True)
class CardReport:
    """How many cards on how many pages, and the smallest QR module among them."""

    cards: int
    pages: int
    module_mm: float


def card_sheet(
    cards: Iterable[CardFace | None],
    out: BinaryIO,
    *,
    size: Size = "ID1",
    single: bool = False,
    start: int = 1,
    progress: Callable[[int], None] | None = None,
    title: str = "",
) -> CardReport:
    """Write *cards* to *out* as a PDF, in order: on A4 with cut lines, or one a page if *single*.

    None is a place that stays empty, and no page of its own.
    Raises DoesNotFit where a payload is so long that its modules fall below 0.5 mm.
    """
    stock = CARDS[size]
    if single:
        stock = Stock(stock.name, stock.about, stock.width, stock.height,
                      (stock.width, stock.height))  # fmt: skip
        cards = (card for card in cards if card is not None)
    check_start(stock, start, copies=1)
    draw = _draw_id1 if size == "ID1" else _draw_50mm
    done, smallest = 0, float("inf")
    with Document(out, title or "Ghép Mẫu · thẻ cá nhân") as document:
        for first, batch in pages_of(cards, stock.per_page, start - 1):
            with document.page(*stock.page) as page:
                for index, card in enumerate(batch, first):
                    if card is not None:
                        with page.moved(*stock.place(index)):
                            smallest = min(smallest, _draw(page, card, stock, draw, cut=not single))
                        done += 1
            if progress is not None:
                progress(done)
        return CardReport(done, document.pages, smallest if done else 0.0)


def _draw(
    page: Page,
    card: CardFace,
    stock: Stock,
    draw: Callable[[Page, CardFace], float],
    *,
    cut: bool,
) -> float:
    if cut:
        page.panel((0, 0, stock.width, stock.height), radius=3.18, edge=CUT, thick=0.1)
    module = draw(page, card)
    if module < SMALLEST_MODULE_MM:
        raise DoesNotFit(
            f"Mã của thẻ {card.grouped} quá dài để in rõ.",
            f"The code of card {card.grouped} is too long to print clearly.",
        )
    return module


def _square(page: Page, payload: str, x: float, y: float, square: float) -> float:
    """Draw the QR of *payload* with its quiet zone in a square; return its module."""
    size, quiet = room_for(payload, square)
    draw_qr(page, payload, x + quiet, y + quiet, size)
    return quiet / QUIET_MODULES


def _draw_id1(page: Page, card: CardFace) -> float:
    left, column = 4.5, 31.5
    page.fill([(left, 5.6, 9.0, 0.9)], ACCENT)
    page.text(left, 10.3, "THẺ LẤY MẪU", 9, weight=BOLD, colour=ACCENT)
    page.text(left, 13.3, "Sampling card", 6, colour=GREY)
    points = 12.0 if len(wrap(card.name, column, 12, BOLD)) <= 3 else 10.0
    y = 20.5
    for line in wrap(card.name, column, points, BOLD, lines=3):
        page.text(left, y, line, points, weight=BOLD)
        y += points * POINT_MM * 1.22
    if card.birth_year:
        page.text(left, y + 0.4, f"Sinh năm {card.birth_year}", 9)
    page.text(left, 44.2, card.grouped, 10, weight=MEDIUM)
    page.text(left, 47.5, "Đưa thẻ này khi lấy mẫu.", 6, colour=GREY)
    page.text(left, 50.1, "Không chứa thông tin sức khỏe.", 6, colour=GREY)
    return _square(page, card.payload, 36.4, 2.74, 48.5)


def _draw_50mm(page: Page, card: CardFace) -> float:
    module = _square(page, card.payload, 0.25, 0.25, 59.5)
    born = f" · {card.birth_year}" if card.birth_year else ""
    room = 55.0
    name = clean(card.name)
    # The given name comes last: a long name is set smaller before it is cut.
    fitting = (size for size in (9.0, 8.0, 7.0) if width_mm(name + born, size, BOLD) <= room)
    points = next(fitting, 6.0)
    name = shorten(name, room - width_mm(born, points, BOLD), points, BOLD)
    page.text(30, 63.4, name + born, points, weight=BOLD, align="centre")
    page.text(30, 67.4, card.grouped, 8.5, align="centre")
    return module
