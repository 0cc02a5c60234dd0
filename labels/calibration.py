"""The page that shows how far a printer is off: print it on plain paper, hold it against a sheet
of labels before a window, measure, and give offset and scale to the next print.
"""

from typing import BinaryIO

from labels.fonts import BOLD, wrap
from labels.pdf import Colour, Document, Page
from labels.stock import Stock

_GREY: Colour = (0.55, 0.55, 0.55)
_WHITE: Colour = (1.0, 1.0, 1.0)
_ADVICE = (
    "1. In trang này trên giấy thường, chọn “Actual size / 100 %”.",
    "2. Đo thước ngang 100 mm. Nếu đo được d mm: --scale = 100 / d.",
    "3. Đặt trang lên tờ nhãn, soi trước cửa sổ. Khung lệch sang phải x mm, xuống y mm: "
    "--offset -x,-y (sang trái, lên trên: số dương).",
    "4. In lại với --offset và --scale, rồi so lần nữa.",
)


def calibration_page(
    stock: Stock,
    out: BinaryIO,
    *,
    offset_mm: tuple[float, float] = (0.0, 0.0),
    scale: float = 1.0,
) -> None:
    """Write one page with the edges and numbers of every label of *stock*, rulers and advice."""
    with (
        Document(out, f"Ghép Mẫu · căn chỉnh {stock.name}") as document,
        document.page(*stock.page) as page,
        page.moved(*offset_mm, scale=scale),
    ):
        for index in range(stock.per_page):
            _frame(page, stock, index)
        if stock.roll:
            _ruler(page, 4, stock.height * 0.8, 30)
        else:
            _panel(page, stock, offset_mm, scale)


def _frame(page: Page, stock: Stock, index: int) -> None:
    x, y = stock.place(index)
    page.panel((x, y, stock.width, stock.height), radius=0.8, edge=_GREY, thick=0.1)
    page.text(x + 1, y + 3, str(index + 1), 6, colour=_GREY)
    middle, centre = x + stock.width / 2, y + stock.height / 2
    page.line([(middle - 1.5, centre), (middle + 1.5, centre)], thick=0.1)
    page.line([(middle, centre - 1.5), (middle, centre + 1.5)], thick=0.1)


def _panel(page: Page, stock: Stock, offset: tuple[float, float], scale: float) -> None:
    width, left, top = 130.0, stock.page[0] / 2 - 65, stock.page[1] / 2 - 45
    page.panel((left, top, width, 84), radius=3, fill=_WHITE, edge=_GREY)
    page.text(left + 6, top + 10, f"Căn chỉnh · {stock.name}", 14, weight=BOLD)
    page.text(left + 6, top + 16, stock.about, 8, colour=_GREY)
    y = top + 24
    for advice in _ADVICE:
        for line in wrap(advice, width - 12, 9):
            page.text(left + 6, y, line, 9)
            y += 4.4
        y += 1
    setting = f"Trang này: --offset {offset[0]:g},{offset[1]:g} --scale {scale:g}"
    page.text(left + 6, y + 1, setting, 8, colour=_GREY)
    _ruler(page, left + 15, top + 74, 100)


def _ruler(page: Page, x: float, y: float, length: int) -> None:
    page.line([(x, y), (x + length, y)], thick=0.15)
    for mark in range(length + 1):
        tall = 4.0 if mark % 10 == 0 else 2.5 if mark % 5 == 0 else 1.5
        page.line([(x + mark, y), (x + mark, y - tall)], thick=0.1)
        if mark % 10 == 0:
            page.text(x + mark, y + 3.2, str(mark), 6, align="centre")
