"""What the screen says when a shift begins, changes hands, and ends.

Pure.  The end of a shift says the numbers that the team checks against the box.
"""

from device.facts import OperatorAsked, OperatorNamed, Outcome, ShiftClosed, ShiftOpened
from device.refusal_words import Said
from device.shifts import Summary
from device.shown import Shown


def of_shift(outcome: Outcome) -> Shown | None:
    """Return how an outcome of shifts is told; None for every other."""
    match outcome:
        case OperatorAsked():
            said = Said("Quét thẻ cá nhân của nhân viên.", "Scan the staff member's personal card.")
            return Shown("operator-asked", "operator-asked", said)
        case ShiftOpened(operator=who):
            said = Said(
                f"Vào ca: {who.shown}. Quét mã người.",
                f"Shift begun: {who.shown}. Scan the person's code.",
            )
            return Shown("shift-began", "shift-began", said)
        case OperatorNamed(operator=who):
            said = Said(
                f"Người làm việc: {who.shown}. Quét mã người.",
                f"At work now: {who.shown}. Scan the person's code.",
            )
            return Shown("operator-changed", "operator-changed", said)
        case ShiftClosed(summary=Summary() as summary):
            return Shown("shift-ended", "shift-ended", _ended(summary))
    return None


def _ended(summary: Summary) -> Said:
    tubes, box = _tubes(summary), _box(summary)
    pace = round(summary.pace_ms / 1000)
    refused = sum(summary.refusals.values())
    return Said(
        f"Hết ca: {summary.people} người, {pace} giây/người. {tubes.vi} "
        f"Đọc lại {summary.rereads}, từ chối {refused}, nhập tay {summary.manual}. {box.vi}",
        f"Shift ended: {summary.people} persons, {pace} s each. {tubes.en} "
        f"Re-reads {summary.rereads}, refusals {refused}, typed {summary.manual}. {box.en}",
    )


def _tubes(summary: Summary) -> Said:
    if summary.issued is None:
        return Said(
            f"Ống: dùng {summary.used}, hỏng {summary.void}.",
            f"Tubes: used {summary.used}, void {summary.void}.",
        )
    sign = "=" if summary.adds_up else "≠"
    return Said(
        f"Ống: nhận {summary.issued} {sign} dùng {summary.used} + hỏng {summary.void}"
        f" + trả {summary.returned}.",
        f"Tubes: issued {summary.issued} {sign} used {summary.used} + void {summary.void}"
        f" + returned {summary.returned}.",
    )


def _box(summary: Summary) -> Said:
    if not summary.adds_up:
        return Said(
            "Số ống không khớp: lô đã đổi giữa ca. Báo trưởng nhóm.",
            "The tubes do not add up: lots changed in between. Tell the lead.",
        )
    if summary.returned is None:
        return Said("Chưa biết lô nào.", "No lots are known.")
    return Said(
        f"Đếm hộp: phải còn {summary.returned} ống.",
        f"Count the box: {summary.returned} tubes must be left.",
    )
