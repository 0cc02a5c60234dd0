"""What the screen says to each outcome: what happened, then what to do.  Pure.

Vietnamese first, English beside it; a person's name is masked, and no error names anybody.
"""

from dataclasses import dataclass
from typing import NamedTuple

from contract.tubes import TubeError, tube
from device.facts import (
    LetGo,
    Outcome,
    Paired,
    PersonHeld,
    PoolOpened,
    PoolShut,
    Refusal,
    Refused,
    SamePair,
    TubeHeld,
    Voided,
)
from device.ledger import VIETNAM

_R = Refusal


class Said(NamedTuple):
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Shown:
    """How an outcome is told: its word on the station's lines, its reason, sign and sentence."""

    outcome: str
    signal: str
    said: Said
    reason: str = ""
    tube: str = ""


REFUSALS: dict[Refusal, Said] = {
    _R.SECOND_PERSON: Said(
        "Có người thứ hai. Đã bỏ cả hai: quét lại mã từng người.",
        "A second person came. Both were let go: scan each person again.",
    ),
    _R.SECOND_TUBE: Said(
        "Có ống thứ hai. Đã bỏ cả hai: chỉ quét một ống cho một người.",
        "A second tube came. Both were let go: scan one tube for one person.",
    ),
    _R.SEVERAL_PERSONS: Said(
        "Thấy mã của hai người. Chỉ đưa một mã trước máy ảnh.",
        "Two persons' codes are in view. Hold up one code only.",
    ),
    _R.TUBE_USED: Said(
        "Ống {tube} đã dùng{when}. Lấy ống khác.",
        "Tube {tube} was used{when}. Take another one.",
    ),
    _R.TUBE_MISREAD: Said(
        "Đọc sai mã ống. Quét lại; nếu vẫn sai, lấy ống khác.",
        "The tube's code was misread. Scan again; if it stays wrong, take another tube.",
    ),
    _R.TUBE_OF_OTHER_LOT: Said(
        "Ống {tube} không thuộc lô của bàn này. Lấy ống trong hộp của bàn.",
        "Tube {tube} is of no lot of this table. Take one from the table's own box.",
    ),
    _R.NO_LOTS: Said(
        "Bàn này chưa nhận lô ống nào. Nối mạng một lần, hoặc báo người quản trị.",
        "This table has no lot of tubes yet. Connect once, or tell the administrator.",
    ),
    _R.CONTROL_TUBE: Said(
        "Ống {tube} là ống chứng của phòng xét nghiệm. Lấy ống lấy mẫu.",
        "Tube {tube} is a control of the laboratory. Take a sampling tube.",
    ),
    _R.NOT_A_TUBE: Said(
        "Đây không phải mã ống. Quét mã vạch trên ống.",
        "This is no tube's code. Scan the bars on the tube.",
    ),
    _R.NOT_A_PERSON: Said(
        "Mã này không phải của người. Xin mã QR trên thẻ hoặc điện thoại.",
        "This code is no person's. Ask for the QR on a card or a phone.",
    ),
    _R.VEHICLE: Said(
        "Đây là mã của xe, không phải của người. Xin mã của chính người đó.",
        "This code names a vehicle, not a person. Ask for the person's own code.",
    ),
    _R.FORGED_CARD: Said(
        "Chữ ký trên thẻ sai: thẻ có thể giả. Hỏi giấy tờ khác, báo trưởng nhóm.",
        "The card's signature is wrong: it may be forged. Ask for another paper, tell the lead.",
    ),
    _R.UNKNOWN_CARD_KEY: Said(
        "Bàn này chưa biết khóa của thẻ. Nối mạng một lần, hoặc xin giấy tờ khác.",
        "This table does not know the card's key yet. Connect once, or ask for another paper.",
    ),
    _R.DAMAGED_CARD: Said(
        "Không đọc được thẻ. Đưa lại thẻ, hoặc xin giấy tờ khác.",
        "The card cannot be read. Show it again, or ask for another paper.",
    ),
    _R.UNKNOWN_CODE: Said(
        "Không hiểu mã này. Xin thẻ căn cước, thẻ bảo hiểm hoặc thẻ của chúng tôi.",
        "This code means nothing here. Ask for a citizen, insurance or our own card.",
    ),
    _R.UNREADABLE: Said(
        "Đầu đọc gửi tín hiệu nhiễu. Quét lại; nếu còn, kiểm tra dây.",
        "The reader sent noise. Scan again; if it goes on, check the cable.",
    ),
    _R.POOL_OPEN: Said(
        "Ống gộp còn mở. Quét lại chính ống gộp, hoặc thẻ ĐÓNG GỘP, để đóng.",
        "The pool is still open. Scan its own tube again, or the CLOSE POOL card, to close it.",
    ),
    _R.NO_POOL: Said(
        "Chưa mở ống gộp nào. Quét một ống gộp để mở.",
        "No pool is open. Scan a pool's tube to open one.",
    ),
    _R.NOTHING_TO_UNDO: Said(
        "Không còn gì để hủy: chỉ hủy được lần ghép vừa xong.",
        "There is nothing to undo: only a pairing made just now can be undone.",
    ),
    _R.COMMAND_NOT_USED: Said(
        "Bàn này không dùng thẻ lệnh đó.", "This table does not use that command card."
    ),
    _R.STALE: Said(
        "Mã quét sớm quá nên không tính. Quét lại.",
        "That scan came too early and does not count. Scan again.",
    ),
}

