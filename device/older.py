"""What journal files that are closed say of their tubes, in a form that a start reads at once.

Beside a closed file `NNNN-<epoch>.sqlite` lies `NNNN-<epoch>.tubes`: fixed records, sorted by
tube, under a hash of the whole.  It is drawn from the journal and can be drawn again: where it is
missing, does not verify, or does not fit its journal's size, the journal itself is read.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from struct import Struct

import msgspec

from contract.events import Event, PairingVoided, TubePaired
from contract.lots import IssuedLots, LotWire
from contract.tubes import TubeId
from device.facts import Use
from device.files import read_whole, write_whole

_RECORD = Struct(">30s8sq?")  # tube, tag, microseconds since 1970, whether the pairing stands
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DIGEST = 32


class Head(msgspec.Struct, frozen=True):
    """Which file the records were drawn from: its events, and its size in bytes."""

    rows: int
    size: int
    v: int = 1


@dataclass(frozen=True, slots=True)
class Tubes:
    """The records of one closed file."""

    head: Head
    records: bytes

    def __len__(self) -> int:
        return len(self.records) // _RECORD.size

    def name(self, index: int) -> bytes:
        start = index * _RECORD.size
        return self.records[start : start + 30].rstrip(b"\0")

    def first(self, text: str) -> int:
        """Return the index of the first record that is not before tube *text*."""
        return bisect_left(range(len(self)), text.encode(), key=self.name)

    def use_of(self, text: str) -> Use | None:
        tags, at, index = set[str](), None, self.first(text)
        while index < len(self) and self.name(index) == text.encode():
            _, tag, micros, stands = _RECORD.unpack_from(self.records, index * _RECORD.size)
            at = _EPOCH + micros * _MICROSECOND
            tags.update([tag.hex()] if stands else ())
            index += 1
        return None if at is None else Use(frozenset(tags), at)

    def between(self, first: str, last: str) -> set[bytes]:
        """Return the tubes from *first* to *last*."""
        return {self.name(index) for index in range(self.first(first), self.first(last + "~"))}


@dataclass
class Older:
    """The tubes of all closed files, oldest first; a later file's word on a tube counts."""

    parts: list[Tubes] = field(default_factory=list)

    def use_of(self, text: str) -> Use | None:
        found = (part.use_of(text) for part in reversed(self.parts))
        return next((use for use in found if use is not None), None)

    def count(self, lots: IssuedLots) -> int:
        """Return how many tubes of *lots* were used in these files."""
        return sum(len(self._of(lot)) for lot in lots.lots) if self.parts else 0

    def _of(self, lot: LotWire) -> set[bytes]:
        if lot.series is None:
            return {code.encode() for code in lot.codes if self.use_of(code) is not None}
        if lot.last < lot.first:
            return set()
        ends = [TubeId.mint(lot.series, serial).text for serial in (lot.first, lot.last)]
        return set[bytes]().union(*(part.between(*ends) for part in self.parts))


def draw(events: Iterable[Event], rows: int, size: int) -> Tubes:
    """Return the tubes of one file's *events*, in the order of the journal."""
    live: dict[str, dict[str, TubePaired]] = {}
    used_at: dict[str, datetime] = {}
    for event in events:
        if isinstance(event, TubePaired):
            live.setdefault(event.tube, {})[event.tag] = event
            used_at[event.tube] = event.at
        elif isinstance(event, PairingVoided):
            persons = live.setdefault(event.tube, {})
            live[event.tube] = {t: e for t, e in persons.items() if e.id != event.pairing}
            used_at.setdefault(event.tube, event.at)
    records = sorted(
        _RECORD.pack(text.encode(), bytes.fromhex(tag), _micros(used_at[text]), bool(tag))
        for text, persons in live.items()
        for tag in persons or ("",)
    )
    return Tubes(Head(rows, size), b"".join(records))


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def path_of(journal: Path) -> Path:
    return journal.with_suffix(".tubes")


def keep(journal: Path, tubes: Tubes) -> None:
    head = msgspec.json.encode(tubes.head) + b"\n"
    body = head + tubes.records
    write_whole(path_of(journal), sha256(body).digest() + body)


def kept(journal: Path) -> Tubes | None:
    """Return what was drawn from *journal*; None where it cannot be believed."""
    data = read_whole(path_of(journal)) or b""
    body = data[_DIGEST:]
    if sha256(body).digest() != data[:_DIGEST]:
        return None
    head, _, records = body.partition(b"\n")
    try:
        read = msgspec.json.decode(head, type=Head)
    except msgspec.DecodeError:
        return None
    fits = not journal.exists() or read.size == journal.stat().st_size  # it may be let go of
    if read.v != 1 or not fits or len(records) % _RECORD.size:
        return None
    return Tubes(read, records)
