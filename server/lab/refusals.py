"""How the laboratory says no: what happened, and what to do next."""

from datetime import datetime

from contract.tubes import Tube
from server.errors import DomainError, NotFound
from server.lab.lifecycle import State
from server.lab.models import Reception
from server.lab.words import REJECTIONS, Rejection
from server.local_forms import VIETNAM, short_day
from server.sampling.lot_models import TubeVoid


class UnknownTube(DomainError):
    code = "unknown-tube"


class TubeVoided(DomainError):
    code = "tube-void"


class AlreadyReceived(DomainError):
    code = "already-received"


class TubeRejected(DomainError):
    code = "tube-rejected"


class TubeHasResult(DomainError):
    code = "tube-has-result"


class NoOrder(DomainError):
    code = "no-order"


class NotRejected(DomainError):
    code = "not-rejected"


class ControlTube(DomainError):
    code = "control-tube"


class OwnWork(DomainError):
    code = "own-work"


class StaleResult(DomainError):
    code = "stale-result"


class NoArrival(NotFound):
    code = "no-arrival"
    field = "tube"


class SeveralArrivals(DomainError):
    code = "several-arrivals"
    field = "tube"


class ReleasedByIt(DomainError):
    code = "released-by-arrival"
    field = "tube"


class ArrivalTakenBack(DomainError):
    code = "arrival-taken-back"
    field = "tube"


class TubeKept(DomainError):
    code = "tube-in-storage"
    field = "tube"


class StaleScreen(DomainError):
    code = "stale-screen"


class NotClean(DomainError):
    code = "not-clean"


STATES = {
    State.ENTERED: ("chưa có người duyệt", "nobody has verified it"),
    State.VERIFIED: ("đã được duyệt", "it is verified already"),
    State.RELEASED: ("đã phát hành", "it is released already"),
    State.ORDERED: ("đang chờ làm lại xét nghiệm", "it is to be tested again first"),
    State.CORRECTED: ("đã có kết quả khác thay", "another result corrects it"),
    State.WITHDRAWN: ("đã bị rút lại", "it was withdrawn"),
}


def unknown_tube(tube: Tube) -> DomainError:
    return UnknownTube(
        f"Ống {tube.grouped} không thuộc lô nào đã đăng ký. Để riêng ống này và báo quản trị viên.",
        f"Tube {tube.grouped} is of no registered lot. Put it aside and tell the administrator.",
    )


def void_tube(tube: Tube, void: TubeVoid) -> DomainError:
    at_vi, at_en = _said(void.at)
    return TubeVoided(
        f"Ống {tube.grouped} đã bị hủy lúc {at_vi}: {void.reason}. Để riêng ống này và báo quản trị"
        " viên.",
        f"Tube {tube.grouped} was made void at {at_en}: {void.reason}. Put it aside and tell the"
        " administrator.",
    )


def _said(at: datetime) -> tuple[str, str]:
    """Return a time of these days in both languages."""
    there = at.astimezone(VIETNAM)
    vi, en = (f"{there:%H:%M} {short_day(there.date(), each)}" for each in ("vi", "en"))
    return vi, en


def already_received(known: Reception) -> DomainError:
    (at_vi, at_en), tube = _said(known.at), known.tube.grouped
    if known.accepted:
        return AlreadyReceived(
            f"Ống {tube} đã nhận lúc {at_vi}, hộp {known.box}. Kiểm tra lại ống nằm ở hộp nào.",
            f"Tube {tube} was received at {at_en}, box {known.box}. Check which box it is in.",
        )
    vi, en = REJECTIONS[Rejection(known.reason)]
    return TubeRejected(
        f"Ống {tube} đã bị loại lúc {at_vi} ({vi.lower()}); người của ống được gọi lấy mẫu lại.",
        f"Tube {tube} was rejected at {at_en} ({en.lower()}); its people are called for a new"
        " sample.",
    )


def tube_has_result(tube: Tube, *, rejecting: bool) -> DomainError:
    if rejecting:
        return TubeHasResult(
            f"Ống {tube.grouped} đã có kết quả nên không loại được. Sửa kết quả thành “Không đạt”.",
            f"Tube {tube.grouped} has a result: it cannot be rejected. Correct that to “Invalid”.",
        )
    return TubeHasResult(
        f"Ống {tube.grouped} đã có kết quả. Nếu kết quả đó sai, mở nó ra và sửa.",
        f"Tube {tube.grouped} has a result. If that one is wrong, open and correct it.",
    )


