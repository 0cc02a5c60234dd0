"""What a label printer answers when it is asked how it is: ZPL's ~HS, TSPL's <ESC>!?."""

from typing import Literal

Language = Literal["zpl", "tspl"]
Trouble = tuple[str, str]

_NO_PAPER = ("Máy in hết nhãn. Lắp cuộn mới.", "The printer is out of labels. Load a roll.")
_HEAD_OPEN = ("Nắp máy in đang mở. Đóng nắp.", "The printer's head is open. Close it.")
_RIBBON = ("Máy in hết mực ruy băng. Thay ruy băng.", "The printer is out of ribbon. Change it.")
_PAUSED = ("Máy in đang tạm dừng. Nhấn nút PAUSE.", "The printer is paused. Press PAUSE.")
_JAM = ("Máy in kẹt nhãn. Gỡ nhãn kẹt.", "Labels are jammed. Clear the jam.")
_OTHER = ("Máy in báo lỗi. Xem màn hình máy in.", "The printer reports an error. See its panel.")
# Lines and fields of the answer to ~HS, and bits of the answer to <ESC>!?, worst first.
_ZPL = ((0, 1, _NO_PAPER), (1, 2, _HEAD_OPEN), (1, 3, _RIBBON), (0, 2, _PAUSED))
_TSPL = ((0x04, _NO_PAPER), (0x02, _JAM), (0x01, _HEAD_OPEN), (0x08, _RIBBON), (0x10, _PAUSED),
         (0x80, _OTHER))  # fmt: skip


def whole_answer(language: Language, answer: bytes) -> bool:
    """Return whether *answer* is all that the printer will say."""
    return answer.count(b"\x03") >= 3 if language == "zpl" else len(answer) >= 1


def trouble_in(language: Language, answer: bytes) -> Trouble | None:
    """Return the trouble that *answer* tells, or None if all is well or nothing was said."""
    if not answer:
        return None
    if language == "tspl":
        return next((trouble for bit, trouble in _TSPL if answer[0] & bit), None)
    lines = [line.strip("\x02\x03\r").split(",") for line in answer.decode("latin-1").split("\n")]
    return next((trouble for line, field, trouble in _ZPL if _flag(lines, line, field)), None)


def _flag(lines: list[list[str]], line: int, field: int) -> bool:
    return len(lines) > line and len(lines[line]) > field and lines[line][field] == "1"
