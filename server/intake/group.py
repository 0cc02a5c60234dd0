"""Store a group of uploads in one transaction.

The usual upload continues its chain: it costs no read at all.  Any other is compared with what is
stored, and what does not hold is said in alerts, in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from server.intake import forks, quarantine, rows
from server.intake.alerts import raise_alert
from server.intake.chain import Findings, Head, Known, Span, examine, is_straight
from server.intake.upload import Arrival, Upload

Heads = dict[tuple[str, str], Head]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an upload: events that were new, known before, or changed.

    Of an upload with changed events nothing is stored; of a fork, all others are.
    """

    new: int
    known: int = 0
    changed: tuple[Arrival, ...] = ()
    heads: dict[str, Head] = field(default_factory=dict)  # what stands where it first differs


class Group:
    """Uploads on their way into one transaction.  `heads` holds what the commit will make true."""

    def __init__(self, connection: Connection, heads: Heads) -> None:
        self._connection = connection
        self._before = heads
        self._rows: list[rows.Row] = []
        self.heads: Heads = {}

    def add(self, upload: Upload, *, careful: bool = False) -> Outcome:
        """Take one upload; *careful* compares it with the database even if it looks usual."""
        arrivals = upload.arrivals
        if upload.fork:
            return self._add_fork(upload)
        key = (upload.station, arrivals[0].epoch)
        if not careful and is_straight(arrivals, self._head(key)):
            self._rows += rows.rows_of(upload, arrivals)
            self.heads[key] = Head(arrivals[-1].seq, arrivals[-1].hash)
            return Outcome(len(arrivals))
        return self._add_examined(upload)

    def flush(self) -> None:
        """Write everything that was taken."""
        rows.insert_events(self._connection, self._rows)
        self._rows = []
        rows.save_heads(self._connection, self.heads)

    def _head(self, key: tuple[str, str]) -> Head:
        head = self.heads.get(key) or self._before.get(key)
        if head is None:
            head = self._before[key] = rows.head_of(self._connection, *key)
        return head

    def _add_examined(self, upload: Upload) -> Outcome:
        self.flush()
        known = rows.known_to(self._connection, upload)
        found = examine(upload.arrivals, known)
        changed = tuple(upload.arrivals[index] for index in found.changed)
        if changed:
            return self._refuse(upload, changed, found, known)
        new = [upload.arrivals[index] for index in found.new]
        if forks.one_goes_on(self._connection, upload.station, new, known):
            return self._add_fork(upload)
        self._rows += rows.rows_of(upload, new)
        self.heads |= {(upload.station, epoch): head for epoch, head in found.heads.items()}
        self.flush()
        self._alert(upload, found)
        epochs = {each.epoch for each in new}
        rows.close_filled_gaps(self._connection, upload.station, epochs, upload.received_at)
        return Outcome(len(new), found.duplicates)

    def _refuse(
        self, upload: Upload, changed: tuple[Arrival, ...], found: Findings, known: Known
    ) -> Outcome:
        """Store nothing: what follows a changed event is of another history than what is stored.

        A station that was set back is told the first place where the two differ, always the same.
        """
        for each in changed:
            span = Span(each.epoch, each.seq, each.seq)
            self._raise(upload, "changed-replay", span, f"event {each.id} came with other bytes")
            self._put_aside(upload, each)
        heads = self._heads_of(upload.station, changed)
        for each in reversed(changed):
            if (stored := known.at.get((each.epoch, each.seq))) is not None:
                heads[each.epoch] = Head(each.seq, stored.hash)
        return Outcome(0, found.duplicates, changed, heads)

    def _add_fork(self, upload: Upload) -> Outcome:
        """Keep what a journal that was set back went on with, beside what is stored already."""
        self.flush()
        beside = forks.sort_out(self._connection, upload)
        self._rows += rows.rows_of(upload, beside.moved)
        self.heads |= {(upload.station, epoch): head for epoch, head in beside.heads.items()}
        self.flush()
        for begun in beside.begun:
            detail = f"the station's journal was set back; it goes on here as {begun.name}"
            self._raise(upload, "fork", begun.at, detail)
        forks.close_alerts(self._connection, upload, beside)
        epochs = {each.epoch for each in upload.arrivals}
        rows.close_filled_gaps(self._connection, upload.station, epochs, upload.received_at)
        stored = [each.hash for each in beside.moved]
        quarantine.let_go(self._connection, upload.station, stored)
        for each in beside.changed:
            self._put_aside(upload, each)
        changed = tuple(beside.changed)
        heads = self._heads_of(upload.station, changed)
        return Outcome(len(beside.moved), beside.known, changed, heads)

    def _heads_of(self, station: str, changed: Sequence[Arrival]) -> dict[str, Head]:
        return {
            epoch: rows.head_of(self._connection, station, epoch)
            for epoch in {each.epoch for each in changed}
        }

    def _alert(self, upload: Upload, found: Findings) -> None:
        for gap in found.gaps:
            self._raise(upload, "gap", gap, f"events {gap.first} to {gap.last} have not come")
        for fork in found.forks:
            self._raise(upload, "fork", fork, "does not follow from the event before it")

    def _raise(self, upload: Upload, kind: str, span: Span, detail: str) -> None:
        raise_alert(
            self._connection, upload.station, kind, span, detail=detail, now=upload.received_at
        )

    def _put_aside(self, upload: Upload, arrival: Arrival) -> None:
        quarantine.keep(
            self._connection,
            arrival.payload,
            station=upload.station,
            reason="changed-replay",
            detail=f"event {arrival.id}, {arrival.epoch}/{arrival.seq}",
            remote="",
            now=upload.received_at,
        )
