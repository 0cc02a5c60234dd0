"""What the readings of a tube suggest, and whether the controls of a run hold.  Pure and total.

Every reading gives a suggestion; what is missing, unreadable or out of every rule is invalid and
never negative.  A person confirms each call.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from server.lab.assay import Assay, Control, Internal, Rule, Target, spelt
from server.lab.measured import Measured, Role, UnreadableCt, Well, ct_value
from server.lab.words import Call


class Rise(StrEnum):
    """What one target of one tube did."""

    DETECTED = "detected"
    DOUBTFUL = "doubtful"
    SILENT = "silent"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    DIFFERING = "differing"  # replicates do not agree


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact behind a call or a verdict: its code, and what it is about (a target, a well)."""

    code: str
    about: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    call: Call
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Controls:
    """Whether a run's controls hold; the reasons say what does not."""

    passed: bool
    reasons: tuple[Reason, ...] = ()


def interpret(readings: Iterable[Measured], assay: Assay) -> Suggestion:
    """Suggest a call for one tube; readings of targets that the assay does not know are ignored."""
    known = tuple(readings)
    rises = {target.name: _rise(known, target) for target in assay.targets}
    reasons = tuple(Reason(rise, name, _seen(known, name, assay)) for name, rise in rises.items())
    if assay.internal:
        word = "internal-rose" if _internal_rose(known, assay.internal) else "internal-silent"
        seen = _seen(known, assay.internal.name, assay)
        reasons = (*reasons, Reason(word, assay.internal.name, seen))
    return Suggestion(_call(known, rises, assay), reasons)


def _call(known: tuple[Measured, ...], rises: dict[str, Rise], assay: Assay) -> Call:
    if {Rise.UNREADABLE, Rise.MISSING} & set(rises.values()):
        return Call.INVALID
    internal = assay.internal is None or _internal_rose(known, assay.internal)
    rule = next((each for each in assay.rules if _fits(each, rises, internal=internal)), None)
    call = rule.call if rule else Call.INVALID
    if call is Call.NEGATIVE and set(rises.values()) != {Rise.SILENT}:
        return Call.INCONCLUSIVE
    return call


def _fits(rule: Rule, rises: dict[str, Rise], *, internal: bool) -> bool:
    detected = {spelt(name) for name, rise in rises.items() if rise is Rise.DETECTED}
    doubtful = sum(rise in {Rise.DOUBTFUL, Rise.DIFFERING} for rise in rises.values())
    return (
        len(detected) >= rule.detected
        and doubtful >= rule.doubtful
        and {spelt(name) for name in rule.targets} <= detected
        and (internal or not rule.internal)
    )


def _rise(readings: tuple[Measured, ...], target: Target) -> Rise:
    """Say what the replicates of *target* did together."""
    each = {_rise_of(reading.ct, target) for reading in _of(readings, target)}
    if not each:
        return Rise.MISSING
    if Rise.UNREADABLE in each:
        return Rise.UNREADABLE
    return each.pop() if len(each) == 1 else Rise.DIFFERING


def _rise_of(text: str, target: Target) -> Rise:
    try:
        value = ct_value(text)
    except UnreadableCt:
        return Rise.UNREADABLE
    if value is None or value > max(target.detected_to, target.doubtful_to):
        return Rise.SILENT
    return Rise.DETECTED if value <= target.detected_to else Rise.DOUBTFUL


def _internal_rose(readings: tuple[Measured, ...], internal: Internal) -> bool:
    values = [_number(reading.ct) for reading in _of(readings, internal)]
    return bool(values) and all(
        value is not None and value <= internal.valid_to for value in values
    )


def _of(readings: Iterable[Measured], target: Target | Internal) -> Iterator[Measured]:
    names = {spelt(name) for name in (target.name, *target.aliases)}
    return (reading for reading in readings if spelt(reading.target) in names)


def _seen(readings: tuple[Measured, ...], name: str, assay: Assay) -> str:
    target = assay.target(name)
    return " ".join(each.ct for each in _of(readings, target) if each.ct) if target else ""


def _number(text: str) -> float | None:
    try:
        return ct_value(text)
    except UnreadableCt:
        return None


def controls(wells: Iterable[Well], assay: Assay) -> Controls:
    """Say whether the controls among *wells* hold: all that the assay asks for, each as it must."""
    held = sorted((well for well in wells if well.role is not Role.SAMPLE), key=lambda w: w.place)
    missing = missing_controls(held, assay)
    asked = {control.role: control for control in assay.controls}
    wrong = [
        reason
        for well in held
        for reason in _wrong(well, asked.get(well.role) or Control(well.role), assay)
    ]
    reasons = (*missing, *wrong)
    return Controls(not reasons, reasons)


def missing_controls(held: Iterable[Well], assay: Assay) -> tuple[Reason, ...]:
    """Return the controls that the assay asks for and none of the wells *held* is."""
    there = {well.role for well in held}
    return tuple(Reason(f"no-{c.role}", "") for c in assay.controls if c.role not in there)


def wrong_target(found: list[str], role: Role, assay: Assay) -> str:
    """Return the code of what is wrong with the Ct of one target of a control, '' if nothing."""
    asked = {control.role: control for control in assay.controls}
    return _wrong_target(found, asked.get(role) or Control(role))


def _wrong(well: Well, control: Control, assay: Assay) -> Iterator[Reason]:
    for target in assay.targets:
        found = [reading.ct for reading in _of(well.readings, target)]
        code = _wrong_target(found, control)
        if code:
            yield Reason(code, f"{well.place} {target.name}", " ".join(found))
    if control.internal and assay.internal and not _internal_rose(well.readings, assay.internal):
        yield Reason("control-internal", well.place)


def _wrong_target(found: list[str], control: Control) -> str:
    if not found:
        return "control-unmeasured"
    try:
        values = [ct_value(text) for text in found]
    except UnreadableCt:
        return "control-unreadable"
    if control.role is not Role.POSITIVE:
        return "" if set(values) == {None} else "control-rose"
    if None in values:
        return "control-silent"
    inside = all(control.lowest <= value <= control.highest for value in values if value)
    return "" if inside else "control-outside"
