"""How plates say no: what happened, and what to do next."""

from contract.tubes import Tube
from server.errors import BadInput, DomainError, NotFound


class PlateLocked(DomainError):
    code = "plate-locked"


class PlateFull(DomainError):
    code = "plate-full"


class PlateOpen(DomainError):
    code = "plate-open"


class PlateInUse(DomainError):
    code = "plate-in-use"


class TubeOnPlate(DomainError):
    code = "tube-on-plate"


class WellTaken(DomainError):
    code = "well-taken"


class TubeNotReceived(DomainError):
    code = "tube-not-received"


class ControlsNotKeyed(DomainError):
    code = "controls-not-keyed"
    status = 422


class KeyedRunFailed(DomainError):
    code = "keyed-run-failed"


def controls_not_keyed(wells: str) -> DomainError:
    return ControlsNotKeyed(
        f"Giếng {wells} là chứng: ghi kết quả của chứng trước. Chưa lưu gì.",
        f"Well {wells} holds a control: key what it showed first. Nothing is saved.",
    )


def run_failed(plate_id: str) -> DomainError:
    return KeyedRunFailed(
        f"Chứng của đĩa {plate_id} không đạt. Rút lại lượt chạy của đĩa, rồi chạy lại.",
        f"The controls of plate {plate_id} failed. Withdraw the plate's run, then run it again.",
    )


def no_plate(plate_id: str) -> DomainError:
    return NotFound(f"Không có đĩa {plate_id}.", f"There is no plate {plate_id}.")


def no_well(text: str) -> DomainError:
    return BadInput(f"Đĩa này không có giếng {text[:8]}.", f"This plate has no well {text[:8]}.")


def locked(plate_id: str) -> DomainError:
    return PlateLocked(
        f"Đĩa {plate_id} đã khóa: sơ đồ đã xuất cho máy. Mở khóa trước khi sửa.",
        f"Plate {plate_id} is locked: its layout went to the machine. Unlock it to change it.",
    )


def not_locked(plate_id: str) -> DomainError:
    return PlateOpen(
        f"Đĩa {plate_id} chưa khóa. Khóa sơ đồ rồi mới nhập kết quả.",
        f"Plate {plate_id} is not locked. Lock its layout before results are entered.",
    )


def in_use(plate_id: str) -> DomainError:
    return PlateInUse(
        f"Đĩa {plate_id} đã có kết quả, không mở khóa được. Sửa từng kết quả nếu sai.",
        f"Plate {plate_id} has results and stays locked. Correct the results that are wrong.",
    )


def empty(plate_id: str) -> DomainError:
    return PlateInUse(
        f"Đĩa {plate_id} chưa có ống nào. Quét ống vào trước khi khóa.",
        f"Plate {plate_id} holds no tube. Scan tubes into it before it is locked.",
    )


def full(plate_id: str) -> DomainError:
    return PlateFull(
        f"Đĩa {plate_id} đã đầy. Khóa đĩa này và lập đĩa mới.",
        f"Plate {plate_id} is full. Lock it and begin another.",
    )


def on_this_plate(tube: Tube, well: str) -> DomainError:
    return TubeOnPlate(
        f"Ống {tube.grouped} đã ở giếng {well} của đĩa này. Kiểm tra ống vừa hút.",
        f"Tube {tube.grouped} stands in well {well} of this plate. Check what was pipetted.",
    )


def on_other_plate(tube: Tube, plate_id: str) -> DomainError:
    return TubeOnPlate(
        f"Ống {tube.grouped} đang ở đĩa {plate_id} chưa khóa. Lấy ra khỏi đĩa đó trước.",
        f"Tube {tube.grouped} is on plate {plate_id}, not locked yet. Remove it there first.",
    )


def taken(well: str) -> DomainError:
    return WellTaken(
        f"Giếng {well} đã có mẫu hoặc chứng. Chọn giếng khác.",
        f"Well {well} holds a tube or a control. Choose another.",
    )


def not_received(tube: Tube) -> DomainError:
    return TubeNotReceived(
        f"Ống {tube.grouped} chưa được nhận. Quét ở trang nhận mẫu trước.",
        f"Tube {tube.grouped} was not received. Scan it at the reception first.",
    )


def nothing_waits(well: str) -> DomainError:
    return WellTaken(
        f"Giếng {well} không chờ kết quả: trống, là chứng, hoặc đã có kết quả.",
        f"Well {well} waits for no result: it is empty, a control, or has one.",
    )
