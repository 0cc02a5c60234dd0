"""One row of a table of results becomes one item.  Pure, and the hot path of every import."""

from collections.abc import Callable, Sequence
from operator import itemgetter

from server.lab.instruments.columns import Columns
from server.lab.instruments.readings import Item, Reading, Role, Unread
from server.lab.instruments.reasons import Why
from server.lab.instruments.values import ct_of, fold, is_yes, role_by_name, role_of, well_of

Cells = Sequence[str]
RowReader = Callable[[int, list[str]], Item]
LONGEST = 200
_SEEN = 120


def row_reader(
    columns: Columns, *, plate_columns: int = 12, empty_is_none: bool = False
) -> RowReader:
    """Return what reads the rows below a heading.  A row is changed by being read.

    *empty_is_none*: this format leaves the Ct empty where the curve did not rise.
    """
    at = columns.at
    names = ("well", "sample", "target", "ct", "call", "role", "omit", "include", "dye", "flags")
    pick = itemgetter(*(at.get(name, -1) for name in (*names, "amp")))
    least, most = columns.last + 1, columns.width

    def read(number: int, cells: list[str]) -> Item:
        if len(cells) != most and (odd := _odd(number, cells, least, most)) is not None:
            return odd
        cells.append("")  # what a missing column picks
        spot, name, target, raw, call, task, omit, include, dye, flags, amp = pick(cells)
        well = (well_of(spot, plate_columns) or spot[:8]) if spot else ""
        sample = name.strip()
        role = _role(task, sample)
        if (omit or include) and _left_out(omit, include):
            return Unread(number, Why.OMITTED, well, sample, target, raw)
        ct = ct_of(raw)
        if ct is None:
            return Unread(number, Why.BAD_CT, well, sample, target, raw[:_SEEN])
        if not (sample and role is Role.SAMPLE and (ct[0] or ct[1] or call)):
            why = _unfit(role, sample, target, call, ct, empty_is_none=empty_is_none)
            if why is not None:
                return Unread(number, why, well, sample, target, (raw or call)[:_SEEN])
        if max(len(sample), len(target), len(call)) > LONGEST:
            return Unread(number, Why.TOO_LONG, well, sample[:_SEEN], target[:_SEEN], raw)
        return Reading(
            number, well, sample, (target or dye).strip(), ct[0],
            ct[1] or (empty_is_none and not ct[0]), call.strip(), _flags(flags, amp), role,
        )  # fmt: skip

    return read


def _unfit(
    role: Role, sample: str, target: str, call: str, ct: tuple[str, bool], *, empty_is_none: bool
) -> Why | None:
    """Return why a row that is not a plain sample with a value gives no reading, if it does not."""
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


def _role(task: str, sample: str) -> Role:
    role = (role_of(task) if task else None) or Role.SAMPLE
    if role is Role.SAMPLE and sample and not sample[:1].isdigit():
        return role_by_name(sample) or role
    return role


def _flags(flags: str, amp: str) -> str:
    if not flags and not amp:
        return ""
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
