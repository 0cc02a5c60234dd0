"""The laboratory's fixed lists: calls, reasons for rejection, and how each is said.  Pure."""

from enum import StrEnum

METHOD = "rt-pcr"


class Call(StrEnum):
    """What a laboratory may say about a tube."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"


class Rejection(StrEnum):
    """Why a tube is not tested."""

    LEAKING = "leaking"
    EMPTY = "empty"
    UNLABELLED = "unlabelled"
    LATE = "late"
    WRONG_CONTAINER = "wrong-container"
    DAMAGED_CODE = "damaged-code"


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
}
