"""What things can be, as people see it: a shape and a word for each, and a tone of colour.

Colour never stands alone: whoever cannot see it reads the shape or the word.
"""

from dataclasses import dataclass

from server.display import t


@dataclass(frozen=True)
class Shown:
    shape: str
    tone: str
    vi: str
    en: str

    @property
    def word(self) -> str:
        return t(self.vi, self.en)


STATES = {
    "box-corrected": Shown("○", "quiet", "sửa hộp", "box set right"),
    "box-counted": Shown("◐", "received", "đếm xong", "counted"),
    "arrival-withdrawn": Shown("✖", "problem", "rút lần nhận", "arrival taken back"),
    "box-explained": Shown("✔", "quiet", "đã giải trình", "explained"),
    "box-given": Shown("→", "quiet", "giao", "handed over"),
    "box-handing-over": Shown("▲", "waiting", "đang giao", "being handed over"),
    "box-in-transit": Shown("▲", "waiting", "đang chuyển", "in transit"),
    "box-open": Shown("○", "quiet", "đang xếp", "being filled"),
    "box-packed": Shown("●", "paired", "đã đóng", "packed"),
    "box-owned": Shown("▲", "quiet", "đang xem", "looked into"),
    "box-put-in": Shown("→", "quiet", "vào hộp", "into a box"),
    "box-received": Shown("◐", "received", "đã nhận", "received"),
    "accepted": Shown("◐", "received", "đã nhận", "received"),
    "box-taken": Shown("←", "quiet", "nhận", "taken over"),
    "box-taken-out": Shown("←", "quiet", "ra khỏi hộp", "out of the box"),
    "callback": Shown("▲", "waiting", "gọi lấy lại", "call back"),
    "conflict": Shown("✖", "problem", "tranh chấp", "conflict"),
    "controls-failed": Shown("✖", "problem", "không đạt", "failed"),
    "controls-passed": Shown("✔", "released", "đạt", "passed"),
    "corrected": Shown("○", "quiet", "đã có bản thay", "superseded"),
    "created": Shown("▲", "waiting", "chưa ghi danh", "not enrolled"),
    "dead": Shown("✖", "problem", "không chuyển được", "undeliverable"),
    "decided": Shown("✔", "released", "đã quyết định", "decided"),
    "delivered": Shown("✔", "released", "đã chuyển", "delivered"),
    "done": Shown("✔", "released", "đã xong", "done"),
    "escalated": Shown("⚠", "problem", "quá hạn, báo lên", "overdue, escalated"),
    "enrolled": Shown("✔", "released", "đã ghi danh", "enrolled"),
    "entered": Shown("◑", "resulted", "đã nhập", "entered"),
    "grade-error": Shown("✖", "problem", "lỗi", "error"),
    "grade-info": Shown("○", "quiet", "để biết", "to know"),
    "grade-warning": Shown("▲", "waiting", "xem lại", "look"),
    "import-discarded": Shown("○", "quiet", "đã bỏ", "put aside"),
    "import-done": Shown("✔", "released", "đã nhập", "entered"),
    "import-entering": Shown("◑", "resulted", "đang nhập", "entering"),
    "import-received": Shown("▲", "waiting", "vừa nhận", "received"),
    "import-staged": Shown("▲", "waiting", "chờ xác nhận", "to be confirmed"),
    "import-staging": Shown("◑", "resulted", "đang đọc", "reading"),
    "import-unreadable": Shown("✖", "problem", "không đọc được", "unreadable"),
    "given-up": Shown("○", "quiet", "thôi gọi", "given up"),
    "inconclusive": Shown("▲", "waiting", "nghi ngờ", "inconclusive"),
    "invalid": Shown("▲", "waiting", "không hợp lệ", "invalid"),
    "late": Shown("▲", "waiting", "quá hạn", "overdue"),
    "negative": Shown("−", "negative", "âm tính", "negative"),
    "off": Shown("○", "quiet", "đã tắt", "switched off"),
    "overdue": Shown("▲", "problem", "quá hạn", "overdue"),
    "in-storage": Shown("▣", "quiet", "lưu mẫu", "storage"),
    "on-plate": Shown("▦", "quiet", "trên đĩa", "on a plate"),
    "ordered": Shown("↻", "waiting", "chờ làm lại", "to be tested again"),
    "paired": Shown("●", "paired", "đã ghép", "paired"),
    "pending": Shown("▲", "waiting", "đang chờ", "waiting"),
    "positive": Shown("✚", "problem", "dương tính", "positive"),
    "problem": Shown("✖", "problem", "có vấn đề", "problem"),
    "received": Shown("◐", "received", "đã nhận", "received"),
    "refused": Shown("✖", "problem", "bị từ chối", "refused"),
    "rejected": Shown("✖", "problem", "loại mẫu", "rejected"),
    "released": Shown("✔", "released", "đã phát hành", "released"),
    "resample": Shown("↻", "waiting", "lấy mẫu lại", "sample again"),
    "resulted": Shown("◑", "resulted", "có kết quả", "resulted"),
    "revoked": Shown("✖", "problem", "đã thu hồi", "revoked"),
    "sick": Shown("✖", "problem", "có vấn đề", "something is wrong"),
    "silent": Shown("▲", "waiting", "mất liên lạc", "silent"),
    "row-matched": Shown("●", "paired", "khớp", "matched"),
    "row-queued": Shown("▲", "waiting", "chờ", "queued"),
    "row-refused": Shown("✖", "problem", "từ chối", "refused"),
    "superseded": Shown("○", "quiet", "đã thay thế", "superseded"),
    "target-behind": Shown("▲", "waiting", "chưa đạt", "behind"),
    "target-near": Shown("◑", "resulted", "gần đạt", "near"),
    "target-never": Shown("✖", "problem", "chưa dùng", "never used"),
    "target-open": Shown("○", "quiet", "không có chỉ tiêu", "no target"),
    "target-reached": Shown("✔", "released", "đạt", "reached"),
    "target-silent": Shown("✖", "problem", "im lặng", "silent"),
    "unheard": Shown("○", "quiet", "chưa nghe", "never heard"),
    "unpaired": Shown("✖", "problem", "chưa ghép", "not paired"),
    "verified": Shown("◑", "resulted", "đã duyệt", "verified"),
    "other-laboratory": Shown("✖", "problem", "phòng xét nghiệm khác", "another laboratory"),
    "voided": Shown("○", "quiet", "đã hủy", "voided"),
    "waiting": Shown("▲", "waiting", "đang chờ", "waiting"),
    "well": Shown("✔", "released", "khỏe", "well"),
    "withdrawn": Shown("○", "quiet", "đã rút lại", "withdrawn"),
}


def shown(state: str) -> Shown:
    """Return how *state* is shown; a state that is new here is shown by its own name."""
    return STATES.get(str(state), Shown("○", "quiet", str(state), str(state)))
