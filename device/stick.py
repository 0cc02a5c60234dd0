"""The journal's way home where there is no network: signed files on a memory stick, and back.

What the server has not answered for is written in files (`device.stick_files`).  They are the same
uploads that would go over the wire, so both ways at once do no harm.
A receipt on the stick, signed by the server, says what it has.
"""

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, monotonic_ns

from contract.events import encode_batch
from contract.receipts import HeadWire
from contract.signing import BadSignature
from contract.sticks import NoStick, Stored, pack, read_receipt
from device.backlog import MOST_BYTES, Backlog, Sent
from device.chain import Row, fault_of
from device.clock import boot_id
from device.enrolment import Office
from device.journal_file import (
    JournalTrouble,
    epoch_of,
    files_of,
    newest_of,
    open_for_reading,
    rows_after,
)
from device.sent import is_of_before, is_of_since
from device.stick_files import StickTrouble, put, that_may_go

log = logging.getLogger(__name__)
FILE_BYTES = 3_000_000  # of one file: a server's page takes it in one go
BATCH = 500
EVERY = 30.0  # seconds between two looks for a stick


@dataclass(frozen=True, slots=True)
class Exported:
    """Events that stand on the stick, and in which files."""

    events: int
    files: list[Path]


def export(office: Office, sent: Sent, target: Path, *, everything: bool = False) -> Exported:
    """Write what the server does not have yet, or *everything*; raise StickTrouble."""
    papers, key = office.papers(), office.secrets().key
    name, count, contents = papers.station, 0, list[list[bytes]]()
    for body, events in _bodies(office.folder, name, sent, everything=everything):
        if not contents or sum(map(len, contents[-1])) + len(body) > FILE_BYTES:
            contents.append([])
        contents[-1].append(body)
        count += events
    files = [pack(name, key, bodies) for bodies in contents]
    public = key.public_key()
    may_go = that_may_go(target, office.folder, name, public)
    return Exported(count, put(target, name, public, files, may_go))


def _bodies(
    state: Path, station: str, sent: Sent, *, everything: bool
) -> Iterator[tuple[bytes, int]]:
    """Yield the uploads to carry, and how many events are in each; damaged rows are left out."""
    for path in files_of(state / "journal"):
        epoch = epoch_of(path)
        after = 0 if everything else sent.acked.get(epoch, 0)
        aside = {each.seq for each in sent.set_aside if each.epoch == epoch}
        first = 0 if aside else after
        with closing(open_for_reading(path)) as db:
            rows = [row for row in rows_after(db, first) if row.seq > after or row.seq in aside]
        for batch in _batches([row for row in rows if fault_of(row, "", epoch) is None]):
            body = encode_batch(
                station, [row.body for row in batch],
                boot=boot_id(), mono=monotonic_ns(), fork=epoch in sent.forks,
            )  # fmt: skip
            yield body, len(batch)


