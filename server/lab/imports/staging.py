"""From items that a parser yields to rows that are kept, each with its fate.

Chunks of rows are written in transactions of their own, so memory stays flat and others may write
in between.  Broken off, it goes on where it stopped: a parser yields the same items again.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from contract.tubes import ForeignTube, Tube, TubeId
from server.lab.imports.known import Known, known_of
from server.lab.imports.models import Fate, ImportFile, ImportRow
from server.lab.instruments.readings import Item, Notice, Reading, Role, RunFacts, Unread
from server.lab.instruments.reason_words import is_cut
from server.lab.instruments.reasons import Why
from server.lab.instruments.tube_codes import Code, as_written, code_of

CHUNK = 2000
_CONTROLS = {Role.NEGATIVE, Role.POSITIVE, Role.EXTRACTION}
_LONGEST = 200
_ROWS = cast("Table", ImportRow.__table__)
Row = dict[str, Any]


class Staging:
    """One import while its rows are read."""

    def __init__(self, import_id: UUID, items: Iterator[Item], already: int) -> None:
        self.import_id = import_id
        self._items = items
        self._already = already
        self._position = 0
        self.facts = RunFacts()
        self.notices: list[Notice] = []

    def chunks(self) -> Iterator[list[Reading | Unread]]:
        """Yield the rows that are not kept yet, chunk by chunk."""
        rows = self._rows()
        for _ in islice(rows, self._already):
            self._position += 1
        while chunk := list(islice(rows, CHUNK)):
            yield chunk

    def _rows(self) -> Iterator[Reading | Unread]:
        for item in self._items:
            if isinstance(item, (Reading, Unread)):
                yield item
            elif isinstance(item, RunFacts):
                self.facts = self.facts.merged(item)
            else:
                self.notices.append(item)

    def keep(self, session: Session, chunk: Sequence[Reading | Unread]) -> None:
        """Write one chunk and count it, in the caller's transaction."""
        tubes = [_tube(item.sample) if item.sample else None for item in chunk]
        known = known_of(session, _possible(chunk, tubes))
        rows = [
            self._row(item, _meant(item.sample, tube, known), known)
            for item, tube in zip(chunk, tubes, strict=True)
        ]
        session.connection().execute(insert(_ROWS), rows)  # not by the ORM: it is the hot path
        file = session.get_one(ImportFile, self.import_id)
        fates = [row["fate"] for row in rows]
        file.matched += fates.count(Fate.MATCHED.value)
        file.queued += fates.count(Fate.QUEUED.value)
        file.refused += fates.count(Fate.REFUSED.value)
        file.row_count += len(rows)

    def _row(self, item: Reading | Unread, tube: Tube | Why | None, known: Known) -> Row:
        self._position += 1
        found = None if isinstance(tube, Why) else tube
        row: Row = {
            "import_id": self.import_id, "position": self._position, "row": item.row,
            "well": item.well, "tube": found, "mended": False, "sample": None,
            "target": item.target[:_LONGEST], "ct": "", "undetermined": False, "call": "",
            "flags": "", "role": "", "seen": None, "reading_key": None, "entered": False,
        }  # fmt: skip
        if found is None or item.sample != found.text:
            row["sample"] = item.sample[:_LONGEST] or None
            row["mended"] = found is not None
        if isinstance(item, Unread):
            row |= {
                "fate": "refused",
                "reason": int(item.reason),
                "seen": item.seen[:_LONGEST] or None,
            }
            return row
        row |= {"ct": item.ct, "undetermined": item.undetermined, "call": item.call,
                "flags": item.flags, "role": str(item.role)}  # fmt: skip
        why, fate = _fate(item, tube, known)
        row |= {"fate": fate.value, "reason": int(why) if why else None}
        if why is None and found is not None:
            row["reading_key"] = reading_key(item, found)
        return row

    def close(self, file: ImportFile) -> None:
        """Write down what the whole file said."""
        facts = self.facts
        file.instrument, file.serial = facts.instrument[:120], facts.serial[:120]
        file.run_name, file.started = facts.run_id[:120], facts.started[:120]
        file.operator = facts.operator
        file.notices = msgspec.json.encode(
            [(int(each.reason), each.seen) for each in self.notices]
        ).decode()
        file.cut = file.cut or any(is_cut(each.reason) for each in self.notices)


def _tube(sample: str) -> Tube | Why:
    code = code_of(sample)
    if isinstance(code, Code):
        return TubeId(code.text) if code.ours else ForeignTube(code.text)
    return code


def _possible(
    chunk: Sequence[Reading | Unread], tubes: Sequence[Tube | Why | None]
) -> Iterator[Tube]:
    """Yield what the samples of *chunk* may be: mended codes also as they are written."""
    for item, tube in zip(chunk, tubes, strict=True):
        if isinstance(tube, (TubeId, ForeignTube)):
            yield tube
            if written := _written(item.sample, tube):
                yield written


def _written(sample: str, tube: Tube) -> ForeignTube | None:
    """Return the maker's tube that stands there letter by letter, if *tube* is another reading."""
    if isinstance(tube, ForeignTube) or sample == tube.text:
        return None
    return ForeignTube(text) if (text := as_written(sample)) else None


def _meant(sample: str, tube: Tube | Why | None, known: Known) -> Tube | Why | None:
    """Return the tube that is of a registered lot; where both readings are, none can be chosen."""
    if not isinstance(tube, TubeId) or (written := _written(sample, tube)) is None:
        return tube
    if written not in known.known:
        return tube
    return Why.SEVERAL_TUBES if tube in known.known else written


def _fate(item: Reading, tube: Tube | Why | None, known: Known) -> tuple[Why | None, Fate]:
    if item.role in _CONTROLS:
        return None, Fate.MATCHED
    if item.role == Role.CONTROL:
        return Why.CONTROL_KIND, Fate.REFUSED
    if tube is None or isinstance(tube, Why):
        return tube or Why.NO_SAMPLE, Fate.REFUSED
    why = known.why_not(tube)
    if why is Why.UNKNOWN_TUBE and isinstance(tube, ForeignTube):
        why = Why.NOT_A_TUBE if not any(map(str.isdigit, item.sample[-3:])) else why
    if why is not None:
        return why, Fate.REFUSED
    return None, Fate.MATCHED if known.ready(tube) else Fate.QUEUED


def reading_key(item: Reading, tube: Tube) -> bytes:
    """Return what two rows share that say the same."""
    said = (item.well, tube.text, item.target, item.ct, str(item.undetermined), item.call)
    return blake2b("\x1f".join(said).encode(), digest_size=16).digest()
