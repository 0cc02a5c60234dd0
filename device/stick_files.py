"""The files on a memory stick: named by the key that signs them, and never the last of anything.

A stick may hold what is nowhere else: the events of a card that died, or was set back, or rows
that have rotted here since.  So a file gives way only where it is whole, our present key signed all
of it, and our journal holds each of its events, byte for byte; any other stays, until somebody
removes it.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contract.events import EventError, decode_batch, decode_envelope, digest
from contract.signing import BadSignature
from contract.spoken import Spoken
from contract.sticks import NoStick, Stick, unpack
from device.chain import fault_of
from device.files import sync_folder
from device.journal_file import epoch_of, files_of, open_for_reading, rows_after


class StickTrouble(Spoken):
    """The stick cannot be written, or does not give back what was written."""


class Carried(NamedTuple):
    """An event on a stick: where it belongs in a journal, and its hash."""

    epoch: str
    seq: int
    hash: str


def put(
    target: Path,
    station: str,
    key: Ed25519PublicKey,
    contents: Sequence[bytes],
    may_go: Iterable[Path],
) -> list[Path]:
    """Write *contents* beside all files but those that *may_go*, which are gone then."""
    old = set(may_go)
    free = (path for path in _names(target, station, key) if path in old or not path.exists())
    written = [_write(path, data) for path, data in zip(free, contents, strict=False)]
    for path in old - set(written):
        with suppress(OSError):
            path.unlink()
    return written


def _names(target: Path, station: str, key: Ed25519PublicKey) -> Iterable[Path]:
    """Yield the names that files of this key may have, the first one first."""
    short = sha256(key.public_bytes_raw()).hexdigest()[:8]
    number = 0
    while True:
        number += 1
        yield target / f"ghepmau-{station}-{short}-{number:02d}.stick"


def _write(path: Path, data: bytes) -> Path:
    """Put a file in place in one step, and read it back past the page cache as far as we can."""
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
            os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        part.replace(path)
        sync_folder(path.parent)
        back = path.read_bytes()
    except OSError as error:
        raise StickTrouble(
            f"{path}: không ghi được: {error.strerror}",
            f"{path}: cannot be written: {error.strerror}",
        ) from error
    if back != data or not unpack(back).whole:
        raise StickTrouble(
            f"{path}: đọc lại không như đã ghi; dùng thẻ USB khác",
            f"{path}: does not give back what was written; use another stick",
        )
    return path


def that_may_go(target: Path, state: Path, station: str, key: Ed25519PublicKey) -> list[Path]:
    """Return the files on the stick of which our journal holds every event, byte for byte."""
    found = list[tuple[Path, set[Carried]]]()
    for path in target.glob(f"ghepmau-{station}-*.stick"):
        if (carried := _carried(path, station, key)) is not None:
            found.append((path, carried))
    here = _here(state, {each for _, carried in found for each in carried})
    return [path for path, carried in found if carried <= here]


def _carried(path: Path, station: str, key: Ed25519PublicKey) -> set[Carried] | None:
    """Return what a file carries; None where it is not whole, or not all of it is ours."""
    try:
        stick = unpack(path.read_bytes())
        if not stick.whole or stick.station != station:
            return None
        return _events(stick, station, key)
    except (OSError, NoStick, BadSignature, EventError):
        return None


def _events(stick: Stick, station: str, key: Ed25519PublicKey) -> set[Carried]:
    carried = set()
    for upload in stick.uploads:
        upload.check(station, key)
        for raw in decode_batch(upload.body).events:
            event = decode_envelope(raw)
            carried.add(Carried(event.epoch, event.seq, digest(raw)))
    return carried


def _here(state: Path, carried: set[Carried]) -> set[Carried]:
    """Return which of *carried* our journal has in sound rows; no other row is looked at."""
    here, wanted = set[Carried](), dict[str, list[int]]()
    for each in carried:
        wanted.setdefault(each.epoch, []).append(each.seq)
    for path in files_of(state / "journal"):
        epoch = epoch_of(path)
        if seqs := wanted.get(epoch):
            first, last = min(seqs), max(seqs)
            with closing(open_for_reading(path)) as db:
                rows = rows_after(db, first - 1, last - first + 1)
                near = [row for row in rows if Carried(epoch, row.seq, row.hash) in carried]
            sound = (row for row in near if fault_of(row, "", epoch) is None)
            here.update(Carried(epoch, row.seq, row.hash) for row in sound)
    return here
