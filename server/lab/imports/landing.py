"""Where rows become results: the one place that knows how the laboratory takes a finding.

The rows of a tube are taken together.  A call is what the machine says in words; where it says
none, and no assay was chosen that says what follows from the Ct, there is no call and no result.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.errors import DomainError
from server.lab import services
from server.lab.imports.models import ImportFile, ImportRow
from server.lab.instruments.reasons import Why
from server.lab.instruments.values import fold
from server.lab.measured import Measured
from server.lab.services import Finding
from server.lab.words import Call

CALLS = {
    Call.NEGATIVE: "negative neg amtinh am khongphathien notdetected absence absent n nd",
    Call.POSITIVE: "positive pos duongtinh duong phathien detected presence present p",
    Call.INCONCLUSIVE: "inconclusive nghingo indeterminate equivocal borderline",
    Call.INVALID: "invalid khongdat khonghople error noresult fail failed",
}
_CALL_OF = {word: call for call, words in CALLS.items() for word in words.split()}
_WHY = {
    "unknown-tube": Why.UNKNOWN_TUBE,
    "tube-void": Why.VOID_TUBE,
    "already-received": Why.REJECTED_TUBE,
    "tube-rejected": Why.REJECTED_TUBE,
    "tube-has-result": Why.HAS_RESULT,
    "control-tube": Why.CONTROL_KIND,
}


def said_call(rows: Sequence[ImportRow]) -> Call | None:
    """Return the call that every row of a tube says in words, None if they do not agree on one."""
    calls = {_CALL_OF.get(fold(row.call)) for row in rows if row.call.strip()}
    return calls.pop() if len(calls) == 1 else None


def enter(
    session: Session, file: ImportFile, tube: Tube, rows: Sequence[ImportRow], *, now: datetime
) -> Why | None:
    """Enter what *rows* say of *tube*; return why that cannot be, None if it was done."""
    call = said_call(rows)
    if call is None:
        return Why.NO_CALL
    try:
        services.enter_result(
            session, tube, _finding(call, rows), by=file.confirmed_by or "", now=now
        )
    except DomainError as refused:
        if refused.code not in _WHY:
            raise
        return _WHY[refused.code]
    return None


def _finding(call: Call, rows: Sequence[ImportRow]) -> Finding:
    return Finding(call, tuple(Measured(row.target[:40], row.ct[:24]) for row in rows if row.ct))
