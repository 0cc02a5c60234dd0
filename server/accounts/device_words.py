"""What stations report in codes, in words: devices, their states, the journal, refusals.  Data.

The codes are the station's own (`device.reasons`); one that is newer than this server is shown as
it came.
"""

from collections.abc import Mapping

Words = tuple[str, str]

DEVICES: Mapping[str, Words] = {
    "camera": ("máy ảnh", "camera"),
    "reader": ("đầu đọc", "reader"),
    "reader2": ("đầu đọc 2", "reader 2"),
}
STATES: Mapping[str, Words] = {
    "ok": ("tốt", "fine"),
    "lost": ("mất", "lost"),
    "opening": ("đang mở", "opening"),
    "trouble": ("không ghi được", "cannot be written"),
    "spare": ("ghi vào chỗ dự phòng", "in the spare place"),
}
REFUSALS: Mapping[str, Words] = {
    "second-person": ("người thứ hai chen vào", "a second person came between"),
    "second-tube": ("ống thứ hai chen vào", "a second tube came between"),
    "several-persons": ("mã của hai người trong hình", "codes of two persons in view"),
    "tube-used": ("ống đã dùng", "tube used already"),
    "tube-misread": ("mã ống đọc sai", "tube misread"),
    "tube-of-other-lot": ("ống của lô khác", "tube of another lot"),
    "no-lots": ("trạm chưa biết lô nào", "the station knows no lots"),
    "control-tube": ("ống chứng", "control tube"),
    "not-a-tube": ("không phải ống", "no tube"),
    "not-a-person": ("không phải mã người", "no person's code"),
    "not-a-number": ("không phải số của người", "no person's number"),
    "vehicle-pass": ("mã của xe", "a vehicle's pass"),
    "forged-card": ("thẻ giả", "forged card"),
    "unknown-card-key": ("thẻ ký bằng khóa lạ", "card of an unknown key"),
    "damaged-card": ("thẻ đọc hỏng", "card misread"),
    "unknown-code": ("mã không rõ loại", "code of no known kind"),
    "unreadable-scan": ("nhiễu trên dây đầu đọc", "noise from the reader"),
    "pool-open": ("còn gộp đang mở", "a pool was open"),
    "no-pool": ("không có gộp nào mở", "no pool was open"),
    "nothing-to-undo": ("không còn gì để gỡ", "nothing to undo"),
    "command-not-used": ("thẻ lệnh không dùng ở đây", "command not used here"),
    "person-at-tube-reader": ("mã người ở đầu đọc ống", "a person at the tubes' reader"),
    "tube-at-person-reader": ("ống ở đầu đọc người", "a tube at the persons' reader"),
    "stale-scan": ("quét trước khi hỏi", "scanned before it was asked for"),
    "shift-open": ("ca đang mở", "a shift was open"),
    "no-shift": ("chưa vào ca", "no shift was open"),
    "not-an-operator": ("không phải thẻ nhân viên", "no staff member's card"),
    "second-look-first": ("quét ống trước khi xem lại người", "a tube before the second look"),
    "assigned-to-other": ("ống dán tên người khác", "tube labelled for somebody else"),
    "roster-unreadable": ("danh sách nhãn bị hỏng", "the roster could not be read"),
    "busy": ("nhập tay khi đang giữ người", "typed while somebody was held"),
    "operator-first": ("ống trước thẻ nhân viên", "a tube before the operator's card"),
    "place-poster": ("mã địa điểm", "a place's poster"),
    "duty-busy": ("đổi nhiệm vụ khi chưa xong", "another duty before the end of one"),
    "wrong-duty": ("nhập tay sai nhiệm vụ", "typed in another duty"),
    "box-not-here": ("nhãn hộp không dùng ở đây", "a box label, not used here"),
    "tube-not-here": ("ống không dùng ở đây", "a tube, not used here"),
    "person-not-here": ("mã người không dùng ở đây", "a person, not used here"),
    "void-which-tube": ("HỦY ỐNG khi chưa rõ ống nào", "VOID TUBE, and not plain which"),
    "pool-is-closed": ("HỦY ỐNG cho ống gộp đã đóng", "VOID TUBE for a closed pool"),
    "nobody-held": ("trả lời mà chưa hỏi ai", "an answer of nobody"),
    "no-box": ("chưa mở hộp", "no box was open"),
    "box-open": ("hộp khác đang mở", "a box was open"),
    "box-misread": ("nhãn hộp đọc sai", "box label misread"),
    "tube-in-other-box": ("ống đã nhận ở hộp khác", "tube arrived in another box"),
    "unknown-tube": ("ống không thuộc lô nào", "tube of no known lot"),
    "damaged-tube": ("mã ống hỏng", "damaged tube code"),
}


def word(known: Mapping[str, Words], code: str) -> Words:
    """Return *code* in words, as far as they are *known* here."""
    return known.get(code, (code, code))