def _batches(rows: list[Row]) -> Iterator[list[Row]]:
    batch, size = list[Row](), 0
    for row in rows:
        if batch and (len(batch) == BATCH or size + len(row.body) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += len(row.body)
    if batch:
        yield batch


def inbox_of(state: Path) -> Path:
    """Return where a receipt that was brought by hand waits for uplink."""
    return state / "receipt.in"


def take_receipt(office: Office, backlog: Backlog, path: Path) -> int:
    """Believe a receipt as far as our own journal bears it out; return how many events are new.

    Raises NoStick or JournalTrouble.
    """
    papers = office.papers()
    try:
        stored = read_receipt(path.read_bytes(), papers.cards.values())
    except (OSError, BadSignature) as error:
        raise NoStick(
            f"không đọc được {path}: {error}", f"{path} cannot be read: {error}"
        ) from error
    _check_it_counts(stored, papers.station, backlog.sent)
    heads = {head: backlog.row_at(head.epoch, head.seq) for head in stored.heads if head.seq}
    for head, ours in heads.items():
        if ours and ours.hash != head.hash and fault_of(ours, "", head.epoch) is None:
            _note_set_back(backlog, head)
    borne_out = [head for head, ours in heads.items() if ours and ours.hash == head.hash]
    new = _believe(backlog, borne_out)
    backlog.save()
    return new


def _believe(backlog: Backlog, heads: Sequence[HeadWire]) -> int:
    """Count our own events up to *heads* as sent; return how many are new.  Raises NoStick."""
    if not is_of_since(backlog.sent, [(each.epoch, each.seq) for each in heads]):
        raise NoStick(
            "biên nhận này không có sự kiện nào ghi sau khi trạm mất uplink.json: bật lại trạm hoặc"
            " quét tiếp, rồi đem thẻ đi nộp lần nữa, biên nhận sau sẽ dùng được",
            "it is for nothing that was written since uplink.json was lost here: start the station"
            " again or scan on, then carry the stick once more, the receipt for that counts",
        )
    new = 0
    for head in heads:
        known = backlog.sent.acked.get(head.epoch, 0)
        if head.seq > known:
            backlog.sent.acked[head.epoch] = head.seq
            new += head.seq - known
    backlog.sent.sent += new
    return new


def _check_it_counts(stored: Stored, station: str, sent: Sent) -> None:
    if stored.station != station:
        raise NoStick(
            f"biên nhận này của trạm {stored.station}", f"it is for the station {stored.station}"
        )
    if not stored.linked:
        raise NoStick(
            "biên nhận này của máy chủ bản cũ, chưa đủ để tin; không mất gì, hãy nâng cấp máy chủ",
            "it is of a server of an older version and says too little to be believed; nothing is"
            " lost, upgrade the server",
        )
    if is_of_before(sent, stored.now):
        raise NoStick(
            "biên nhận này ký trước khi có yêu cầu gửi lại toàn bộ, không dùng nữa",
            "it was signed before the whole journal was asked for, and does not count any more",
        )


def _note_set_back(backlog: Backlog, head: HeadWire) -> None:
    """Note, once, that the server has another history of this epoch than our journal."""
    if head.epoch not in backlog.sent.forks:
        backlog.was_set_back(head.epoch, head.seq)


@dataclass
class StickDesk:
    """Looks for a stick now and then: takes its receipt, and writes what waits.

    A folder without a stick in it is the card itself, and is left alone.
    """

    office: Office
    backlog: Backlog
    folder: Path | None
    is_there: Callable[[Path], bool] = os.path.ismount
    _looked: float = float("-inf")
    _written: tuple[dict[str, int], dict[str, int], str] | None = None  # what it was of

    def turn(self) -> None:
        self._look_into_the_inbox()
        if self.folder is None or monotonic() - self._looked < EVERY:
            return
        self._looked = monotonic()
        if not self.is_there(self.folder):
            self._written, self.backlog.sent.stick = None, ""
            return
        try:
            self._exchange(self.folder)
        except (StickTrouble, JournalTrouble, OSError, sqlite3.Error) as trouble:
            log.warning("the memory stick: %s", trouble)
            self.backlog.sent.stick = "trouble"

    def _look_into_the_inbox(self) -> None:
        """Take a receipt that somebody brought by hand (`ghepmau-station receipt`)."""
        receipt = inbox_of(self.office.folder)
        if receipt.exists():
            self._take(receipt)
            with suppress(OSError):
                receipt.unlink()

    def _take(self, receipt: Path) -> None:
        try:
            if new := take_receipt(self.office, self.backlog, receipt):
                log.info("a receipt for %d events came", new)
        except (NoStick, JournalTrouble) as trouble:
            log.warning("a receipt cannot be used: %s", trouble)

    def _exchange(self, folder: Path) -> None:
        receipt = folder / f"ghepmau-{self.office.papers().station}.receipt"
        if receipt.exists():
            self._take(receipt)  # what waits is written, whatever it says
        sent = self.backlog.sent
        newest = (newest_of(self.office.folder / "journal"), dict(sent.forks), sent.asked_all)
        if newest != self._written:
            done = export(self.office, self.backlog.sent, folder)
            self._written, self.backlog.sent.stick = newest, "written"
            log.info("%d events stand on the stick, at %s", done.events, datetime.now(UTC))
