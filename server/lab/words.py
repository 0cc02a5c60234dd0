"""The laboratory's fixed lists: calls, reasons for rejection, and how each is said.  Pure."""

from enum import StrEnum

METHOD = "rt-pcr"


class Call(StrEnum):
    """What a laboratory may say about a tube."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"


class Kind(StrEnum):
    """How a result came to be, beside those that there were."""

    FIRST = "first"
    CONFIRMATORY = "confirmatory"  # another laboratory's first
    AMENDMENT = "amendment"
    RETEST = "retest"
    RERUN = "rerun"


class Rejection(StrEnum):
    """Why a tube is not tested."""

    LEAKING = "leaking"
    EMPTY = "empty"
    UNLABELLED = "unlabelled"
    LATE = "late"
    WRONG_CONTAINER = "wrong-container"
    DAMAGED_CODE = "damaged-code"
    RECALLED = "result-recalled"  # by recalling its result, never at the reception


CALLS = {
    Call.NEGATIVE: ("Âm tính", "Negative"),
    Call.POSITIVE: ("Dương tính", "Positive"),
    Call.INCONCLUSIVE: ("Nghi ngờ", "Inconclusive"),
    Call.INVALID: ("Không đạt", "Invalid"),
}
REJECTIONS = {
    Rejection.LEAKING: ("Ống bị rò", "The tube leaks"),
    Rejection.EMPTY: ("Ống rỗng hoặc thiếu mẫu", "Empty, or too little sample"),
    Rejection.UNLABELLED: ("Nhãn mất hoặc không đọc được", "Label missing or unreadable"),
    Rejection.LATE: ("Quá thời hạn bảo quản", "Kept too long"),
    Rejection.WRONG_CONTAINER: ("Sai loại ống", "Wrong kind of tube"),
    Rejection.DAMAGED_CODE: ("Mã vạch hỏng, phải gõ tay", "Code damaged, typed by hand"),
    Rejection.RECALLED: ("Kết quả bị thu hồi", "The result was recalled"),
}
KINDS = {
    Kind.FIRST: ("Lần đầu", "First"),
    Kind.CONFIRMATORY: ("Nơi khác xét nghiệm", "Another laboratory"),
    Kind.AMENDMENT: ("Bản sửa", "Amendment"),
    Kind.RETEST: ("Làm lại theo yêu cầu", "Retest"),
    Kind.RERUN: ("Chạy lại", "Rerun"),
}
FOUND_BEFORE = (
    "Ống này đã có kết quả nhập ở đây trước khi ống đến. Nếu kết quả đó là của ống khác: thu hồi nó"
    " (bấm số ống ở trang Kết quả) và xét nghiệm ống này.",
    "A result of this tube was entered here before it came. Where that is of another tube: recall"
    " it (the tube's number on the page of results) and test this one.",
)
# Why a result is verified by itself.
DOUBTS = {
    "not-negative": ("không phải âm tính", "not negative"),
    "no-run": ("nhập tay, không có chứng", "keyed by hand, no controls"),
    "call-differs": ("khác với gợi ý của máy", "differs from what was suggested"),
    "controls": ("chứng không đạt", "the controls failed"),
    "run-withdrawn": ("lượt chạy đã bị rút lại", "its run was withdrawn"),
    "not-first": ("thay kết quả trước", "supersedes another"),
    "not-received": ("chưa nhận ống", "tube not received"),
    "other-laboratory": (
        "phòng xét nghiệm khác đã nhận ống",
        "another laboratory received the tube",
    ),
    "found-before": ("có trước khi ghi nhận ống đến", "found before the tube's arrival was noted"),
    "arrival-taken-back": (
        "một lần nhận của ống này đã bị rút vì nhầm",
        "an arrival of the tube was taken back as a mistake",
    ),
    "not-paired": ("ống chưa ghép", "tube not paired"),
    "contested": ("ống đang tranh chấp", "tube contested"),
    "held": ("ống đang bị giữ để xem xét", "tube held until somebody decides"),
}
