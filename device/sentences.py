"""What the screen says to each outcome: what happened, then what to do.  Pure.

Vietnamese first, English beside it; a person's name is masked, and no error names anybody.
"""

from contract.boxes import BoxId
from contract.tubes import TubeError, TubeKind, tube
from device.duties.words import of_duty, who
from device.facts import (
    LetGo,
    Outcome,
    Paired,
    PersonHeld,
    PoolOpened,
    PoolShut,
    Refused,
    SamePair,
    SecondLookAsked,
    SlipNoticed,
    TubeHeld,
    Voided,
)
from device.ledger import VIETNAM
from device.reasons import Refusal
from device.refusal_words import LET_GO, REFUSALS, SLIPS, Said
from device.shift_words import of_shift
from device.shown import Shown

_SIGNS = {
    Refusal.SECOND_PERSON: "second",
    Refusal.SECOND_TUBE: "second",
    Refusal.SEVERAL_PERSONS: "second",
    Refusal.ASSIGNED_TO_OTHER: "anothers-tube",
    Refusal.ROSTER_UNREADABLE: "anothers-tube",
    Refusal.DUTY_BUSY: "duty-refused",
    Refusal.TUBE_IN_OTHER_BOX: "other-box",
}


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
        case SecondLookAsked():
            return _second_look(outcome)
        case Paired() if outcome.order == "pool":
            of = f"{outcome.members}/{pool_cap}"
            said = Said(f"GỘP {of}. Quét người tiếp theo.", f"POOL {of}. Scan the next person.")
            return Shown("pool-member", "pool-member", said, tube=outcome.tube.text)
        case Paired():
            return _paired(outcome)
    return of_shift(outcome) or of_duty(outcome) or _quiet(outcome)


def _quiet(outcome: Outcome) -> Shown:
    match outcome:
        case SlipNoticed(slip=slip, tubes=tubes):
            tails = ", ".join(f"…{text[-4:]}" for text in tubes)
            said = Said(*(sentence.format(tubes=tails) for sentence in SLIPS[slip]))
            return Shown("slip-suspected", "slip-suspected", said, slip.value, tubes[-1])
        case TubeHeld(tube=held):
            said = Said("Quét mã người cho ống này.", "Scan the person for this tube.")
            return Shown("tube-held", "tube-held", said, tube=held.text)
        case PoolOpened(tube=pool):
            said = Said("Đã mở ống gộp. Quét từng người.", "Pool opened. Scan each person.")
            return Shown("pool-opened", "pool-opened", said, tube=pool.text)
        case PoolShut():
            return _shut(outcome)
        case Voided(tube=text, reason=reason):
            return Shown("voided", "voided", _undone(text), reason, text)
        case SamePair(tube=text):
            return Shown(
                "same-pair", "same-pair", Said("Đã ghép rồi.", "Paired already."), "", text
            )
    raise TypeError(f"{outcome!r} has no sentence")


def _shut(pool: PoolShut) -> Shown:
    text, members = pool.tube, pool.members
    if pool.by == "void":  # nothing was achieved: no green, and the sentence stays
        said = Said(
            f"Đã hủy cả ống gộp …{text[-4:]}: bỏ ống đó. Từng người quét lại với ống mới.",
            f"Pool …{text[-4:]} is void: put it aside. Each person again, with a new tube.",
        )
        return Shown("voided", "voided", said, "void", text)
    if pool.by == "idle":
        said = Said(
            f"Ống gộp tự đóng vì lâu không có ai: {members} người. Người sau lấy ống khác.",
            f"The pool closed by itself, nobody came: {members} persons. Others: a new tube.",
        )
        return Shown("pool-closed", "pool-closed", said, "idle", text)
    said = Said(f"Đã đóng ống gộp: {members} người.", f"Pool closed: {members} persons.")
    return Shown("pool-closed", "pool-closed", said, tube=text)


def _undone(text: str) -> Said:
    """Say which tube: another one, or another person, may be in hand by now."""
    end = f"…{text[-4:]}"
    if tube(text).kind is TubeKind.POOL:
        return Said(
            f"Đã gỡ một người khỏi ống gộp {end}. Đã lấy mẫu hay ống đổ: báo phụ trách hủy cả ống.",
            f"One person is out of pool {end}. Swabbed or spilt: have the whole tube voided.",
        )
    return Said(
        f"Đã gỡ ống {end}. Bỏ ống đó; người ấy lấy ống mới.",
        f"Tube {end} is undone. Put it aside; that person takes a new one.",
    )


def _paired(pair: Paired) -> Shown:
    tail = f"✔ …{pair.tube.text[-4:]}"
    if pair.manual:
        said = Said(f"{tail}, nhập tay", f"{tail}, typed")
        return Shown("paired", "paired", said, "typed", pair.tube.text)
    if pair.assigned:
        said = Said(f"{tail}: đúng ống của người này", f"{tail}: this person's own tube")
        return Shown("paired", "paired-own", said, "own-tube", pair.tube.text)
    if pair.released:
        old = ", ".join(f"…{text[-4:]}" for text in pair.released)
        said = Said(
            f"{tail}. Lần này không dùng ống dán sẵn {old}: để riêng.",
            f"{tail}. The labelled tube {old} is not used this time: put it aside.",
        )
        return Shown("paired", "paired", said, "assignment-released", pair.tube.text)
    return Shown("paired", "paired", Said(tail, tail), "", pair.tube.text)


def _second_look(asked: SecondLookAsked) -> Shown:
    name = who(asked.person)
    said = Said(
        f"{name}: hôm nay đã có {asked.today} ống. Hỏi lại tên và năm sinh;"
        " đúng người thì đưa mã lần nữa, không thì thẻ BỎ QUA.",
        f"{name}: was given {asked.today} today already. Ask for name and birth year again;"
        " if it is right, show the code once more, if not, the CANCEL card.",
    )
    return Shown("second-look", "second-look", said, "again-today")


def _person(held: PersonHeld) -> Shown:
    name = who(held.person)
    own = ", ".join(f"…{text[-4:]}" for text in held.person.ready)
    label = (f" dán sẵn {own}", f" labelled {own}") if own else ("", "")
    again = ("", "") if not held.today else (" Hôm nay đã có ống!", " Has a tube of today!")
    said = Said(
        f"{name}. Quét ống{label[0]}.{again[0]}",
        f"{name}. Scan the tube{label[1]}.{again[1]}",
    )
    return Shown("person-held", "person-held", said, "again-today" if held.today else "")


def _refused(refused: Refused) -> Shown:
    said = REFUSALS[refused.reason]
    name, box = _grouped(refused.tube), _box(refused.box)
    at = refused.used_at.astimezone(VIETNAM).strftime("%H:%M") if refused.used_at else ""
    filled = Said(
        said.vi.format(tube=name, when=at and f" lúc {at}", box=box),
        said.en.format(tube=name, when=at and f" at {at}", box=box),
    )
    signal = _SIGNS.get(refused.reason, "refused")
    return Shown("refused", signal, filled, refused.reason.value, refused.tube)


def _grouped(text: str) -> str:
    try:
        return tube(text).grouped
    except TubeError:
        return text


def _box(text: str) -> str:
    return BoxId(text).grouped if text else ""
