"""One row of a table of results becomes one item.  Pure, and the hot path of every import.

Most of a row (well, target, task) was said by rows before it, so it is worked out once; what is
left is sample, Ct and call.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeVar

from server.lab.instruments.columns import Columns
from server.lab.instruments.readings import Item, Reading, Role, Unread
from server.lab.instruments.reasons import Why
from server.lab.instruments.tube_codes import tube_in
from server.lab.instruments.values import ct_of, fold, is_yes, role_by_name, role_of, well_of

Cells = Sequence[str]
Row = tuple[int, list[str]]
Odd = tuple[int, list[str], Item]
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


class RowReader:
    """Reads the rows below a heading: `one` row, or `many` until nobody asks for more.

    *empty_is_none*: this format leaves the Ct empty where the curve did not rise.
    """

    def __init__(
        self, columns: Columns, *, plate_columns: int = 12, empty_is_none: bool = False
    ) -> None:
        places = [columns.at.get(name, -1) for name in ("sample", "ct", "call")]
        self._there = [name for name in _AROUND if name in columns.at]
        # A missing column picks '' from behind the row.
        self._padded = -1 in places or len(self._there) < 2
        pads = (-1, -1) if self._padded else ()
        self._spoken = itemgetter(*places)
        self._around = itemgetter(*(columns.at[name] for name in self._there), *pads)
        self._least, self.width = columns.last + 1, columns.width
        self._plate_columns, self._empty_is_none = plate_columns, empty_is_none
        self._settings: dict[tuple[str, ...], Setting] = {}
        self._plain: dict[tuple[str, ...], tuple[str, str, str]] = {}  # how plain settings read
        self._values: dict[str, Ct] = {}  # each Ct that says something

    def one(self, number: int, row: Cells) -> Item:
        cells = list(row)
        if len(cells) != self.width and any(cell.strip() for cell in cells[self.width :]):
            return self._too_long(number, cells)
        del cells[self.width :]
        cells.extend([""] * (self._least - len(cells)))  # a row that ends early
        cells.append("")
        sample, raw, call = self._spoken(cells)
        key, ct = self._around(cells), ct_of(raw)
        setting = self._settings.get(key)
        if setting is None:
            made = _setting(self._there, key, self._plate_columns)
            setting = _remember(self._settings, key, made)
        if ct and setting.plain and (ct[0] or ct[1]):
            _remember(self._plain, key, (setting.well, setting.target, setting.flags))
            _remember(self._values, raw, ct)
        spoken = (sample, raw, call)
        return _careful(number, spoken, ct, setting, empty_is_none=self._empty_is_none)

    def _too_long(self, number: int, cells: list[str]) -> Unread:
        """A comma parted a value, nobody knows which: of whose tube it is holds that back."""
        sample = next(filter(tube_in, cells), self._spoken([*cells, ""])[0]).strip()[:_SEEN]
        return Unread(number, Why.SHORT_ROW, "", sample, seen=" | ".join(cells)[:_SEEN])

    def many(self, rows: Iterator[Row]) -> Iterator[Reading | Odd]:
        """Yield a reading of each plain row; of any other, the row with what `one` makes of it."""
        width, padded = self.width, self._padded
        spoken, around = self._spoken, self._around
        plain, values = self._plain.get, self._values.get
        for number, row in rows:
            if len(row) == width:
                cells = [*row, ""] if padded else row
                sample, raw, call = spoken(cells)
                setting, ct = plain(around(cells)), values(raw)
                if setting and ct and len(sample) == 12 and sample.isdigit() and len(call) < 99:
                    well, target, flags = setting
                    yield Reading(number, well, sample, target, ct[0], ct[1], call, flags)
                    continue
            yield number, row, self.one(number, row)


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
        plain=role is Role.SAMPLE and not left_out and len(named) <= LONGEST and "\n" not in named,
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
    empty_is_none = empty_is_none and not raw  # and `N/A` is not empty
    role, well, target = setting.role, setting.well, setting.target
    if role is Role.SAMPLE:
        role = role_by_name(sample) or role
    if any("\n" in each for each in (sample, raw, call, target)):  # a stray quote joined two rows
        return Unread(number, Why.SHORT_ROW, well, sample[:_SEEN], target[:_SEEN], raw[:_SEEN])
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


def hold_above(item: Unread, above: Reading | None) -> None:
    """Let a row that names neither tube nor another well hold back the tube of the row *above*.

    In a sheet with merged cells it is of that tube.
    """
    if item.reason == Why.NO_SAMPLE and above is not None and item.well in {"", above.well}:
        item.sample = above.sample


def _left_out(omit: str, include: str) -> bool:
    return is_yes(omit) if omit else not is_yes(include)


def _flags(flags: str, amp: str) -> str:
    said = [each for each in (amp if fold(amp) not in {"", "amp"} else "", flags) if each.strip()]
    return "; ".join(said)[:LONGEST]


def wide_readers(columns: Columns, plate_columns: int) -> list[tuple[str, RowReader]]:
    """Return a reader for each Ct column that names its target, all over the same rows."""
    kind = RefusingReader if columns.unclear else RowReader
    return [
        (
            target,
            kind(Columns({**columns.at, "ct": index}, columns.width), plate_columns=plate_columns),
        )
        for target, index in columns.wide
    ]


class RefusingReader(RowReader):
    """Reads rows of which nobody can say which Ct is of which target: each is refused."""

    def one(self, number: int, row: Cells) -> Item:
        item = super().one(number, row)
        if isinstance(item, Unread) and item.reason not in {Why.BAD_CT, Why.NOTHING_READ}:
            return item
        if not isinstance(item, (Reading, Unread)):
            return item
        seen = " | ".join(row)[:_SEEN]
        return Unread(number, Why.NO_TARGET, item.well, item.sample, seen=seen)
