"""What people do with boxes: fill, pack, hand over, take, count, explain.

The caller owns the transaction.  A giver cannot be the taker of the same hand-over: two people
stand there, and each says how many.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.errors import DomainError
from server.lab import refusals
from server.lab.boxes import open_boxes, queries
from server.lab.boxes.custody import Custody, Kind, State
from server.lab.boxes.models import BoxStep
from server.lab.words import Rejection
from server.sampling import queries as sampling

MOST = 1000  # tubes in a box; more is a slip of the finger


class BoxClosed(DomainError):
    code = "box-closed"


class TubeInBox(DomainError):
    code = "tube-in-box"


class NotInBox(DomainError):
    code = "not-in-box"


class BoxNotPacked(DomainError):
    code = "box-not-packed"


class BoxCounted(DomainError):
    code = "box-counted"


class SameHands(DomainError):
    code = "same-hands"


class NoDifference(DomainError):
    code = "no-difference"


def put_in(session: Session, box: str, tube: Tube, *, by: str, now: datetime) -> BoxStep | None:
    """Note that *tube* was scanned into *box*; None if it is there already."""
    custody = queries.custody_of(session, box)
    if tube in custody.tubes:
        return None
    _check_open(box, custody)
    if sampling.lot_of(session, tube) is None and not sampling.pairings_of(session, tube):
        raise refusals.unknown_tube(tube)
    other = queries.box_of(session, tube)
    if other is not None and tube not in queries.custody_of(session, other).received:
        raise TubeInBox(
            f"Ống {tube.grouped} đã quét vào hộp {other}. Lấy ra khỏi hộp đó trước.",
            f"Tube {tube.grouped} was scanned into box {other}. Take it out of there first.",
        )
    return _note(session, box, Kind.PUT_IN, tube=tube, by=by, now=now)


def take_out(session: Session, box: str, tube: Tube, *, by: str, now: datetime) -> BoxStep:
    custody = queries.custody_of(session, box)
    _check_open(box, custody)
    if tube not in custody.tubes:
        raise NotInBox(
            f"Ống {tube.grouped} không có trong hộp {box}.",
            f"Tube {tube.grouped} is not in box {box}.",
        )
    return _note(session, box, Kind.TAKEN_OUT, tube=tube, by=by, now=now)


def pack(session: Session, box: str, *, team: str, count: int, by: str, now: datetime) -> BoxStep:
    """Close *box* at the table with the count of the one who packs it."""
    custody = queries.custody_of(session, box)
    _check_open(box, custody)
    return _note(session, box, Kind.PACKED, count=count, team=team, by=by, now=now)


def pack_scanned(
    session: Session, box: str, tubes: Iterable[Tube], *, team: str, count: int, by: str,
    now: datetime,
) -> BoxStep:  # fmt: skip
    """Note a box that a station filled and closed: its tubes as scanned there, and its count.

    Tubes are taken as the station says: it has no one to ask, and a difference shows here.
    """
    custody = queries.custody_of(session, box)
    _check_open(box, custody)
    for tube in dict.fromkeys(tubes):
        if tube not in custody.tubes:
            _note(session, box, Kind.PUT_IN, tube=tube, by=by, now=now)
    return _note(session, box, Kind.PACKED, count=count, team=team, by=by, now=now)


def give(session: Session, box: str, *, count: int, by: str, now: datetime) -> BoxStep:
    """Confirm the giver's side of a hand-over."""
    custody = queries.custody_of(session, box)
    _check_under_way(box, custody)
    _check_other_hands(custody, Kind.GIVEN, by)
    return _note(session, box, Kind.GIVEN, count=count, by=by, now=now)


def take(session: Session, box: str, *, count: int, by: str, now: datetime) -> BoxStep:
    """Confirm the taker's side of a hand-over.  Raises SameHands for the giver."""
    custody = queries.custody_of(session, box)
    _check_under_way(box, custody)
    _check_other_hands(custody, Kind.TAKEN, by)
    return _note(session, box, Kind.TAKEN, count=count, by=by, now=now)


