"""Roche LightCycler 480 text export: `Experiment: … Selected Filter: …`, then Include, Pos, Cp.

The first line names experiment and filter; the Cp is empty where the curve did not rise.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from server.lab.instruments import formats
from server.lab.instruments.formats import Box, Format, Head
from server.lab.instruments.readings import Item, Reading, RunFacts

_FIRST = re.compile(r"Experiment:\s*(.*?)\s+Selected Filter:\s*(.*?)\s*$", re.IGNORECASE)


def looks(head: Head) -> bool:
    text = head.text[:4000].casefold()
    return head.box is Box.TEXT and (
        "selected filter:" in text or ("include" in text and "\tpos\t" in text and "\tcp" in text)
    )


def read(file: BinaryIO) -> Iterator[Item]:
    """Yield the items; the filter stands for the target, which this export does not name."""
    file.seek(0)
    first = file.readline(4000).decode("utf-8", errors="replace").replace("\0", "")
    match = _FIRST.search(first)
    run, filter_ = (match[1], match[2]) if match else ("", "")
    for item in formats.read_text(file, empty_is_none=True):
        if isinstance(item, Reading) and (not item.target or item.target.isdigit()):
            item.target = filter_  # the column "Color" holds numbers
        yield RunFacts(run_id=run).merged(item) if isinstance(item, RunFacts) else item


FORMAT = Format("lightcycler", "LightCycler 480", looks, read)
