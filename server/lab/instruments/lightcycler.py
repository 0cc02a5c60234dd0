"""Roche LightCycler 480 text export: `Experiment: … Selected Filter: …`, then Include, Pos, Cp.

The first line names experiment and filter; the Cp is empty where the curve did not rise.
"""

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from server.lab.instruments import formats
from server.lab.instruments.formats import Box, Format, Head
from server.lab.instruments.readings import Item, Reading, RunFacts, Unread

_FIRST = re.compile(
    r"Experiment:\s*(.*?)\s+(?:Selected|Active) Filters?:\s*(.*?)\s*$", re.IGNORECASE
)
_POS = re.compile(r"[\t;,]\"?pos\"?[\t;,].*[\t;,]\"?cp\b")


class _Heading:
    """The line above each table: exports of several filters are put behind one another."""

    def __init__(self) -> None:
        self.run = self.filter = ""

    def hear(self, cells: Sequence[str]) -> None:
        if found := _FIRST.search(" ".join(cells).strip(' "')):
            self.run, self.filter = found[1], found[2]

    def complete(self, item: Item) -> Item:
        if isinstance(item, (Reading, Unread)) and (not item.target or item.target.isdigit()):
            item.target = self.filter  # the column "Color" holds numbers
        return RunFacts(run_id=self.run).merged(item) if isinstance(item, RunFacts) else item


def looks(head: Head) -> bool:
    text = head.text[:4000].casefold()
    include = "include" in text and _POS.search(text) is not None
    return head.box is Box.TEXT and ("selected filter:" in text or include)


def read(file: BinaryIO) -> Iterator[Item]:
    """Yield the items; the filter stands for the target, which this export does not name."""
    heading = _Heading()
    return formats.read_text(file, empty_is_none=True, hear=heading.hear, complete=heading.complete)


FORMAT = Format("lightcycler", "LightCycler 480", looks, read)
