"""Which of thousands of words stand in what is on a disk, in one look at it.

To look for each alone read the whole disk thousands of times.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
HEAD = 8  # bytes of a word by which it is looked for first


def stand_in(disk: bytes, words: Iterable[bytes]) -> set[bytes]:
    """Return those of *words*, each of more than eight bytes, that are anywhere in *disk*."""
    by_head: dict[bytes, set[bytes]] = {}
    for word in words:
        if len(word) <= HEAD:
            raise ValueError(f"too short to be looked for: {word!r}")
        by_head.setdefault(word[:HEAD], set()).add(word)
    heads = np.frombuffer(b"".join(by_head), dtype="<u8")
    found: set[bytes] = set()
    for shift in range(min(HEAD, len(disk) - HEAD + 1)):
        every = np.frombuffer(disk, dtype="<u8", offset=shift, count=(len(disk) - shift) // HEAD)
        for place in np.flatnonzero(_among(every, heads)) * HEAD + shift:
            at = int(place)
            found |= {w for w in by_head[disk[at : at + HEAD]] if disk.startswith(w, at)}
    return found


def _among(every: Words, heads: Words) -> NDArray[np.bool_]:
    """Return which of *every* are among *heads*: by their first two bytes, then by all."""
    may_begin = np.zeros(1 << 16, dtype=bool)
    may_begin[heads & 0xFFFF] = True
    likely = may_begin[every.view("<u2")[::4]]
    likely[likely] = np.isin(every[likely], heads)
    return likely
