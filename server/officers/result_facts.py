"""What a laboratory said of a tube, told: entered, verified, released, corrected, withdrawn.

Reads only.  A correction branches off and shows both versions; each result opens the file and the
rows that it came from, where a machine wrote them.
"""

from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.lab import queries as lab
from server.lab.models import OrderedTest, Result, ResultDispute
from server.lab.run_models import Run
from server.lab.words import CALLS, KINDS, Call, Kind
from server.local_forms import written
from server.officers.evidence import file_of
from server.officers.tale import Branch, Fact, Tone, who
from server.place_names import near_name
from server.states import shown

Words = tuple[str, str]
ORDERS = {
    "retest": ("Yêu cầu làm lại", "Retest ordered"),
    "rerun": ("Yêu cầu chạy lại", "Rerun ordered"),
}
ENDS = {
    True: ("Đã chọn một kết quả", "One result was chosen"),
    False: ("Các nơi không còn khác nhau", "They do not differ any more"),
}


def result_facts(session: Session, tube: Tube) -> Iterator[Fact]:
    """Yield every fact about the results of *tube*."""
    results = lab.results_of(session, tube)
    known = {result.id: result for result in results}
    for result in results:
        yield from _steps(session, result, known)
    yield from _orders(session, tube)
    yield from _disputes(session, tube)


def _steps(session: Session, result: Result, known: Mapping[UUID, Result]) -> Iterator[Fact]:
    call = CALLS[Call(result.call)]
    yield _entered(session, result, known)
    if result.verified_at:
        yield Fact(result.verified_at, "verified", f"Duyệt kết quả {call[0]}",
                   f"Verified {call[1]}", who(result.verified_by))  # fmt: skip
    if result.released_at:
        yield Fact(result.released_at, "released", f"Phát hành kết quả {call[0]}",
                   f"Released {call[1]}", who(result.released_by))  # fmt: skip
    if result.withdrawn_at:
        yield Fact(result.withdrawn_at, "withdrawn", f"Rút lại kết quả {call[0]}",
                   f"Withdrew {call[1]}", who(result.withdrawn_by),
                   result.withdrawal_reason or "", Tone.PROBLEM)  # fmt: skip


def _entered(session: Session, result: Result, known: Mapping[UUID, Result]) -> Fact:
    said, old = _said(result), known.get(result.corrects) if result.corrects else None
    file = file_of(session, result)
    opens = f"/evidence/files/{file}/{result.tube}" if file else ""
    evidence = " · ".join(
        filter(None, [_run(session, result), result.correction_reason or result.note])
    )
    if old is None:
        vi, en = f"Nhập kết quả {said[0]}", f"Entered {said[1]}"
        branch, tone = None, Tone.PLAIN
    else:
        kind = KINDS[Kind(result.kind)]
        vi, en = (
            f"Sửa kết quả thành {said[0]} ({kind[0].lower()})",
            f"Corrected to {said[1]} ({kind[1].lower()})",
        )
        branch, tone = Branch(_said(old), said), Tone.CORRECTION
    return Fact(
        result.entered_at, "entered", vi, en, who(result.entered_by), evidence, tone,
        opens=opens, branch=branch, mark=f"result-{result.id}",
    )  # fmt: skip


def _said(result: Result) -> Words:
    call = CALLS[Call(result.call)]
    ends = []
    for language in ("vi", "en"):
        found = [(each.target, _ct(each.ct, language)) for each in result.readings if each.ct]
        cts = ", ".join(f"Ct {target} {ct}" for target, ct in found)
        ends.append(f" ({cts})" if cts else "")
    return f"{call[0]}{ends[0]}", f"{call[1]}{ends[1]}"


def _ct(text: str, language: str) -> str:
    none = "không lên" if language == "vi" else "none"
    return none if text == "Undetermined" else written(text, language)


def _run(session: Session, result: Result) -> str:
    """Return where the result was read: laboratory, machine, plate, well, controls."""
    run = session.get(Run, result.run_id) if result.run_id else None
    if run is None:
        return near_name(result.lab)
    held = shown(f"controls-{run.controls}")
    return (
        f"{near_name(result.lab)} · {run.instrument} · {run.plate} · {result.well}"
        f" · chứng {held.vi} / controls {held.en}"
    )


def _orders(session: Session, tube: Tube) -> Iterator[Fact]:
    for order in session.scalars(select(OrderedTest).where(OrderedTest.tube == tube)):
        vi, en = ORDERS[order.kind]
        yield Fact(order.at, "ordered", vi, en, who(order.by), order.reason, Tone.ASIDE)
        if order.cancelled_at:
            vi, en = "Bỏ yêu cầu làm lại", "The order was taken back"
            by, why = who(order.cancelled_by), order.cancel_reason or ""
            yield Fact(order.cancelled_at, "decided", vi, en, by, why, Tone.ASIDE)


def _disputes(session: Session, tube: Tube) -> Iterator[Fact]:
    for dispute in session.scalars(select(ResultDispute).where(ResultDispute.tube == tube)):
        yield Fact(dispute.opened_at, "conflict", "Các nơi cho kết quả khác nhau",
                   "Laboratories differ", tone=Tone.PROBLEM)  # fmt: skip
        if dispute.closed_at:
            vi, en = ENDS[dispute.kept is not None]
            by, why = who(dispute.closed_by), dispute.reason or ""
            yield Fact(dispute.closed_at, "decided", vi, en, by, why)
