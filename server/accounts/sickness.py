"""What is wrong with a station, told from its heartbeat.  Pure; codes never change once shipped."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from contract.health import Heartbeat

SILENT = timedelta(minutes=5)  # beats come every minute
OFF = timedelta(hours=12)  # silent for so long: put away, not broken
HOT = 80.0  # a Pi slows down from here
SMALLEST, SMALLEST_SHARE = 200_000_000, 0.05  # of a disk, in bytes, and of its size
OLD = 900.0  # seconds that an event may wait while the station is heard
SLOW = 250.0  # milliseconds to look at a picture
LATE = 30.0  # seconds without a turn of the loop that pairs
WRONG = 5_000  # milliseconds


class State(StrEnum):
    """How a station stands; the value is stored nowhere."""

    WELL = "well"
    SICK = "sick"
    SILENT = "silent"
    OFF = "off"
    UNHEARD = "unheard"


def state_of(heard_at: datetime | None, problems: str, now: datetime) -> State:
    """Return how a station stands whose newest heartbeat came at *heard_at*."""
    if heard_at is None:
        return State.UNHEARD
    silent = now - heard_at
    if silent > OFF:
        return State.OFF
    if silent > SILENT:
        return State.SILENT
    return State.SICK if problems else State.WELL


def problems_of(beat: Heartbeat) -> list[str]:
    """Return the codes of what is wrong, the worst first."""
    found = [code for code, wrong in RULES.items() if wrong(beat)]
    lost = [f"{device}-lost" for device, state in sorted(beat.devices.items()) if state == "lost"]
    return [*found[:3], *lost[:6], *found[3:]]


def _room(beat: Heartbeat) -> bool:
    if beat.disk_free is None:
        return False
    return beat.disk_free < SMALLEST or beat.disk_free < SMALLEST_SHARE * (beat.disk_size or 0)


RULES: dict[str, Callable[[Heartbeat], bool]] = {
    "journal-trouble": lambda beat: beat.journal == "trouble",
    "journal-spare": lambda beat: beat.journal == "spare",
    "loop-silent": lambda beat: beat.silent_s is None or beat.silent_s > LATE,
    "events-refused": lambda beat: beat.set_aside > 0,
    "queue-old": lambda beat: beat.queue > 0 and beat.oldest_s > OLD,
    "undervoltage": lambda beat: bool(beat.undervoltage),
    "too-hot": lambda beat: beat.celsius is not None and beat.celsius >= HOT,
    "disk-low": _room,
    "clock-wrong": lambda beat: not beat.trusted and abs(beat.offset_ms or 0) > WRONG,
    "decode-slow": lambda beat: beat.decode_ms is not None and beat.decode_ms > SLOW,
    "journal-damaged": lambda beat: beat.alarms > 0,
    "throttled": lambda beat: bool(beat.throttled) and not beat.undervoltage,
}
WORDS: dict[str, tuple[str, str]] = {
    "journal-trouble": ("thẻ nhớ không ghi được, không ghép được: thay thẻ",
                        "its card cannot be written, it pairs nobody: change the card"),
    "journal-spare": ("ghi vào nơi dự phòng: xem thẻ nhớ",
                      "writes to its spare place: look at the card"),
    "loop-silent": ("chương trình ghép bị đứng hoặc chưa chạy: khởi động lại trạm",
                    "the program that pairs hangs or is not running: restart the station"),
    "reader-lost": ("mất đầu đọc: kiểm tra dây cắm", "the reader is lost: check its cable"),
    "camera-lost": ("mất máy ảnh: kiểm tra dây cắm", "the camera is lost: check its cable"),
    "events-refused": ("có sự kiện máy chủ không nhận: xem trang Cảnh báo",
                       "events were refused here: see the page Alerts"),
    "queue-old": ("còn sự kiện chờ gửi quá lâu", "events wait to be sent for too long"),
    "undervoltage": ("nguồn điện yếu: đổi bộ nguồn hoặc dây",
                     "the power supply is too weak: change it or its cable"),
    "too-hot": ("quá nóng: che nắng, mở nắp", "too hot: give it shade and air"),
    "disk-low": ("thẻ nhớ gần đầy", "its card is nearly full"),
    "clock-wrong": ("đồng hồ sai, chưa chỉnh", "its clock is wrong and not set"),
    "decode-slow": ("đọc ảnh chậm: lau ống kính, xem ánh sáng",
                    "reads pictures slowly: clean the lens, see to the light"),
    "journal-damaged": ("nhật ký từng bị hỏng: xem trang Cảnh báo, thay thẻ",
                        "its journal was damaged: see the page Alerts, change the card"),
    "throttled": ("từng yếu điện hoặc quá nóng", "it was short of power or too hot before"),
}  # fmt: skip


def words_of(code: str) -> tuple[str, str]:
    """Return what to tell people of *code*; a device that is new here is named by its own name."""
    device = code.removesuffix("-lost")
    return WORDS.get(code, (f"mất thiết bị {device}", f"the device {device} is lost"))
