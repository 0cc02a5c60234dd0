"""How the laboratory says no to what is asked of a machine's run."""

from contract.tubes import Tube
from server.errors import DomainError
from server.lab.lifecycle import Refusal, RunState
from server.lab.refusals import OwnWork
from server.lab.run_models import Run

STATES = {
    RunState.ENTERED: ("chứng chưa có người duyệt", "nobody has verified its controls"),
    RunState.VERIFIED: ("chứng đã được duyệt", "its controls are verified already"),
    RunState.WITHDRAWN: ("đã bị rút lại", "it was withdrawn"),
}


class NoteNeeded(DomainError):
    code = "note-needed"
    status = 422


class StaleRun(DomainError):
    code = "stale-run"


class ControlsFailed(DomainError):
    code = "controls-failed"


class RunNotVerified(DomainError):
    code = "run-not-verified"


def refused(run: Run, why: Refusal, state: RunState) -> DomainError:
    if why is Refusal.CONTROLS_FAILED:
        return ControlsFailed(
            f"Lượt chạy {run.plate}: chứng không đạt. Rút lại cả lượt rồi chạy lại các ống.",
            f"Run {run.plate}: its controls failed. Withdraw the run and run its tubes again.",
        )
    if why is Refusal.OWN_WORK:
        return OwnWork(
            f"Bạn đã nhập lượt chạy {run.plate}. Chứng phải do người khác duyệt.",
            f"You entered run {run.plate}. Somebody else must verify its controls.",
        )
    vi, en = STATES[state]
    return StaleRun(
        f"Lượt chạy {run.plate}: {vi}. Tải lại trang để xem tình trạng mới.",
        f"Run {run.plate}: {en}. Open the page again to see how it stands.",
    )


def stale(run: Run) -> DomainError:
    return StaleRun(
        f"Lượt chạy {run.plate} đã thay đổi sau khi trang này mở. Chưa ghi gì. Xem lại trang.",
        f"Run {run.plate} changed since this page was opened. Nothing was done. Look again.",
    )


def not_verified(tube: Tube, run: Run) -> DomainError:
    return RunNotVerified(
        f"Ống {tube.grouped} thuộc lượt chạy {run.plate}: chứng chưa có người thứ hai duyệt.",
        f"Tube {tube.grouped} is of run {run.plate}: nobody has verified its controls yet.",
    )


def note_needed(tube: Tube) -> DomainError:
    return NoteNeeded(
        f"Kết quả ống {tube.grouped} khác với gợi ý: hãy ghi vì sao.",
        f"The call of tube {tube.grouped} is not the suggested one: note why.",
    )
