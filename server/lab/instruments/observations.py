"""What HL7's OBX and ASTM's R records have in common: one observed value of one target.  Pure.

Not every number is a Ct: one with a unit of something else is left aside.  A call and a Ct that
come in two records for one target are one reading.  A word is the machine's call, whatever kind of
field it stands in, but for the few that say of a curve that it did not rise (`values.no_rise`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from server.lab.instruments.readings import Item, Reading, Role, Unread
from server.lab.instruments.reasons import Why
from server.lab.instruments.tube_codes import Code, code_of
from server.lab.instruments.values import ct_of, fold, no_rise, role_by_name

_CT_UNITS = {"", "ct", "{ct}", "cq", "cp", "cycle", "cycles", "{cycle}", "{cycles}", "1", "chu kỳ"}
_CT_NAME = re.compile(
    r"^(.*?)[\s_(\[.-]*\b(?:ct|cq|cp|crt)(?:\s*value)?[)\]]?\s*$|^(?:ct|cq|cp|crt)[\s_.-]+(.+)$",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"[0-9]", re.ASCII)
_NUMERIC = re.compile(r"\s*[-+<>]?\s*[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Observed:
    """One record as it came: `kind` is 'ct' where the machine says that it is one."""

    row: int
    target: str
    text: str  # the value in words
    number: str  # the value in digits
    unit: str = ""
    kind: str = ""
    flags: str = ""
    final: bool = True
    other: bool = False  # a picture, a curve, an end point: nothing that we read


def name_of(target: str) -> tuple[str, bool]:
    """Return a target's name without `Ct` in it, and whether it had that."""
    found = _CT_NAME.match(target.strip())
    name = ((found[1] or found[2] or "") if found else "").strip(" _-.([")
    return (name, True) if name else (target.strip(), False)


def best_sample(candidates: Iterable[str]) -> str:
    """Return the first candidate that is a tube of ours, else the first that is anything."""
    filled = [each.strip() for each in candidates if each.strip()]
    codes = ((each, code_of(each)) for each in filled)
    ours = (each for each, code in codes if isinstance(code, Code) and code.ours)
    return next(ours, filled[0] if filled else "")


def items(sample: str, role: Role, observed: Iterable[Observed]) -> Iterator[Item]:
    """Yield an item for each record of one specimen; a call and a Ct of a target are joined."""
    found: dict[str, Reading] = {}
    rest: list[Item] = []
    role = role_by_name(sample) or role
    for each in observed:
        item = _item(sample, role, each)
        known = found.get(fold(item.target)) if isinstance(item, Reading) else None
        if known is None and isinstance(item, Reading):
            found[fold(item.target)] = item
        elif known is not None and isinstance(item, Reading) and _join(known, item):
            rest.append(Unread(item.row, Why.JOINED, "", sample, item.target, item.ct or item.call))
        else:
            rest.append(item)
    together = [*found.values(), *rest]
    yield from sorted(together, key=lambda item: getattr(item, "row", 0))


def _item(sample: str, role: Role, seen: Observed) -> Reading | Unread:
    shown = (seen.text or seen.number)[:120]
    target, is_ct = name_of(seen.target)
    if seen.other or shown in {"", '""'}:  # HL7 writes "" for a value that there is none of
        return Unread(seen.row, Why.OTHER_RECORD, "", sample, seen.target, shown)
    if not seen.final:
        return Unread(seen.row, Why.PRELIMINARY, "", sample, seen.target, shown)
    if role is Role.STANDARD:
        return Unread(seen.row, Why.STANDARD, "", sample, seen.target, shown)
    if not sample and role is Role.SAMPLE:
        return Unread(seen.row, Why.NO_SAMPLE, "", sample, seen.target, shown)
    number = seen.number or (seen.text if _NUMERIC.fullmatch(seen.text) else "")
    if not _DIGIT.search(number):
        words = [each for each in (seen.text, number) if each]
        call = next((each for each in words if not no_rise(each)), "")
        silent = any(map(no_rise, words))
        return Reading(seen.row, "", sample, target, "", silent, call[:120], seen.flags, role)
    if seen.unit.strip().casefold() not in _CT_UNITS and not (is_ct or seen.kind):
        return Unread(
            seen.row, Why.OTHER_RECORD, "", sample, seen.target, f"{number} {seen.unit}"[:120]
        )
    ct = ct_of(number)
    if ct is None:
        return Unread(seen.row, Why.BAD_CT, "", sample, seen.target, shown)
    call = seen.text if number != seen.text else ""
    return Reading(seen.row, "", sample, target, ct[0], ct[1], call[:120], seen.flags, role)


def _join(known: Reading, new: Reading) -> bool:
    """Put *new* into *known* where one has the call and the other the Ct."""
    both_looked = (known.ct or known.undetermined) and (new.ct or new.undetermined)
    if both_looked or (known.call and new.call):
        return False
    known.call = known.call or new.call
    known.ct, known.undetermined = known.ct or new.ct, known.undetermined or new.undetermined
    known.flags = known.flags or new.flags
    return True
