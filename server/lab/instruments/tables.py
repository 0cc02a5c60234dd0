"""Tables of results among everything else that an export holds: facts, sections, footers.  Pure.

The same walk reads QuantStudio's sections, Design & Analysis sheets, CFX, LightCycler and plain
CSV: a heading row begins a table, `[Another section]` ends it, `Key = value` is a fact of the run.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from server.lab.instruments.columns import Columns, Respell, heading, heads_another, setup_heading
from server.lab.instruments.facts import COUNTS, FACT_OF, FOLDERS, RANK, ends, fact
from server.lab.instruments.readings import Item, Notice, Reading, RunFacts, Unread
from server.lab.instruments.reasons import Why
from server.lab.instruments.rows import Odd, RowReader, hold_above, wide_readers
from server.lab.instruments.tube_codes import tube_in
from server.lab.instruments.values import fold, well_of

_RESULTS, _SETUP = ("result", "ketqua"), "samplesetup"
_NO_VALUE = {"", "na"}
_NARROW = 4  # columns
_DIGITS = re.compile(r"[0-9]{6}")
_LONGEST_FACT, _SHOWN_WELLS = 120, 12
_ENDED_AFTER = (
    Why.OMITTED, Why.BAD_CT, Why.EMPTY_WELL, Why.NOTHING_READ, Why.NO_SAMPLE, Why.SHORT_ROW,
)  # fmt: skip
Calls = dict[tuple[str, str, str], str]  # (well, target, tube of ours or '') -> call


@dataclass(slots=True)
class Walk:
    """How tables are read, and what was seen while they were."""

    empty_is_none: bool = False
    calls: Calls = field(default_factory=dict)
    expected: set[str] = field(default_factory=set)  # wells that were set up
    respell: Respell | None = None  # other ways to read a doubtful heading
    hear: Callable[[Sequence[str]], None] | None = None  # is told each row outside of tables
    facts: dict[str, str] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)  # how good a fact's name was
    plate_columns: int = 12
    declared: int | None = None
    rows: int = 0
    tables: int = 0
    cells: int = 0  # of the last row that was read
    columns: Columns | None = None
    reader: RowReader | None = None
    # What a remark in mid-table ended: it goes on if rows of it come again.
    broken: RowReader | None = None
    broken_wide: list[tuple[str, RowReader]] = field(default_factory=list)
    wide: list[tuple[str, RowReader]] = field(default_factory=list)
    setup: Columns | None = None
    section: str = ""
    above: Sequence[str] = ()  # the row before, outside of tables
    seen: set[str] = field(default_factory=set)
    last: Reading | None = None  # of the row before

    def joined(self, item: Reading) -> Reading:
        """Add the call that another sheet gives, and remember the well."""
        self.seen.add(item.well)
        if self.calls and not item.call:
            place = item.well, fold(item.target)
            by_well = self.calls.get((*place, ""), "")
            item.call = self.calls.get((*place, tube_in(item.sample)), by_well)
        return item

    def unread(self, number: int, cells: list[str], item: Item) -> Iterator[Item]:
        """A row of the table gave no reading: it is refused, blank, or not of the table at all."""
        if not any(map(str.strip, cells)):
            return
        over = isinstance(item, Unread) and item.reason in _ENDED_AFTER and self._ends(cells)
        if over or heads_another(cells, self.columns, self.respell):
            self.reader, self.broken = None, self.reader
            yield from self.outside(number, cells)
            return
        self.rows += 1
        if isinstance(item, Unread):
            self.seen.add(item.well)
            hold_above(item, self.last)
        yield item

    def outside(self, number: int, cells: list[str]) -> Iterator[Item]:
        """A row that is of no table of results: a section, a fact, a heading, a set-up sample."""
        if self.hear is not None:
            self.hear(cells)
        # No row behind another heading is of a table above it.
        if heads_another(cells, self.columns, self.respell):
            self.wide, self.broken, self.broken_wide = [], None, []
        first = fold(cells[0]) if cells and cells[0].strip().startswith("[") else ""
        if first:
            self.section, self.setup, self.wide = first, None, []
            self.broken, self.broken_wide = None, []
        elif self._goes_on(number, cells):
            yield from self._again(number, cells)
        elif self.wide and not self._ends(cells):
            yield from self._wide(number, cells)
        elif self.section and not self.section.startswith(_RESULTS):
            self._expect(cells)
        else:
            self.wide, self.broken_wide = [], self.wide or self.broken_wide
            self._begin(cells)
        self.above = cells

    def _goes_on(self, number: int, cells: list[str]) -> bool:
        """Return whether a row is of the table that ended above it: it says something, read so."""
        reader = self.broken or (self.broken_wide[0][1] if self.broken_wide else None)
        if reader is None or heading(cells, self.above) is not None:
            return False
        item = reader.one(number, cells)
        if not isinstance(item, Unread):
            return isinstance(item, Reading)
        return well_of(item.well) is not None or bool(tube_in(item.sample))

    def _again(self, number: int, cells: list[str]) -> Iterator[Item]:
        if self.broken is None:
            self.wide, self.broken_wide = self.broken_wide, []
            yield from self._wide(number, cells)
            return
        self.reader, self.broken = self.broken, None
        item = self.reader.one(number, cells)
        if isinstance(item, Reading):
            self.rows += 1
            yield self.joined(item)
        else:
            yield from self.unread(number, cells, item)

    def _begin(self, cells: list[str]) -> None:
        columns = self._heading(cells)
        if columns is None:
            if self.setup is not None or (self.tables == 0 and setup_heading(cells)):
                self._expect(cells)
            else:
                self.note(cells)
            return
        self.tables, self.columns, self.setup = self.tables + 1, columns, None
        self.broken, self.broken_wide = None, []
        if columns.wide:
            self.wide = wide_readers(columns, self.plate_columns)
        else:
            self.reader = RowReader(
                columns, plate_columns=self.plate_columns, empty_is_none=self.empty_is_none
            )

    def _heading(self, cells: Sequence[str]) -> Columns | None:
        columns = heading(cells, self.above)
        if columns is not None or self.respell is None:
            return columns
        spelled = [list(self.respell(cell)) for cell in cells]
        others = (heading(list(each)) for each in zip(*spelled, strict=False))
        return next((each for each in others if each is not None), None)

    def _ends(self, cells: list[str]) -> bool:
        """Return whether a row ends the table.  `Slope  -3.3` below a table of many columns is a
        fact; two cells that may be a well or a tube are a row that was cut."""
        columns = self.columns
        if len(cells) == 2 and columns and columns.width > _NARROW and 0 not in columns.marks:
            key, value = (cell.strip() for cell in cells)
            if key[:1].isalpha() and value and not (well_of(key) or _DIGITS.search(key + value)):
                return True
        return ends(cells)

    def _wide(self, number: int, cells: list[str]) -> Iterator[Item]:
        """A row with a Ct column for each target gives an item for each."""
        if not any(map(str.strip, cells)):
            return
        self.cells = len(cells)
        for target, reader in self.wide:
            item = reader.one(number, cells)
            if isinstance(item, (Reading, Unread)):
                item.target = target
                self.seen.add(item.well)
            self.rows += 1
            yield item

    def _expect(self, cells: list[str]) -> None:
        """In a table of what was put where, remember the wells that hold a sample."""
        if self.setup is None:
            self.setup = (
                setup_heading(cells) if not self.section or self.section == _SETUP else None
            )
            return
        well, sample = self.setup.at["well"], self.setup.at["sample"]
        if len(cells) > max(well, sample) and cells[sample].strip():
            place = well_of(cells[well], self.plate_columns)
            if place:
                self.expected.add(place)

    def note(self, cells: Sequence[str]) -> None:
        """Keep a fact of the run: `* Key = value`, `Key: value`, or key and value in two cells."""
        key, value = fact(cells)
        plain = fold(key)
        if plain == "blocktype" and "384" in value:
            self.plate_columns = 24
        if plain in COUNTS and value.isdigit():
            self.declared = int(value)
        name = FACT_OF.get(plain)
        if name and fold(value) not in _NO_VALUE and RANK[plain] < self.ranks.get(name, 99):
            self.ranks[name] = RANK[plain]
            plain_value = FOLDERS.sub("", value) if "file" in plain else value
            self.facts[name] = plain_value[:_LONGEST_FACT]

    def end(self) -> Iterator[Item]:
        """Yield the run's facts, and what is missing."""
        yield RunFacts(**self.facts)
        missing = sorted(self.expected - self.seen, key=lambda well: (well[0], int(well[1:])))
        if self.tables == 0:
            yield Notice(Why.NO_RESULTS)
        elif missing:
            more = " …" if len(missing) > _SHOWN_WELLS else ""
            yield Notice(Why.CUT_WELLS, ", ".join(missing[:_SHOWN_WELLS]) + more)
        if self.declared is not None and self.declared != self.rows:
            yield Notice(Why.COUNT_DIFFERS, f"{self.rows} / {self.declared}")


