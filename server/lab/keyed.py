"""What a person's calls of whole wells come to, where no machine's file came.  Pure.

A keyed run has one reading a well that is the call itself, and the Ct that were typed with it.  Its
controls hold where each was called what it must be and no typed Ct says otherwise; a call that its
own Ct contradict is not suggested, so that nobody verifies it with many.
"""

from collections.abc import Iterable

from server.lab.assay import Assay
from server.lab.interpret import Controls, Reason, Suggestion, missing_controls, wrong_target
from server.lab.measured import Measured, Role, Well, rose
from server.lab.words import Call

SOURCE = "keyed"  # of a run
CALL = "(call)"  # the target of a reading that is the call of the whole well


def controls(wells: Iterable[Well], assay: Assay) -> Controls:
    """Say whether the keyed controls hold: all that the assay asks for, each called as it must."""
    held = [well for well in wells if well.role is not Role.SAMPLE]
    reasons = [*missing_controls(held, assay)]
    for well in held:
        reasons += _wrong(well, assay)
    return Controls(not reasons, tuple(reasons))


def _wrong(well: Well, assay: Assay) -> list[Reason]:
    said = " ".join(each.ct for each in well.readings if each.target == CALL)
    if said != (Call.POSITIVE if well.role is Role.POSITIVE else Call.NEGATIVE):
        return [Reason("control-keyed", well.place, said)]
    reasons = []
    for target in assay.targets:
        typed = [each.ct for each in well.readings if assay.target(each.target) is target]
        code = wrong_target(typed, well.role, assay) if typed else ""
        reasons += [Reason(code, f"{well.place} {target.name}", " ".join(typed))] if code else []
    return reasons


def suggestion(readings: Iterable[Measured], assay: Assay) -> Suggestion:
    """Return the call that was keyed; a negative with a Ct of its own is in doubt."""
    every = list(readings)
    said = [Call(each.ct) for each in every if each.target == CALL]
    risen = tuple(
        Reason("detected", each.target, each.ct)
        for each in every
        if assay.target(each.target) in assay.targets and rose(each.ct)
    )
    if len(set(said)) != 1:
        return Suggestion(Call.INVALID, (Reason("missing"),))
    if said[0] is Call.NEGATIVE and risen:
        return Suggestion(Call.INCONCLUSIVE, risen)
    return Suggestion(said[0], (Reason("keyed"),))


def typed(readings: Iterable[Measured]) -> tuple[Measured, ...]:
    """Return the Ct among *readings*, without the call."""
    return tuple(each for each in readings if each.target != CALL)
