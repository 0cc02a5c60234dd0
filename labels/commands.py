"""Command cards for the table, for hands in gloves; and the card of sounds and signs.

Cut along the lines, laminate matt, stand them apart from each other and out of the camera's view.
"""

from typing import BinaryIO, NamedTuple

from contract.commands import Command, text_of
from labels.cards import ACCENT, CUT, GREY
from labels.codes import draw_qr, room_for
from labels.fonts import BOLD, wrap
from labels.pdf import Colour, Document, Page
from labels.signs import draw_duty_signs, draw_signs
from labels.stock import Stock, pages_of

RED: Colour = (0.72, 0.11, 0.11)
_STOCK = Stock("COMMANDS", "Thẻ lệnh, 8 thẻ một tờ A4", 92.0, 66.0, (210.0, 297.0),
               columns=2, rows=4, left=12.0, top=13.5, pitch_x=94.0, pitch_y=68.0)  # fmt: skip


class Order(NamedTuple):
    """What one card says.  Cards that take something back are red."""

    command: Command
    vi: str
    en: str
    what: str
    colour: Colour = ACCENT


ORDERS = (
    Order(Command.BEGIN_SHIFT, "VÀO CA", "Begin shift", "Bắt đầu đếm ống của ca này."),
    Order(Command.END_SHIFT, "HẾT CA", "End shift", "Đếm ống, gửi nốt dữ liệu, đóng ca."),
    Order(Command.OPEN_POOL, "MỞ MẪU GỘP", "Open pool", "Quét ống gộp, rồi quét từng người."),
    Order(Command.CLOSE_POOL, "ĐÓNG MẪU GỘP", "Close pool", "Đủ người: không thêm ai nữa."),
    Order(Command.CANCEL, "BỎ QUA", "Cancel", "Bỏ người hoặc ống đang giữ, làm lại.", RED),
    Order(Command.UNDO, "HOÀN TÁC", "Undo", "Gỡ lần ghép vừa rồi.", RED),
    Order(
        Command.VOID_TUBE,
        "HỦY ỐNG",
        "Void tube",
        "Ống vừa ghép bị đổ, vỡ: bỏ. Ống gộp đang mở: bỏ cả ống.",
        RED,
    ),
    Order(Command.CHANGE_OPERATOR, "ĐỔI NGƯỜI", "Change operator", "Người vào thay quét thẻ."),
    Order(Command.NO_SYMPTOMS, "KHÔNG TRIỆU CHỨNG", "No symptoms", "Sau khi hỏi người vừa quét."),
    Order(
        Command.SYMPTOMS, "CÓ TRIỆU CHỨNG", "Has symptoms", "Sốt, ho, khó thở, mất vị giác.", RED
    ),
    Order(Command.CLOSE_BOX, "ĐÓNG HỘP", "Close box", "Hết ống trong hộp: so số đếm."),
    Order(Command.DUTY_SAMPLING, "NHIỆM VỤ LẤY MẪU", "Duty: sampling", "Trạm ghép người với ống."),
    Order(Command.DUTY_CHECK_IN, "NHIỆM VỤ KHAI BÁO", "Duty: check-in", "Trạm ghi người đến điểm."),
    Order(
        Command.DUTY_RECEPTION, "NHIỆM VỤ NHẬN MẪU", "Duty: reception", "Trạm nhận ống, theo hộp."
    ),
)


def command_sheet(out: BinaryIO, *, title: str = "Ghép Mẫu · thẻ lệnh") -> int:
    """Write the command cards, then two cards of sounds and signs; return how many pages."""
    with Document(out, title) as document:
        for first, orders in pages_of(ORDERS, _STOCK.per_page):
            with document.page(*_STOCK.page) as page:
                for index, order in enumerate(orders, first):
                    with page.moved(*_STOCK.place(index)):
                        _draw(page, order)
        with document.page(*_STOCK.page) as page:
            draw_signs(page)
        with document.page(*_STOCK.page) as page:
            draw_duty_signs(page)
        return document.pages


def _draw(page: Page, order: Order) -> None:
    colour = order.colour
    page.panel((0, 0, _STOCK.width, _STOCK.height), radius=4, edge=CUT, thick=0.15)
    page.panel((4, 4, 3, _STOCK.height - 8), radius=1.5, fill=colour)
    y = 22.0
    for line in wrap(order.vi, 36, 17, BOLD, lines=3):
        page.text(11, y, line, 17, weight=BOLD, colour=colour)
        y += 7.6
    page.text(11, y - 1.2, order.en, 10, colour=GREY)
    y += 6
    for line in wrap(order.what, 35, 9, lines=4):
        page.text(11, y, line, 9)
        y += 4.2
    size, quiet = room_for(text_of(order.command), 42)
    draw_qr(page, text_of(order.command), 48 + quiet, (_STOCK.height - size) / 2, size)