def reject_unreadable(
    session: Session, box: str, reason: Rejection, *, by: str, now: datetime
) -> BoxStep:
    """Note a tube in *box* whose code nobody can read: counted, rejected, and found by exclusion.

    Whose it is shows when the box is counted: it is one of the tubes that are missing then.
    """
    custody = queries.custody_of(session, box)
    if custody.counted:
        raise _counted(box)
    return _note(session, box, Kind.UNREADABLE, reason=reason.value, by=by, now=now)


def count(session: Session, box: str, *, counted: int, by: str, now: datetime) -> BoxStep:
    """Say that the laboratory is through with *box*; who counts it took it over as well."""
    custody = queries.custody_of(session, box)
    if custody.counted:
        raise _counted(box)
    last = custody.hand_overs[-1] if custody.hand_overs else None
    if last and last.given and last.taken is None and last.given.by != by:
        _note(session, box, Kind.TAKEN, count=counted, by=by, now=now)
    return _note(session, box, Kind.COUNTED, count=counted, by=by, now=now)


def own(session: Session, box: str, *, by: str, now: datetime) -> BoxStep:
    """Take the differences of *box* upon oneself."""
    _check_differs(session, box)
    return _note(session, box, Kind.OWNED, by=by, now=now)


def explain(session: Session, box: str, *, reason: str, by: str, now: datetime) -> BoxStep:
    """Say what the differences of *box* were; they leave the desk and stay in the story."""
    _check_differs(session, box)
    return _note(session, box, Kind.EXPLAINED, reason=reason, by=by, now=now)


def _check_open(box: str, custody: Custody) -> None:
    if custody.state is not State.OPEN:
        raise BoxClosed(
            f"Hộp {box} đã đóng. Lấy hộp khác cho ống này.",
            f"Box {box} is closed. Take another box for this tube.",
        )


def _check_under_way(box: str, custody: Custody) -> None:
    if custody.counted:
        raise _counted(box)
    if custody.state is State.OPEN:
        raise BoxNotPacked(
            f"Hộp {box} chưa đóng. Đội lấy mẫu đóng hộp và ghi số ống trước khi giao.",
            f"Box {box} is not packed. The team closes it with its count before it is handed over.",
        )


def _counted(box: str) -> BoxCounted:
    return BoxCounted(
        f"Phòng xét nghiệm đã nhận xong hộp {box}. Nếu sai, giải trình ở mục chênh lệch.",
        f"The laboratory is through with box {box}. If that is wrong, explain the difference.",
    )


def _check_other_hands(custody: Custody, side: Kind, by: str) -> None:
    last = custody.hand_overs[-1] if custody.hand_overs else None
    if last is None or last.whole:
        return
    other = last.taken if side is Kind.GIVEN else last.given
    if other is not None and other.by == by:
        raise SameHands(
            "Bạn đã xác nhận bên kia của lần giao này. Người còn lại tự đăng nhập và xác nhận.",
            "You confirmed the other side of this hand-over. The other person logs in for theirs.",
        )


def _check_differs(session: Session, box: str) -> None:
    if not queries.custody_of(session, box).differences:
        raise NoDifference(
            f"Hộp {box} không còn chênh lệch. Tải lại trang.",
            f"Box {box} has no open difference. Open the page again.",
        )


def _note(
    session: Session, box: str, kind: Kind, *, by: str, now: datetime, tube: Tube | None = None,
    count: int | None = None, team: str = "", reason: str = "",
) -> BoxStep:  # fmt: skip
    known = queries.steps_of(session, box)
    step = BoxStep(
        id=uuid4(), box=box, number=(known[-1].number if known else 0) + 1, kind=kind.value,
        tube=tube, count=count, team=team, reason=reason, at=now, by=by,
    )  # fmt: skip
    session.add(step)
    session.flush()
    if any(each.kind == Kind.COUNTED.value for each in (*known, step)):
        open_boxes.review(session, box, now=now)
    elif not known:
        open_boxes.begun(session, box, now=now)
    detail = str(tube) if tube else "" if count is None else f"{count} tubes"
    audit.record(session, f"box.{kind.value}", box, by=by, now=now, detail=detail)
    return step