_TIMEOUT = Said("Hết giờ: quét lại mã người.", "Time is up: scan the person again.")
_CANCELLED = Said("Đã bỏ. Quét mã người.", "Let go. Scan the person's code.")
_LOST = Said(
    "Mất thiết bị nên đã bỏ. Chờ sẵn sàng rồi quét lại.",
    "A device was lost, so this was let go. Wait until all is ready, then scan again.",
)
_SECOND = Said("Có người hoặc ống thứ hai: đã bỏ cả hai.", "A second one came: both were let go.")
_ENDED = Said("Máy đang tắt: đã bỏ.", "The station is stopping: this was let go.")
LET_GO: dict[str, Said] = {
    "timeout": _TIMEOUT,
    "second": _SECOND,
    "cancel": _CANCELLED,
    "device-lost": _LOST,
    "shutdown": _ENDED,
}
_THREE_LOW = {_R.SECOND_PERSON, _R.SECOND_TUBE, _R.SEVERAL_PERSONS}


def shown(outcome: Outcome, pool_cap: int) -> Shown:
    """Return how *outcome* is told."""
    match outcome:
        case Refused():
            return _refused(outcome)
        case LetGo():
            said = LET_GO[outcome.reason.value.removeprefix("tube-")]
            return Shown("let-go", "let-go", said, outcome.reason.value, outcome.tube)
        case PersonHeld():
            return _person(outcome)
        case Paired() if outcome.order == "pool":
            of = f"{outcome.members}/{pool_cap}"
            said = Said(f"GỘP {of}. Quét người tiếp theo.", f"POOL {of}. Scan the next person.")
            return Shown("pool-member", "pool-member", said, tube=outcome.tube.text)
        case Paired():
            tail = outcome.tube.text[-4:]
            return Shown(
                "paired", "paired", Said(f"✔ …{tail}", f"✔ …{tail}"), "", outcome.tube.text
            )
    return _quiet(outcome)


def _quiet(outcome: Outcome) -> Shown:
    match outcome:
        case TubeHeld(tube=held):
            said = Said("Quét mã người cho ống này.", "Scan the person for this tube.")
            return Shown("tube-held", "tube-held", said, tube=held.text)
        case PoolOpened(tube=pool):
            said = Said("Đã mở ống gộp. Quét từng người.", "Pool opened. Scan each person.")
            return Shown("pool-opened", "pool-opened", said, tube=pool.text)
        case PoolShut(tube=text, members=members):
            said = Said(f"Đã đóng ống gộp: {members} người.", f"Pool closed: {members} persons.")
            return Shown("pool-closed", "pool-closed", said, tube=text)
        case Voided(tube=text, reason=reason):
            said = Said(
                "Đã hủy. Bỏ ống này, lấy ống mới.", "Undone. Take a new tube, not this one."
            )
            return Shown("voided", "voided", said, reason, text)
        case SamePair(tube=text):
            return Shown(
                "same-pair", "same-pair", Said("Đã ghép rồi.", "Paired already."), "", text
            )
    raise TypeError(f"{outcome!r} has no sentence")


def _person(held: PersonHeld) -> Shown:
    year = f" · {held.person.birth_year}" if held.person.birth_year else ""
    again = ("", "") if not held.today else (" Hôm nay đã có ống!", " Has a tube of today!")
    said = Said(
        f"{held.person.shown}{year}. Quét ống.{again[0]}",
        f"{held.person.shown}{year}. Scan the tube.{again[1]}",
    )
    return Shown("person-held", "person-held", said, "again-today" if held.today else "")


def _refused(refused: Refused) -> Shown:
    said = REFUSALS[refused.reason]
    name = _grouped(refused.tube)
    at = refused.used_at.astimezone(VIETNAM).strftime("%H:%M") if refused.used_at else ""
    filled = Said(
        said.vi.format(tube=name, when=at and f" lúc {at}"),
        said.en.format(tube=name, when=at and f" at {at}"),
    )
    signal = "second" if refused.reason in _THREE_LOW else "refused"
    return Shown("refused", signal, filled, refused.reason.value, refused.tube)


def _grouped(text: str) -> str:
    try:
        return tube(text).grouped
    except TubeError:
        return text
