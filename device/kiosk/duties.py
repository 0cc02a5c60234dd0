"""What the screen says differently for each duty.  Data."""

from typing import NamedTuple

from device.kiosk.words import NO_PAIRS, PAIRED_TODAY, PROMPTS, Words


class Face(NamedTuple):
    """`name` stands in the head; `counted` names what `plus` less `minus` of the counts is."""

    idle: Words
    counted: Words
    nothing: Words
    plus: str
    minus: str = ""
    name: Words | None = None


SAMPLING = Face(PROMPTS["idle"], PAIRED_TODAY, NO_PAIRS, "paired", "voided")
FACES = {
    "sampling": SAMPLING,
    "check-in": Face(
        PROMPTS["idle"],
        Words("đã ghi", "checked in"),
        Words("Chưa ghi ai hôm nay", "Nobody checked in yet today"),
        "checked-in",
        "check-ins-voided",
        Words("KHAI BÁO", "CHECK-IN"),
    ),
    "reception": Face(
        Words("QUÉT NHÃN HỘP", "Scan a box label"),
        Words("đã nhận", "received"),
        Words("Chưa nhận ống nào hôm nay", "No tube received yet today"),
        "arrived",
        "",
        Words("NHẬN MẪU", "RECEPTION"),
    ),
}


def face_of(duty: str) -> Face:
    return FACES.get(duty, SAMPLING)
