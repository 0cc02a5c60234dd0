"""The poster of a check-in point: a QR of at least 15 × 15 cm, and what to do with it."""

from dataclasses import dataclass
from typing import BinaryIO

from labels.cards import ACCENT, GREY
from labels.codes import QUIET_MODULES, draw_qr
from labels.errors import DoesNotFit
from labels.fonts import BOLD, MEDIUM, shorten, wrap
from labels.pdf import Document, Page
from labels.symbols import qr

QR_MM = 152.0
_SMALLEST_MODULE_MM = 1.5
_SMALLEST_VERSION = 3  # a smaller symbol would need a wider margin than the paper leaves
_WIDTH, _HEIGHT = 210.0, 297.0
_TOP = 48.0  # where the quiet zone begins
_STEPS = (
    ("Mở máy ảnh hoặc Zalo, quét mã này", "Open the camera or Zalo and scan"),
    ("Khai báo y tế, lưu mã của bạn", "Declare your health, keep your code"),
    ("Đưa mã của bạn cho nhân viên", "Show your own code to the staff"),
)


@dataclass(frozen=True, slots=True)
class PosterFace:
    """One point: what its QR says (its address), its name, where it is, and its short code."""

    payload: str
    name: str
    place: str = ""
    code: str = ""


def poster(point: PosterFace, out: BinaryIO, *, title: str = "ĐIỂM KHAI BÁO Y TẾ") -> float:
    """Write an A4 poster for *point*; return the width of its QR in mm, without quiet zone.

    Raises DoesNotFit where the payload is empty, or so long that it would be hard to read.
    """
    modules = len(qr(point.payload, at_least=_SMALLEST_VERSION)) if point.payload else 0
    if not modules or QR_MM / modules < _SMALLEST_MODULE_MM:
        raise DoesNotFit(
            "Mã của điểm này trống, hoặc quá dài để quét từ xa.",
            "The code of this point is empty, or too long to be read from a distance.",
        )
    top = _TOP + QUIET_MODULES * QR_MM / modules
    left = (_WIDTH - QR_MM) / 2
    name = f"{title} · {point.name}"
    with Document(out, name) as document, document.page(_WIDTH, _HEIGHT) as page:
        _head(page, point, title)
        draw_qr(page, point.payload, left, top, QR_MM, at_least=_SMALLEST_VERSION)
        _foot(page, point)
    return QR_MM


def _head(page: Page, point: PosterFace, title: str) -> None:
    page.fill([(0, 0, _WIDTH, 22)], ACCENT)
    page.text(_WIDTH / 2, 14.8, title, 26, weight=BOLD, align="centre", colour=(1, 1, 1))
    points = 24.0 if len(wrap(point.name, 186, 24, BOLD)) == 1 else 17.0
    lines = wrap(point.name, 186, points, BOLD, lines=2)
    y = 36.0 if len(lines) == 1 else 31.5
    for line in lines:
        page.text(_WIDTH / 2, y, line, points, weight=BOLD, align="centre")
        y += 8
    page.text(_WIDTH / 2, 46.0, shorten(point.place, 186, 13), 13, align="centre", colour=GREY)


def _foot(page: Page, point: PosterFace) -> None:
    for place, (vi, en) in enumerate(_STEPS):
        y = 250 + place * 14
        page.panel((18, y - 7.5, 10, 10), radius=5, fill=ACCENT)
        page.text(23, y, str(place + 1), 17, weight=BOLD, align="centre", colour=(1, 1, 1))
        page.text(33, y - 2.2, vi, 17, weight=MEDIUM)
        page.text(33, y + 3.0, en, 10, colour=GREY)
    if point.code:
        page.text(_WIDTH - 14, 290, f"Mã điểm {point.code}", 9, align="right", colour=GREY)
