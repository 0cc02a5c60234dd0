"""What HL7's OBX and ASTM's R records have in common: one observed value of one target.  Pure.

Not every number is a Ct: one with a unit of something else is left aside.  A call and a Ct that
come in two records for one target are one reading.  A word is the machine's call, whatever kind of
field it stands in, but for the few that say of a curve that it did not rise (`values.no_rise`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

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
    several: bool = False  # the field holds more than one value

    @property
    def shown(self) -> str:
        return (self.text or self.number)[:120]


def name_of(target: str) -> tuple[str, bool]:
    """Return a target's name without `Ct` in it, and whether it had that."""
    found = _CT_NAME.match(target.strip())
    name = ((found[1] or found[2] or "") if found else "").strip(" _-.([")
    return (name, True) if name else (target.strip(), False)


def samples_named(candidates: Iterable[tuple[str, str]]) -> list[str]:
    """Return the sample that (field, value) pairs name, the best field first.

    A tube of ours comes before anything else.  Several are returned where it is not plain which is
    meant: two tubes of ours in fields of a specimen or order, or one field with two values.  Only
    the fields of a patient (P…) may hold another number that looks like a tube's.
    """
    written: dict[str, str] = {}
    named: list[tuple[str, str, bool]] = []
    for field, value in candidates:
        if shown := value.strip():
            code = code_of(shown)
            text = code.text if isinstance(code, Code) else shown
            written.setdefault(text, shown)
            named.append((field, text, isinstance(code, Code) and code.ours))
    if not named:
        return []
    best, first, _ = next((each for each in named if each[2]), named[0])
    rivals = (
        text for field, text, ours in named if field == best or (ours and not field.startswith("P"))
    )
    return [written[text] for text in dict.fromkeys([first, *rivals])]


def items(
    samples: Sequence[str], role: Role, observed: Iterable[Observed], *, broken: bool = False
) -> Iterator[Item]:
    """Yield an item for each record of one specimen; a call and a Ct of a target are joined.

    Of a specimen that is named as several tubes, or beside which the message is *broken*, nothing
    is read: each record says so, and holds back what else is read of those tubes.
    """
    if len(samples) > 1:
        for each, sample in zip(observed, cycle(samples), strict=False):
            yield Unread(each.row, Why.SEVERAL_TUBES, "", sample, each.target, each.shown)
        return
    joined = _joined(samples[0] if samples else "", role, observed)
    yield from (_broken(item) for item in joined) if broken else joined


def _broken(item: Item) -> Item:
    if not isinstance(item, Reading):
        return item
    shown = item.ct or item.call
    return Unread(item.row, Why.BROKEN_OFF, "", item.sample, item.target, shown)


def _joined(sample: str, role: Role, observed: Iterable[Observed]) -> Iterator[Item]:
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
    together = [*found.values(), *(_beside_its_call(item, found) for item in rest)]
    yield from sorted(together, key=lambda item: getattr(item, "row", 0))


def _beside_its_call(item: Item, found: Mapping[str, Reading]) -> Item:
    """Return *item*; a Ct that was left empty is nothing missing where its target's call came."""
    if isinstance(item, Unread) and item.reason == Why.NOTHING_READ:
        known = found.get(fold(name_of(item.target)[0]))
        if known is not None and known.call:
            item.reason = Why.OTHER_RECORD
    return item


def _item(sample: str, role: Role, seen: Observed) -> Reading | Unread:
    shown = seen.shown
    target, is_ct = name_of(seen.target)
    is_ct = is_ct or bool(seen.kind) or seen.unit.strip().casefold() in _CT_UNITS
    why = _unfit(sample, role, seen, is_ct=is_ct)
    if why is not None:
        return Unread(seen.row, why, "", sample, seen.target, shown)
    number = seen.number or (seen.text if _NUMERIC.fullmatch(seen.text) else "")
    if not _DIGIT.search(number):
        words = [each for each in (seen.text, number) if each]
        call = next((each for each in words if not no_rise(each)), "")
        silent = any(map(no_rise, words))
        return Reading(seen.row, "", sample, target, "", silent, call[:120], seen.flags, role)
    if not is_ct:
        return Unread(
            seen.row, Why.OTHER_RECORD, "", sample, seen.target, f"{number} {seen.unit}"[:120]
        )
    ct = ct_of(number)
    if ct is None:
        return Unread(seen.row, Why.BAD_CT, "", sample, seen.target, shown)
    call = seen.text if number != seen.text else ""
    return Reading(seen.row, "", sample, target, ct[0], ct[1], call[:120], seen.flags, role)


def _unfit(sample: str, role: Role, seen: Observed, *, is_ct: bool) -> Why | None:
    """Return why a record gives no reading, whatever its value may be."""
    empty = seen.shown in {"", '""'}  # HL7 writes "" for a value that there is none of
    return next(
        (
            why
            for why, is_so in (
                (Why.OTHER_RECORD, seen.other or (empty and not sample)),
                (Why.PRELIMINARY, not seen.final),
                (Why.STANDARD, role is Role.STANDARD),
                (Why.NOTHING_READ, empty),
                (Why.NO_SAMPLE, not sample and role is Role.SAMPLE),
                (Why.SEVERAL_VALUES, seen.several and is_ct),
            )
            if is_so
        ),
        None,
    )


def _join(known: Reading, new: Reading) -> bool:
    """Put *new* into *known* where one has the call and the other the Ct."""
    both_looked = (known.ct or known.undetermined) and (new.ct or new.undetermined)
    if both_looked or (known.call and new.call):
        return False
    known.call = known.call or new.call
    known.ct, known.undetermined = known.ct or new.ct, known.undetermined or new.undetermined
    known.flags = known.flags or new.flags
    return True
