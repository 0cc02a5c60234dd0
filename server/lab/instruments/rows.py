"""One row of a table of results becomes one item.  Pure, and the hot path of every import.

Most of a row (well, target, task) was said by rows before it, so it is worked out once; what is
left is sample, Ct and call.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeVar

from server.lab.instruments.columns import Columns
from server.lab.instruments.readings import Item, Reading, Role, Unread
from server.lab.instruments.reasons import Why
from server.lab.instruments.values import ct_of, fold, is_yes, role_by_name, role_of, well_of

Cells = Sequence[str]
RowReader = Callable[[int, list[str]], Item]
Ct = tuple[str, bool]
K = TypeVar("K")
V = TypeVar("V")
LONGEST = 200
REMEMBERED = 20_000
_SEEN = 120
_AROUND = ("well", "target", "role", "omit", "include", "dye", "flags", "amp")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a row says beside sample, Ct and call."""

    well: str
    target: str
    flags: str
    role: Role
    left_out: bool
    plain: bool  # a sample that counts


def row_reader(
    columns: Columns, *, plate_columns: int = 12, empty_is_none: bool = False
) -> RowReader:
    """Return what reads the rows below a heading.  A row is changed by being read.

    *empty_is_none*: this format leaves the Ct empty where the curve did not rise.
    """
    spoken = itemgetter(*(columns.at.get(name, -1) for name in ("sample", "ct", "call")))
    there = [name for name in _AROUND if name in columns.at]
    around = itemgetter(*(columns.at[name] for name in there), -1, -1)
    least, most = columns.last + 1, columns.width
    settings: dict[tuple[str, ...], Setting] = {}
    cts: dict[str, Ct | None] = {}

    def read(number: int, cells: list[str]) -> Item:
        if len(cells) != most and (odd := _odd(number, cells, least, most)) is not None:
            return odd
        cells.append("")  # what a missing column picks
        sample, raw, call = spoken(cells)
        key = around(cells)
        try:
            setting, ct = settings[key], cts[raw]
        except KeyError:
            setting = _remember(settings, key, _setting(there, key, plate_columns))
            ct = _remember(cts, raw, ct_of(raw))
        if ct and setting.plain and (ct[0] or ct[1]) and sample.isalnum() and sample[0].isdigit():
            return Reading(
                number, setting.well, sample, setting.target, ct[0], ct[1], call, setting.flags
            )
        return _careful(number, (sample, raw, call), ct, setting, empty_is_none=empty_is_none)

    return read


def _remember(known: dict[K, V], key: K, value: V) -> V:
    if len(known) >= REMEMBERED:
        known.clear()
    known[key] = value
    return value


def _setting(there: Sequence[str], key: tuple[str, ...], plate_columns: int) -> Setting:
    said = dict(zip(there, key, strict=False))
    spot, target, task, omit, include, dye, flags, amp = (said.get(name, "") for name in _AROUND)
    role = (role_of(task) if task else None) or Role.SAMPLE
    left_out = bool(omit or include) and _left_out(omit, include)
    named = (target or dye).strip()
    return Setting(
        (well_of(spot, plate_columns) or spot[:8]) if spot else "",
        named,
        _flags(flags, amp),
        role,
        left_out,
        plain=role is Role.SAMPLE and not left_out and len(named) <= LONGEST,
    )


def _careful(
    number: int,
    spoken: tuple[str, str, str],
    ct: Ct | None,
    setting: Setting,
    *,
    empty_is_none: bool,
) -> Item:
    """Read a row that is not a plain sample with a plain code and a value."""
    sample, raw, call = (each.strip() for each in spoken)
    role, well, target = setting.role, setting.well, setting.target
    if role is Role.SAMPLE:
        role = role_by_name(sample) or role
    if setting.left_out:
        return Unread(number, Why.OMITTED, well, sample, target, raw)
    if ct is None:
        return Unread(number, Why.BAD_CT, well, sample, target, raw[:_SEEN])
    why = _unfit(role, sample, target, call, ct, empty_is_none=empty_is_none)
    if why is not None:
        return Unread(number, why, well, sample, target, (raw or call)[:_SEEN])
    if max(len(sample), len(target), len(call)) > LONGEST:
        return Unread(number, Why.TOO_LONG, well, sample[:_SEEN], target[:_SEEN], raw)
    undetermined = ct[1] or (empty_is_none and not ct[0])
    return Reading(number, well, sample, target, ct[0], undetermined, call, setting.flags, role)


def _unfit(
    role: Role, sample: str, target: str, call: str, ct: Ct, *, empty_is_none: bool
) -> Why | None:
    """Return why a row gives no reading, if it does not."""
    if role is Role.STANDARD:
        return Why.STANDARD
    nothing = not (ct[0] or ct[1] or call or empty_is_none)
    if role is Role.SAMPLE and not sample:
        bare = nothing or not (ct[0] or target)
        return Why.EMPTY_WELL if bare else Why.NO_SAMPLE
    return Why.NOTHING_READ if nothing else None


def _odd(number: int, cells: list[str], least: int, most: int) -> Item | None:
    """Fill up a row that ends early; a row that is too long has a comma that parted a value."""
    if any(cell.strip() for cell in cells[most:]):
        return Unread(number, Why.SHORT_ROW, seen=" | ".join(cells)[:_SEEN])
    del cells[most:]
    cells.extend([""] * (least - len(cells)))
    return None


def _left_out(omit: str, include: str) -> bool:
    return is_yes(omit) if omit else not is_yes(include)


def _flags(flags: str, amp: str) -> str:
    said = [each for each in (amp if fold(amp) not in {"", "amp"} else "", flags) if each.strip()]
    return "; ".join(said)[:LONGEST]


def wide_readers(columns: Columns, plate_columns: int) -> list[tuple[str, RowReader]]:
    """Return a reader for each Ct column that names its target, all over the same rows."""
    return [
        (
            target,
            row_reader(
                Columns({**columns.at, "ct": index}, columns.width), plate_columns=plate_columns
            ),
        )
        for target, index in columns.wide
    ]
