"""What the screen says of itself: prompts, troubles, names of devices.  Data.

What happened comes with its sentence from the station; these are the words around it.
"""

from typing import NamedTuple


class Words(NamedTuple):
    """One sentence in both languages; templates choose which is large."""

    vi: str
    en: str


ASK = Words("Hỏi họ tên và năm sinh", "Ask for name and birth year")
NO_NAME = Words("Mã không có tên", "No name in this code")
NO_YEAR = Words("năm sinh ?", "birth year ?")
FOR_TUBE = Words("cho ống", "for the tube")
SECONDS = Words("giây", "seconds")
POOL = Words("GỘP", "POOL")
CLOSE = Words("Quét lại ống gộp để đóng", "Scan the pool's tube again to close it")
BOX = Words("HỘP", "BOX")
CLOSE_BOX = Words("Quét lại nhãn hộp để đóng", "Scan the box label again to close it")
ASK_SYMPTOMS = Words("Hỏi: sốt, ho, khó thở?", "Ask: fever, cough?")
MARKS = {
    "checked-in": Words("đã ghi", "checked in"),
    "symptoms": Words("có triệu chứng", "with symptoms"),
    "arrived": Words("đã nhận", "received"),
}
NOBODY = Words("chưa có ai", "nobody yet")
IS_OWN = Words("Đúng ống của người này", "This person's own tube")
PAIRED = Words("Đã ghép", "Paired")
PAIRED_TODAY = Words("đã ghép", "paired")
WAITING = Words("chờ gửi", "to send")
NO_PAIRS = Words("Chưa ghép ống nào hôm nay", "No tube paired yet today")
AGAIN = Words("Hôm nay người này đã có ống!", "This person has a tube of today!")
LOOK_AGAIN = Words(
    "Đã có ống hôm nay! Sai người: BỎ QUA", "Has a tube of today! Wrong person: CANCEL"
)
OFFLINE = Words("Ngoại tuyến", "Off-line")
NO_SHIFT = Words("QUÉT THẺ VÀO CA", "Scan the BEGIN SHIFT card")
STARTING = Words("CHỜ MỘT CHÚT", "Getting ready")

PROMPTS = {  # by what is held
    "idle": Words("QUÉT MÃ NGƯỜI", "Scan the person's code"),
    "person": Words("QUÉT ỐNG", "Scan the tube"),
    "second-look": Words("ĐƯA LẠI MÃ ẤY", "Show that code once more"),
    "tube": Words("QUÉT MÃ NGƯỜI", "Scan the person's code"),
    "pool": Words("QUÉT NGƯỜI KẾ TIẾP", "Scan the next person"),
    "answer": Words("QUÉT THẺ TRẢ LỜI", "Scan the answer card"),
    "box": Words("QUÉT ỐNG KẾ TIẾP", "Scan the next tube"),
    "operator": Words("QUÉT THẺ NHÂN VIÊN", "Scan the staff member's card"),
}

DEVICES = {
    "camera": Words("máy ảnh", "camera"),
    "reader": Words("đầu đọc", "reader"),
    "reader2": Words("đầu đọc 2", "reader 2"),
    "card": Words("thẻ nhớ", "card"),
    "network": Words("mạng", "network"),
    "clock": Words("đồng hồ", "clock"),
    "alarm": Words("báo quản trị", "tell the administrator"),
}
STATES = {
    "ok": Words("tốt", "fine"),
    "opening": Words("đang mở", "opening"),
    "lost": Words("mất", "lost"),
    "off-line": Words("chưa nối", "off-line"),
    "unset": Words("chưa chỉnh", "not set"),
}
LOST = {
    "camera": Words(
        "Mất máy ảnh. Cắm lại dây máy ảnh.", "The camera is lost. Plug its cable in again."
    ),
    "reader": Words(
        "Mất đầu đọc. Cắm lại dây đầu đọc.", "The reader is lost. Plug its cable in again."
    ),
    "reader2": Words(
        "Mất đầu đọc 2. Cắm lại dây đầu đọc.", "Reader 2 is lost. Plug its cable in again."
    ),
}
SILENT = (
    Words("TRẠM KHÔNG TRẢ LỜI", "The station does not answer"),
    Words(
        "Ngừng quét. Đợi một phút; nếu vẫn vậy, tắt điện 10 giây rồi bật lại, báo trưởng nhóm.",
        "Stop scanning. Wait a minute; if it stays so, switch off for 10 seconds, tell the lead.",
    ),
)
STOPPED = (
    Words("TRẠM ĐÃ DỪNG", "The station has stopped"),
    Words("Bật lại trạm để làm tiếp.", "Start it again to go on."),
)
LOOKING = (
    Words("ĐANG NỐI VỚI TRẠM", "Looking for the station"),
    Words("Chờ vài giây.", "Wait a few seconds."),
)
CUT = (
    Words("MÀN HÌNH MẤT LIÊN LẠC", "The screen lost touch"),
    Words(
        "Trạm vẫn có thể làm việc: nghe tiếng, nhìn đèn. Màn hình tự nối lại.",
        "The station may be at work: mind tones and lights. The screen comes back by itself.",
    ),
)