def read(rows: Iterable[tuple[int, list[str]]], walk: Walk) -> Iterator[Item]:
    """Yield the items of every table of results in *rows*, then the run's facts and notices."""
    left = iter(rows)
    for number, cells in left:
        yield from walk.outside(number, cells)
        while walk.reader is not None:
            watched = bool(walk.calls or walk.expected)
            if (yield from _table(walk.reader, left, walk, watched=watched)):
                break
    yield from walk.end()


def _table(
    reader: RowReader, rows: Iterator[tuple[int, list[str]]], walk: Walk, *, watched: bool
) -> Generator[Item, None, bool]:
    """Yield the items of one table; return whether *rows* end in it."""
    plain, last = 0, walk.last
    found: Reading | Odd | None = None
    for found in reader.many(rows):
        if isinstance(found, Reading):
            plain += 1
            last = found
            yield walk.joined(found) if watched else found
        elif isinstance(found[2], Reading) and not heads_another(found[1], walk.columns):
            plain += 1
            last = found[2]
            yield walk.joined(found[2]) if watched else found[2]
        else:
            walk.last = last
            yield from walk.unread(*found)
            if walk.reader is not reader:
                walk.rows += plain
                return False
    walk.rows += plain
    walk.cells = len(found[1]) if isinstance(found, tuple) else reader.width
    return True
