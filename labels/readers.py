"""The set-up sheet of tube readers: what to set on which make, and codes to try it with.

The commands are the makers' own, to be sent over the serial line; makers' set-up barcodes are not
printed here, because they differ by firmware.  The last label is wrong on purpose: a reader reads
it, and the station must refuse it.
"""

from typing import BinaryIO, NamedTuple

from contract.commands import Command, text_of
from contract.tubes import TubeId
from labels.codes import draw_qr
from labels.face import Label, face_of
from labels.fonts import BOLD, MEDIUM
from labels.pdf import Colour, Document, Page
from labels.sheet import draw_label
from labels.stock import STOCKS
from labels.symbols import code128

_GREY: Colour = (0.4, 0.4, 0.4)
_RULE: Colour = (0.8, 0.8, 0.8)
_LEFT, _RIGHT = 14.0, 196.0
GOOD = TubeId.mint(99, 1)
WRONG = GOOD.text[:10] + f"{(int(GOOD.text[10:]) + 1) % 97:02d}"


class Setting(NamedTuple):
    """One make of reader: what to send it, in the order of sending."""

    make: str
    commands: tuple[str, ...]
    note: str


NEEDS = (
    ("Cổng nối tiếp (USB-CDC hoặc RS-232), không dùng chế độ bàn phím.",
     "A serial port, never keyboard mode."),
    ("Gửi mã nhận dạng AIM trước mã (]C0), và CR sau mã.",
     "AIM identifier before the code, CR after it."),
    ("Chỉ bật Code 128 (và QR nếu quét người bằng đầu này). Tắt mọi loại mã khác, nhất là ITF.",
     "Code 128 only (and QR where people are read); all others off, ITF above all."),
    ("Tắt tiếng bíp khi đọc: trạm chỉ kêu sau khi đã ghi.",
     "No beep at a read: the station beeps once the pair is on its disk."),
    ("Khóa cài đặt bằng mã vạch: không để người ngoài đổi máy bằng một tờ giấy.",
     "Lock set-up by barcode: no visitor may change the reader with a sheet of paper."),
)  # fmt: skip
SETTINGS = (
    Setting("Honeywell", ("16 4D 0D  DECHDR1.", "SUFBK2990D.", "128ENA1.", "QRCENA1."),
            "“.” ghi vào bộ nhớ, “!” chỉ đến khi tắt máy. Máy trả lời mỗi lệnh bằng 06."),
    Setting("Newland", ("AIDENA1", "TSUENA1;TSUSET0D", "GRBENA0", "SETUPE0"),
            "Mỗi lệnh: 7E 01 30 30 30 30 40 … 3B 03. Trả lời có 06 là được."),
    Setting("Zebra (SSI)", ("EE=01, 9F=01", "2D=01", "38=00", "8A=08"),
            "Gói có bắt tay; mã AIM; không bíp; trạm ra lệnh đọc."),
    Setting("GM65", ("0060: CR", "0000: b6=0", "0013=85", "0003=02"),
            "Ghi, đọc lại để kiểm, rồi lưu (09). Mã đuôi mặc định là không có."),
)  # fmt: skip


def reader_sheet(out: BinaryIO) -> None:
    """Write the set-up sheet as one A4 page."""
    with Document(out, "Ghép Mẫu · cài đặt đầu đọc") as document, document.page(210, 297) as page:
        page.text(_LEFT, 24, "Cài đặt đầu đọc mã ống", 22, weight=BOLD)
        page.text(_LEFT, 30.5, "Setting up tube readers", 11, colour=_GREY)
        y = _needs(page, 42)
        y = _settings(page, y)
        _tests(page, y + 4)


def _needs(page: Page, y: float) -> float:
    for place, (vi, en) in enumerate(NEEDS, 1):
        page.text(_LEFT, y, str(place), 10, weight=BOLD)
        page.text(_LEFT + 8, y, vi, 10)
        page.text(_LEFT + 8, y + 4, en, 8, colour=_GREY)
        y += 10
    return y


def _settings(page: Page, y: float) -> float:
    for setting in SETTINGS:
        page.line([(_LEFT, y), (_RIGHT, y)], colour=_RULE)
        page.text(_LEFT, y + 6, setting.make, 11, weight=BOLD)
        page.text(48, y + 6, "   ·   ".join(setting.commands), 9.5, weight=MEDIUM)
        page.text(48, y + 11, setting.note, 8.5, colour=_GREY)
        y += 15
    page.line([(_LEFT, y), (_RIGHT, y)], colour=_RULE)
    return y + 4


def _tests(page: Page, y: float) -> None:
    page.text(_LEFT, y + 4, "Thử sau khi cài", 14, weight=BOLD)
    stock = STOCKS["ROLL-50X25"]
    rows = (
        ("Phải đọc được, trạm báo là ống chứng.", "Reads; the station says: a control tube."),
        ("Phải bị từ chối: số kiểm tra sai.", "Must be refused: wrong check digits."),
        ("Phải đọc được nếu bật QR: lệnh BỎ QUA.", "Reads where QR is on: CANCEL."),
    )
    for place, (vi, en) in enumerate(rows):
        top = y + 10 + place * 33
        page.panel((_LEFT, top, 60, 29), radius=2, edge=_RULE)
        page.text(82, top + 14, vi, 12, weight=MEDIUM)
        page.text(82, top + 19, en, 9, colour=_GREY)
    draw_label(page, face_of(Label(GOOD, "Mã thử 1"), stock, 600), _LEFT + 5, y + 12, 600)
    _wrong(page, _LEFT + 5, y + 45)
    draw_qr(page, text_of(Command.CANCEL), _LEFT + 20, y + 80.5, 20)


def _wrong(page: Page, x: float, y: float) -> None:
    """Draw the label that is wrong on purpose; nothing else here can print such an id."""
    page.text(x + 1.2, y + 3.6, "Mã thử 2 · SAI", 8, weight=BOLD)
    page.fill((x + 12.2 + at * 0.254, y + 5, wide * 0.254, 12) for at, wide in code128(WRONG).bars)
    grouped = f"{WRONG[:4]} {WRONG[4:8]} {WRONG[8:]}"
    page.text(x + 25, y + 20.4, grouped, 9.5, weight=MEDIUM, align="centre")
