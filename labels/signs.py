"""The card for the table that says what each sound and light of a station means, and what to do.

A test compares the rows with the station's own table (`device.signals`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from labels.fonts import BOLD, MEDIUM, wrap
from labels.pdf import Colour, Page

GREY: Colour = (0.38, 0.38, 0.38)
_RULE: Colour = (0.8, 0.8, 0.8)
_INK: Colour = (0.05, 0.36, 0.42)
BLUE: Colour = (0.08, 0.40, 0.75)
GREEN: Colour = (0.11, 0.53, 0.25)
RED: Colour = (0.78, 0.12, 0.12)
OFF: Colour = (1.0, 1.0, 1.0)
_LEFT, _TOP, _ROW = 12.0, 54.0, 25.2
_PITCHES = (440, 880, 1320, 1760)  # low, middle, high, top
_SOUND, _LIGHT, _WORDS = 12.0, 66.0, 92.0


class Sign(NamedTuple):
    """One outcome as people hear, see and answer it."""

    signal: str
    beeps: tuple[tuple[int, int], ...]  # hertz, milliseconds
    light: Colour
    lit: str
    vi: str
    en: str
    act: str


SIGNS = (
    Sign("person-held", ((1320, 80),), BLUE, "sáng đều", "Đã đọc mã người", "Person read",
         "Hỏi tên và năm sinh, rồi quét ống."),
    Sign("paired", ((880, 80), (1760, 120)), GREEN, "1,5 giây", "Đã ghép", "Paired",
         "So 4 số cuối trên màn hình với ống. Mời người tiếp theo."),
    Sign("same-pair", ((880, 40),), GREEN, "chớp ngắn", "Đã ghép từ trước", "Same pair again",
         "Không cần làm gì."),
    Sign("pool-member", ((880, 80),), BLUE, "sáng đều", "Thêm vào mẫu gộp", "Added to pool",
         "Xem số đếm trên màn hình, ví dụ GỘP 3/5."),
    Sign("pool-closed", ((880, 80), (1320, 80)), GREEN, "1,5 giây", "Đóng mẫu gộp", "Pool closed",
         "Ống này đủ người. Cất ống, mở mẫu gộp mới."),
    Sign("refused", ((440, 400), (440, 400)), RED, "đến lần đúng", "Từ chối", "Refused",
         "Chưa ghép gì. Đọc câu trên màn hình, làm theo."),
    Sign("second", ((440, 400), (440, 400), (440, 400)), RED, "đến lần đúng",
         "Hai người cùng lúc", "Two persons at once",
         "Cả hai đã bị bỏ. Quét lại từ đầu, từng người một."),
    Sign("let-go", ((880, 150), (440, 250)), OFF, "tắt", "Hết giờ giữ, hoặc đã gỡ",
         "Hold ended, or undone", "Quét lại mã người."),
    Sign("trouble", ((440, 150),), RED, "chớp chậm", "Máy có sự cố", "Equipment trouble",
         "Kêu 2 giây một lần. Màn hình nói bộ phận nào: kiểm tra dây, rồi gọi người phụ trách."),
)  # fmt: skip


DUTY_SIGNS = (
    Sign("checked-in", ((880, 80), (1320, 80), (1760, 120)), GREEN, "1,5 giây", "Đã ghi người đến",
         "Checked in", "Mời vào. Mời người tiếp theo."),
    Sign("checked-in-ill", ((880, 80), (1320, 80), (1760, 120), (440, 600)), RED, "4 giây",
         "Đã ghi: CÓ triệu chứng", "Checked in, with symptoms",
         "Mời ra khu riêng, báo trưởng nhóm."),
    Sign("checked-in-again", ((880, 40), (880, 40)), GREEN, "chớp ngắn", "Đã ghi từ trước",
         "Checked in already", "Không cần làm gì."),
    Sign("box-opened", ((440, 80), (1320, 80)), BLUE, "sáng đều", "Mở hộp", "Box opened",
         "Quét từng ống trong hộp."),
    Sign("tube-arrived", ((1760, 60),), BLUE, "sáng đều", "Đã nhận ống", "Tube received",
         "Quét ống kế tiếp. Hai tiếng rất ngắn: ống này đã nhận rồi."),
    Sign("box-closed", ((1320, 120), (1760, 240)), GREEN, "1,5 giây", "Đóng hộp, đủ số",
         "Box closed, all there", "Cất hộp. Quét nhãn hộp kế tiếp."),
    Sign("box-mismatch", ((1320, 120), (440, 600)), RED, "đến lần đúng", "Hộp không khớp số",
         "Box does not match", "Đếm lại ống trong hộp, báo phụ trách."),
    Sign("duty-set", ((440, 100), (880, 100), (1320, 100), (1760, 100)), BLUE, "1,5 giây",
         "Đổi nhiệm vụ", "Duty set", "Xem màn hình: lấy mẫu, khai báo hay nhận mẫu."),
    Sign("duty-refused", ((1760, 100), (1320, 100), (880, 100), (440, 100), (440, 400)), RED,
         "đến lần đúng", "Chưa đổi được nhiệm vụ", "Duty stays",
         "Còn người, ống gộp hoặc hộp đang mở: làm cho xong, rồi quét lại thẻ."),
)  # fmt: skip


def draw_duty_signs(page: Page) -> None:
    """Draw the card of check-in and reception on an A4 page."""
    rule = "Chưa nghe ba tiếng đi lên là chưa ghi ai."
    draw_signs(page, DUTY_SIGNS, "Khai báo và nhận mẫu: âm thanh, đèn", rule)


def draw_signs(
    page: Page,
    signs: Sequence[Sign] = SIGNS,
    title: str = "Âm thanh và đèn của trạm",
    rule: str = "Chỉ tiếng đi lên với đèn xanh lá mới là đã ghi.",
) -> None:
    """Draw the card on an A4 page."""
    page.text(_LEFT, 24, title, 24, weight=BOLD)
    page.text(_LEFT, 31, "What the station's sounds and lights mean", 11, colour=GREY)
    page.text(_LEFT, 41, rule, 13, weight=MEDIUM)
    for x, words in ((_SOUND, "Nghe"), (_LIGHT, "Thấy"), (_WORDS, "Nghĩa là gì, làm gì")):
        page.text(x, _TOP - 4, words, 9, colour=GREY)
    for place, sign in enumerate(signs):
        y = _TOP + place * _ROW
        page.line([(_LEFT, y), (198, y)], colour=_RULE)
        _beeps(page, sign, y)
        _light(page, sign, y)
        page.text(_WORDS, y + 8.4, sign.vi, 15, weight=BOLD)
        page.text(_WORDS, y + 12.8, sign.en, 9, colour=GREY)
        for line, words in enumerate(wrap(sign.act, 105, 11, lines=2)):
            page.text(_WORDS, y + 17.8 + line * 4.8, words, 11)
    page.line([(_LEFT, _TOP + len(signs) * _ROW), (198, _TOP + len(signs) * _ROW)], colour=_RULE)
    page.text(_LEFT, 288, "Ghép Mẫu", 8, colour=GREY)


def _beeps(page: Page, sign: Sign, y: float) -> None:
    """Draw each beep as a bar: higher is a higher tone, longer is longer."""
    x = _SOUND + 1.0
    low, step = y + 20.0, 4.6
    for pitch in range(len(_PITCHES)):
        page.line([(_SOUND, low - pitch * step), (_LIGHT - 8, low - pitch * step)],
                  thick=0.1, colour=_RULE)  # fmt: skip
    for hertz, length in sign.beeps:
        wide = 2.6 + length / 40
        height = low - _PITCHES.index(hertz) * step
        page.panel((x, height - 1.2, wide, 2.4), radius=1.2, fill=_INK)
        x += wide + 2.2


def _light(page: Page, sign: Sign, y: float) -> None:
    page.panel((_LIGHT, y + 4, 11, 11), radius=5.5, fill=sign.light, edge=GREY, thick=0.25)
    page.text(_LIGHT + 5.5, y + 19.5, sign.lit, 8, align="centre", colour=GREY)