def control_tube(tube: Tube) -> DomainError:
    return ControlTube(
        f"{tube.grouped} là ống chứng, không phải mẫu của người. Không nhập kết quả ở đây.",
        f"{tube.grouped} is a control, nobody's sample. Its result is not entered here.",
    )


def own_work(tube: Tube) -> DomainError:
    return OwnWork(
        f"Bạn đã nhập kết quả của ống {tube.grouped}. Việc này phải do người khác làm.",
        f"You entered the result of tube {tube.grouped}. Somebody else must do this.",
    )


def stale_result(tube: Tube, state: State) -> DomainError:
    vi, en = STATES[state]
    return StaleResult(
        f"Kết quả của ống {tube.grouped}: {vi}. Tải lại trang để xem tình trạng mới.",
        f"The result of tube {tube.grouped}: {en}. Open the page again to see how it stands.",
    )


def no_order(tube: Tube) -> DomainError:
    return NoOrder(
        f"Ống {tube.grouped} không có yêu cầu làm lại nào để hủy.",
        f"Tube {tube.grouped} has no order to be tested again that could be taken back.",
    )


def not_rejected(tube: Tube) -> DomainError:
    return NotRejected(
        f"Ống {tube.grouped} không bị loại, nên không có gì để bỏ.",
        f"Tube {tube.grouped} is not rejected: there is nothing to take back.",
    )


def stale_screen(tube: Tube) -> DomainError:
    return StaleScreen(
        f"Ống {tube.grouped} đã thay đổi sau khi trang này mở. Chưa ghi gì. Xem lại rồi làm lại.",
        f"Tube {tube.grouped} changed since this page was opened. Nothing was done. Look again.",
    )


def not_clean(tube: Tube) -> DomainError:
    return NotClean(
        f"Ống {tube.grouped} không phải âm tính rõ ràng: duyệt riêng ống này. Chưa duyệt ống nào.",
        f"Tube {tube.grouped} is no plain negative: verify it by itself. Nothing was verified.",
    )


def no_arrival(tube: Tube) -> DomainError:
    return NoArrival(
        f"Nơi bạn phụ trách không ghi nhận ống {tube.grouped}: không có gì để rút.",
        f"No laboratory of yours noted an arrival of tube {tube.grouped}: there is none to take"
        " back.",
    )


def several_arrivals(tube: Tube) -> DomainError:
    return SeveralArrivals(
        f"Ống {tube.grouped} được ghi nhận ở nhiều phòng xét nghiệm. Mở trang của ống, chọn lần"
        " nhận.",
        f"Several laboratories noted tube {tube.grouped}. Open the tube's page and choose which.",
    )


def released_by_it(tube: Tube) -> DomainError:
    return ReleasedByIt(
        f"Kết quả ống {tube.grouped} đã phát hành dựa trên lần nhận này. Thu hồi kết quả trước.",
        f"A result of tube {tube.grouped} was released that rests on this arrival. Recall it"
        " first.",
    )


def found_before(tube: Tube, at: datetime) -> DomainError:
    at_vi, at_en = _said(at)
    return ArrivalTakenBack(
        f"Lúc {at_vi} lần nhận ống {tube.grouped} bị rút vì nhầm: đĩa, lượt chạy hoặc tệp này có từ"
        " trước, nên là của ống khác. Xét nghiệm lại ống này từ đầu.",
        f"The arrival of tube {tube.grouped} was taken back at {at_en}: this plate, run or file is"
        " from before that, so it is of another tube. Test this tube anew.",
    )


def not_here(tube: Tube, at: datetime) -> DomainError:
    at_vi, at_en = _said(at)
    return ArrivalTakenBack(
        f"Lúc {at_vi} lần nhận ống {tube.grouped} ở đây bị rút vì nhầm. Nếu ống ở đây: quét nhận"
        " trước, rồi nhập kết quả.",
        f"The arrival of tube {tube.grouped} was taken back here at {at_en}. If the tube is here,"
        " scan it at the reception first, then enter its result.",
    )


def tube_kept(tube: Tube, where: str) -> DomainError:
    return TubeKept(
        f"Ống {tube.grouped} đang cất ở {where}. Lấy ra trước (trang Lưu mẫu), nếu có ống đó.",
        f"Tube {tube.grouped} is kept at {where}. Take it out first (Storage), if it is there.",
    )
