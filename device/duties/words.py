"""What the screen says of a duty, a check-in and a box: what happened, then what to do.  Pure."""

from contract.boxes import BoxId
from contract.duties import Duty
from contract.identities import Kind
from contract.tubes import TubeError, tube
from device.duties.facts import (
    BoxBegun,
    BoxShut,
    CheckInAgain,
    CheckInAsked,
    CheckInMade,
    CheckInUndone,
    DutySet,
    SameArrival,
    TubeTaken,
)
from device.facts import Outcome, Person
from device.refusal_words import Said
from device.shown import Shown

READY = {
    Duty.SAMPLING: Said("Sẵn sàng. Quét mã người.", "Ready. Scan the person's code."),
    Duty.CHECK_IN: Said("Sẵn sàng khai báo. Quét mã người.", "Ready to check in. Scan a person."),
    Duty.RECEPTION: Said(
        "Sẵn sàng nhận mẫu. Quét nhãn hộp.", "Ready to receive. Scan a box label."
    ),
}
_CARD = Said(
    "Thẻ nhớ không ghi được: CHƯA ghi. Báo trưởng nhóm, rồi quét lại.",
    "The card cannot be written: NOT noted. Tell the lead, then scan again.",
)
NOT_WRITTEN = {
    Duty.SAMPLING: Said(
        "Thẻ nhớ không ghi được: CHƯA ghép. Báo trưởng nhóm, rồi quét lại.",
        "The card cannot be written: NOT paired. Tell the lead, then scan again.",
    ),
    Duty.CHECK_IN: _CARD,
    Duty.RECEPTION: _CARD,
}
_NOW = {
    Duty.SAMPLING: Said("LẤY MẪU. Quét mã người.", "SAMPLING. Scan the person's code."),
    Duty.CHECK_IN: Said("KHAI BÁO. Quét mã người.", "CHECK-IN. Scan the person's code."),
    Duty.RECEPTION: Said("NHẬN MẪU. Quét nhãn hộp.", "RECEPTION. Scan a box label."),
}


def of_duty(outcome: Outcome) -> Shown | None:
    """Return how an outcome of a duty beside sampling is told; None for every other."""
    match outcome:
        case DutySet(duty=duty):
            now = _NOW[duty]
            said = Said(f"Nhiệm vụ: {now.vi}", f"Duty: {now.en}")
            return Shown("duty-set", "duty-set", said, duty.value)
        case CheckInAsked() | CheckInMade() | CheckInAgain() | CheckInUndone():
            return _check_in(outcome)
        case BoxBegun() | TubeTaken() | SameArrival() | BoxShut():
            return _box(outcome)
    return None


def _check_in(outcome: CheckInAsked | CheckInMade | CheckInAgain | CheckInUndone) -> Shown:
    match outcome:
        case CheckInAsked(person=person):
            said = Said(
                f"{who(person)}. Hỏi triệu chứng, rồi quét thẻ trả lời.",
                f"{who(person)}. Ask for symptoms, then scan the answer card.",
            )
            return Shown("check-in-asked", "person-held", said)
        case CheckInMade(symptoms="yes"):
            said = Said(
                "Đã ghi: CÓ triệu chứng. Mời ra khu riêng, báo trưởng nhóm.",
                "Checked in WITH symptoms. Lead them aside, tell the lead.",
            )
            return Shown("checked-in", "checked-in-ill", said, "symptoms")
        case CheckInMade(person=person):
            return _well(person, outcome.symptoms)
        case CheckInAgain(person=person):
            name = who(person)
            said = Said(f"{name}: đã ghi rồi.", f"{name}: checked in already.")
            return Shown("checked-in-again", "checked-in-again", said)
    undone = Said("Đã gỡ lần ghi vừa rồi. Quét lại mã người.", "Undone. Scan the person again.")
    return Shown("check-in-voided", "voided", undone)


def _well(person: Person, symptoms: str) -> Shown:
    if person.kind == Kind.VEHICLE:
        said = Said(f"Đã ghi {who(person)}.", f"{who(person)} noted.")
        return Shown("checked-in", "checked-in", said, "vehicle")
    said = Said("Đã ghi. Mời vào.", "Checked in. Please go on.")
    return Shown("checked-in", "checked-in", said, "no-symptoms" if symptoms else "not-asked")


def who(person: Person) -> str:
    return f"{person.shown} · {person.birth_year}" if person.birth_year else person.shown


def of_count(count: int, expected: int | None) -> str:
    return f"{count}/{expected}" if expected is not None else str(count)


def _box(outcome: BoxBegun | TubeTaken | SameArrival | BoxShut) -> Shown:
    tail = _tail(outcome.box)
    match outcome:
        case BoxBegun(tubes=tubes, expected=expected):
            count = of_count(tubes, expected)
            said = Said(
                f"Mở hộp {tail}: {count} ống. Quét từng ống.",
                f"Box {tail} opened: {count} tubes. Scan each tube.",
            )
            return Shown("box-opened", "box-opened", said)
        case TubeTaken(tube=taken, count=number, expected=expected):
            count = of_count(number, expected)
            said = Said(f"Ống …{taken.text[-4:]}: {count}", f"Tube …{taken.text[-4:]}: {count}")
            return Shown("tube-arrived", "tube-arrived", said, "", taken.text)
        case SameArrival(tube=""):
            said = Said("Hộp này đang mở rồi. Quét từng ống.", "This box is open. Scan each tube.")
            return Shown("same-arrival", "same-arrival", said, "box")
        case SameArrival(tube=text):
            name = _grouped(text)
            said = Said(f"Ống {name} đã nhận rồi.", f"Tube {name} has arrived already.")
            return Shown("same-arrival", "same-arrival", said, "tube", text)
    return _shut(outcome)


def _tail(box: BoxId) -> str:
    """Return the box's last four digits, with a joiner so that no screen breaks them off."""
    return f"…\u2060{box.text[-4:]}"


def _shut(shut: BoxShut) -> Shown:
    tail, count = _tail(shut.box), of_count(shut.tubes, shut.expected)
    if shut.adds_up:
        said = Said(f"Đóng hộp {tail}: {count} ống.", f"Box {tail} closed: {count} tubes.")
        return Shown("box-closed", "box-closed", said)
    said = Said(
        f"Hộp {tail} KHÔNG khớp: quét {shut.tubes}, nhãn ghi {shut.expected}. Đếm lại.",
        f"Box {tail} does NOT match: {shut.tubes} scanned, {shut.expected} on it. Count again.",
    )
    return Shown("box-closed", "box-mismatch", said, "mismatch")


def _grouped(text: str) -> str:
    try:
        return tube(text).grouped
    except TubeError:
        return text
