"""The gate of release: no result leaves for a tube that is not paired and received.  Pure."""

from uuid import UUID

from contract.tubes import Tube
from server.errors import DomainError
from server.outcomes.known import Resulted, standing_results
from server.outcomes.merge import Facts, Problem, late_pairings, live_pairings, merge

HOLDS = {
    Problem.CONTESTED: ("có hai người nhận ống, chờ quyết định", "two claims wait to be decided"),
    Problem.HELD: (
        "có nghi vấn (lệch ống, một người hai lần, danh tính), chờ người xem",
        "a doubt waits for a person (a slip, somebody twice, an identity)",
    ),
    Problem.CONTROL_PAIRED: ("là ống chứng", "it is a control"),
    Problem.UNPAIRED: ("chưa ghép với người nào", "it is paired with nobody"),
    Problem.NOT_RECEIVED: ("phòng xét nghiệm chưa nhận ống", "the laboratory did not receive it"),
    Problem.OTHER_LABORATORY: (
        "do phòng xét nghiệm khác nơi đã nhận ống nhập",
        "another laboratory than received the tube gave it",
    ),
    Problem.FOUND_BEFORE: (
        "được tìm ra trước khi ống đến phòng xét nghiệm này: có thể là của ống khác",
        "it was found before the tube came to this laboratory: it may be of another tube",
    ),
    Problem.ARRIVAL_TAKEN_BACK: (
        "phòng xét nghiệm đã rút lần nhận ống mà kết quả này dựa vào: kết quả là của ống khác",
        "its laboratory took back the arrival that it rests on: it is of another tube",
    ),
    Problem.REJECTED_AND_TESTED: ("ống đã bị loại", "it was rejected"),
    Problem.PAIRED_LATE: (
        "chỉ được ghép sau khi phòng xét nghiệm đã nhận ống hoặc đã có kết quả",
        "it was paired only when the laboratory had it, or a result of it, already",
    ),
    Problem.NO_RESULT: ("kết quả đã bị rút lại", "its result was taken back"),
}
TO_DO = {
    Problem.OTHER_LABORATORY: (
        "Nếu ống được chuyển đến đây: nhận ống ở trang Nhận mẫu, đánh dấu Ống chuyển đến. Nếu nhầm"
        " ống: thu hồi kết quả này. Cán bộ y tế cũng có thể cho qua ở trang của ống.",
        "Where the tube came here: receive it, with the mark that it came from another laboratory."
        " Where it was another tube: recall this result. A health officer can also let it go, on"
        " the tube's page.",
    ),
    Problem.FOUND_BEFORE: (
        "Nếu ống ở đây trước khi được quét nhận: người không nhập kết quả xác nhận ở trang Phát"
        " hành, ghi lý do. Nếu nhầm ống: thu hồi kết quả rồi xét nghiệm ống vừa đến.",
        "Where the tube lay here before it was scanned: somebody who did not enter this result says"
        " so on the page of release, with the reason. Where it was another tube: recall this result"
        " and test the tube that came.",
    ),
    Problem.ARRIVAL_TAKEN_BACK: (
        "Thu hồi kết quả này; ống đến thì xét nghiệm lại.",
        "Recall this result; once the tube comes it is tested anew.",
    ),
}


class ResultHeld(DomainError):
    code = "result-held"


def hold(facts: Facts, result: UUID | None = None) -> Problem | None:
    """Return what keeps *result* of a tube, or any of it, from being released, if anything does."""
    if not (live_pairings(facts) or facts.open_conflicts):  # whatever else is doubted
        return Problem.UNPAIRED
    problems = merge(facts).problems
    if late_pairings(facts) != live_pairings(facts):  # somebody was given this very tube
        problems -= {Problem.PAIRED_LATE}
    if not standing_results(facts.results):  # of a rejected tube, this is no problem elsewhere
        problems |= {Problem.NO_RESULT}
    for each in facts.results:
        if each.id == result and each.elsewhere:
            problems |= {_why_odd(each)}
    return next((problem for problem in HOLDS if problem in problems), None)


def _why_odd(result: Resulted) -> Problem:
    if result.taken_back:
        return Problem.ARRIVAL_TAKEN_BACK
    return Problem.FOUND_BEFORE if result.before else Problem.OTHER_LABORATORY


def check(tube: Tube, facts: Facts, result: UUID | None = None) -> None:
    """Raise ResultHeld if *result* of *tube* may not leave now."""
    problem = hold(facts, result)
    if problem is None:
        return
    (vi, en), (do, do_en) = HOLDS[problem], TO_DO.get(problem, ("", ""))
    raise ResultHeld(
        f"Chưa phát hành được kết quả ống {tube.grouped}: {vi}. Chưa kết quả nào được phát hành; "
        f"bỏ chọn ống này rồi làm lại. {do}".rstrip(),
        f"The result of tube {tube.grouped} is held: {en}. Nothing was released; "
        f"leave this tube out and repeat. {do_en}".rstrip(),
    )
