"""The backs of personal cards: the secret link to the bearer's own page, as a QR and in letters.

Printed on the other side of the same sheet, so columns run from right to left: turn the paper
about its long edge.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from labels.cards import CARDS, CUT, GREY, Size
from labels.codes import QUIET_MODULES, SMALLEST_MODULE_MM, draw_qr, room_for
from labels.errors import DoesNotFit
from labels.fonts import BOLD, MEDIUM, shorten
from labels.pdf import Document, Page
from labels.stock import Stock, check_start, pages_of


@dataclass(frozen=True, slots=True)
class BackFace:
    """What one back shows: the address, and whose it is, to match it with its front."""

    address: str
    name: str
    number: str


def card_backs(
    backs: Iterable[BackFace | None], out: BinaryIO, *, size: Size = "ID1", start: int = 1
) -> int:
    """Write *backs* to *out* as a PDF, in the order of their fronts; return the pages.

    None is a place that stays empty, as that of its front does.
    Raises DoesNotFit where an address is too long to print clearly.
    """
    stock = CARDS[size]
    check_start(stock, start, copies=1)
    with Document(out, "Ghép Mẫu · mặt sau thẻ") as document:
        for first, batch in pages_of(backs, stock.per_page, start - 1):
            with document.page(*stock.page) as page:
                for index, back in enumerate(batch, first):
                    if back is None:
                        continue
                    with page.moved(*stock.place(mirrored(index, stock))):
                        page.panel((0, 0, stock.width, stock.height), radius=3.18, edge=CUT,
                                   thick=0.1)  # fmt: skip
                        _draw(page, back, stock)
        return document.pages


def mirrored(index: int, stock: Stock) -> int:
    """Return where the back of card *index* stands, for its sheet is turned over."""
    row, column = divmod(index, stock.columns)
    return row * stock.columns + stock.columns - 1 - column


def _draw(page: Page, back: BackFace, stock: Stock) -> None:
    square = 30.0
    size, quiet = room_for(back.address, square)
    if quiet / QUIET_MODULES < SMALLEST_MODULE_MM:
        raise DoesNotFit(
            "Địa chỉ của máy chủ quá dài để in lên thẻ.",
            "The server's address is too long to print on a card.",
        )
    middle = stock.width / 2
    page.text(middle, 7.0, "Trang của tôi · My page", 9, weight=BOLD, align="centre")
    draw_qr(page, back.address, middle - size / 2, 8.5 + quiet, size)
    shown = back.address.split("://", 1)[-1]
    room = stock.width - 6
    page.text(middle, 42.5, shorten(shown, room, 7.5, MEDIUM), 7.5, weight=MEDIUM, align="centre")
    page.text(middle, 45.7, "Quét, nhập ngày sinh: xem kết quả của bạn.", 6.5, align="centre")
    page.text(
        middle, 48.1, "Thẻ chỉ ghi năm sinh: nhập thêm 4 số cuối giấy tờ.", 5.5, align="centre"
    )
    page.text(middle, 50.3, "Giữ kín. Mất thẻ thì báo để đổi.", 5.5, align="centre", colour=GREY)
    who = shorten(f"{back.name} · {back.number}", room, 5.5)
    page.text(middle, 52.5, who, 5.5, align="centre", colour=GREY)
