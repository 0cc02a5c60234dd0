"""What the screen says when a shift begins, changes hands, and ends.

Pure.  The end of a shift says the numbers of what was done in it; where tubes were given out, those
that the team checks against the box.
"""

from contract.duties import Duty
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
    parts = [*_work(summary), _trouble(summary)]
    if _sampled(summary):
        parts.append(_box(summary))
    vi, en = (" ".join(part) for part in zip(*parts, strict=True))
    return Said(f"Hết ca: {vi}", f"Shift ended: {en}")


def _sampled(summary: Summary) -> bool:
    return summary.duty in ("", Duty.SAMPLING) or bool(summary.used or summary.void)


def _work(summary: Summary) -> list[Said]:
    """Return what was done, duty by duty: its own, and what else there was."""
    said = []
    pace = round(summary.pace_ms / 1000)
    if _sampled(summary):
        people = f"{summary.people} người, {pace} giây/người."
        said += [Said(people, f"{summary.people} persons, {pace} s each."), _tubes(summary)]
    if summary.duty == Duty.CHECK_IN or summary.checked_in or summary.vehicles:
        said.append(_points(summary, pace))
    if summary.duty == Duty.RECEPTION or summary.boxes or summary.arrived:
        said.append(
            Said(
                f"{summary.boxes} hộp, {summary.arrived} ống đã nhận,"
                f" {summary.mismatches} hộp không khớp.",
                f"{summary.boxes} boxes, {summary.arrived} tubes received,"
                f" {summary.mismatches} boxes do not match.",
            )
        )
    return said


def _points(summary: Summary, pace: int) -> Said:
    vi = en = ""
    if not _sampled(summary) and pace:
        vi, en = f", {pace} giây/người", f", {pace} s each"
    return Said(
        f"Khai báo {summary.checked_in} người{vi}, {summary.ill} có triệu chứng,"
        f" {summary.vehicles} xe.",
        f"{summary.checked_in} persons checked in{en}, {summary.ill} with symptoms,"
        f" {summary.vehicles} vehicles.",
    )


def _trouble(summary: Summary) -> Said:
    refused = sum(summary.refusals.values())
    vi = f"Đọc lại {summary.rereads}, từ chối {refused}"
    en = f"Re-reads {summary.rereads}, refusals {refused}"
    if not _sampled(summary):
        return Said(f"{vi}.", f"{en}.")
    return Said(f"{vi}, nhập tay {summary.manual}.", f"{en}, typed {summary.manual}.")


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
