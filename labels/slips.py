"""The slip of one result, A5: who, what, when, until when; a signed QR, and where to check it."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import BinaryIO

from labels.cards import ACCENT, GREY
from labels.codes import QUIET_MODULES, SMALLEST_MODULE_MM, draw_qr, room_for
from labels.errors import DoesNotFit
from labels.fonts import BOLD, MEDIUM, wrap
from labels.pdf import Document, Page

WIDTH, HEIGHT = 148.0, 210.0
_LEFT, _SIGNED, _ADDRESS = 12.0, 74.0, 34.0  # mm: margin, and the squares of both codes
_VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class SlipFace:
    """What a slip shows: *code* is the signed text, *address* where the slip is checked."""

    code: str
    address: str
    name: str
    birth: str
    positive: bool
    tube: str
    sampled: datetime
    expires: datetime
    issued: datetime
    issuer: str
    number: str


def result_slip(slip: SlipFace, out: BinaryIO) -> float:
    """Write *slip* to *out* as a PDF of one page; return the module of its signed QR in mm.

    Raises DoesNotFit where the code is too long to print clearly.
    """
    with (
        Document(out, "Ghép Mẫu · phiếu kết quả") as document,
        document.page(WIDTH, HEIGHT) as page,
    ):
        _head(page, slip)
        _facts(page, slip)
        return _codes(page, slip)


def _head(page: Page, slip: SlipFace) -> None:
    page.fill([(0, 0, WIDTH, 20)], ACCENT)
    page.text(_LEFT, 9.5, "PHIẾU KẾT QUẢ XÉT NGHIỆM SARS-CoV-2", 13, weight=BOLD, colour=(1, 1, 1))
    page.text(_LEFT, 15.5, f"SARS-CoV-2 test result · {slip.issuer}", 8, colour=(1, 1, 1))


def _facts(page: Page, slip: SlipFace) -> None:
    y = 31.0
    for line in wrap(slip.name or "—", WIDTH - 2 * _LEFT, 17, BOLD, lines=2):
        page.text(_LEFT, y, line, 17, weight=BOLD)
        y += 7.5
    vi, en = ("DƯƠNG TÍNH", "Positive") if slip.positive else ("ÂM TÍNH", "Negative")
    page.panel((_LEFT, y - 1, WIDTH - 2 * _LEFT, 13), radius=2, edge=ACCENT, thick=0.5)
    page.text(_LEFT + 4, y + 7.6, vi, 20, weight=BOLD)
    page.text(WIDTH - _LEFT - 4, y + 7.6, en, 13, align="right", colour=GREY)
    y += 20
    rows = (
        ("Sinh", "Born", _birth(slip.birth)),
        ("Lấy mẫu lúc", "Sampled at", _moment(slip.sampled)),
        ("Có giá trị đến", "Valid until", _moment(slip.expires)),
        ("Ống mẫu", "Tube", slip.tube),
        ("Cấp lúc", "Issued at", _moment(slip.issued)),
    )
    for vi, en, said in rows:
        page.text(_LEFT, y, vi, 10, weight=MEDIUM)
        page.text(_LEFT + 27, y, en, 8, colour=GREY)
        page.text(_LEFT + 48, y, said, 10.5, weight=MEDIUM)
        y += 6.3


def _codes(page: Page, slip: SlipFace) -> float:
    top = 96.0
    size, quiet = room_for(slip.code, _SIGNED)
    module = quiet / QUIET_MODULES
    if module < SMALLEST_MODULE_MM:
        raise DoesNotFit(
            "Mã của phiếu quá dài để in rõ.", "The slip's code is too long to print clearly."
        )
    draw_qr(page, slip.code, _LEFT + quiet, top + quiet, size)
    page.text(_LEFT, top + _SIGNED + 4, "Mã có chữ ký (HC1): kiểm tra được khi không có mạng.", 7.5)
    page.text(_LEFT, top + _SIGNED + 7.5, "Signed code (HC1).", 7, colour=GREY)
    if slip.address:
        _address(page, slip, top)
    page.text(_LEFT, HEIGHT - 12, f"Số phiếu {slip.number}", 7, colour=GREY)
    page.text(
        _LEFT, HEIGHT - 8, "Kết quả có thể được sửa hoặc rút lại: hãy kiểm tra trước khi tin.", 7,
        colour=GREY,
    )  # fmt: skip
    return module


def _address(page: Page, slip: SlipFace, top: float) -> None:
    left = WIDTH - _LEFT - _ADDRESS
    size, quiet = room_for(slip.address, _ADDRESS)
    draw_qr(page, slip.address, left + quiet, top + quiet, size)
    page.text(left, top + _ADDRESS + 4, "Quét để kiểm tra", 8, weight=MEDIUM)
    page.text(left, top + _ADDRESS + 7.5, "Scan to check", 7, colour=GREY)


def _birth(birth: str) -> str:
    return "/".join(reversed(birth.split("-"))) if birth else "—"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(_VIETNAM):%H:%M %d/%m/%Y}"
