"""Brings the journal to the server: a process of its own, so a dead network never stops a scan.

Oldest first, in batches, as often as it takes: an upload is idempotent.  What the server refuses
as a batch is halved down to the one event, which is set aside and kept.  Anything that says nothing
about an event (no network, 5xx, a revoked station, a refusal that is none of our server's words)
changes nothing and is tried again later.
"""

import logging
import random
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from contract.events import encode_batch
from contract.lots import IssuedLots
from contract.receipts import ABOUT_EVENTS, CHANGED, Receipt
from device.backlog import Backlog, Batch
from device.clock import boot_id
from device.config import Config
from device.enrolment import Office, Papers
from device.journal_file import JournalTrouble, newest_of
from device.sent import begun
from device.upstream import BATCHES, ME, MY_LOTS, MY_ROSTER, Answer, Unreachable, Upstream

log = logging.getLogger(__name__)
SHORTEST_WAIT, LONGEST_WAIT = 0.5, 60.0
_TOO_LARGE = 413  # a proxy may say so too: less at once helps
_TOO_SLOW = (408, 504)  # for the server, or for a proxy that waits so long and no longer
_AS_IT_WAS = (304, 404)  # the roster: the same, or there are none
_FEWEST = 32  # in a batch, however weak the network
_MOST_IN_A_ROW = 20  # so many refused without one stored: it is not the events


def full_jitter(failures: int, draw: Callable[[], float] = random.random) -> float:
    """Return the seconds to wait after *failures* in a row: anywhere below a doubling bound."""
    return draw() * min(LONGEST_WAIT, SHORTEST_WAIT * 2.0 ** min(failures, 20))


@dataclass
class Uplink:
    """One station's way to its server.  `turn` does one thing and says how long to wait."""

    office: Office
    backlog: Backlog
    upstream: Upstream
    most: int = 500
    every: float = 1.0
    refresh_every: float = 60.0
    _size: int = field(init=False)
    _failures: int = 0
    _refused_in_a_row: int = 0
    _refreshed: float | None = None
    _roster_tag: str = ""

    def __post_init__(self) -> None:
        self._size = self.most
        self._papers = self.office.papers()
        self._key = self.office.secrets().key
        self.backlog.take_up_again()

    def turn(self) -> float:
        """Send one batch, or refresh the papers; return the seconds until the next turn."""
        try:
            wait = self._turn()
        except (Unreachable, JournalTrouble, OSError) as trouble:
            self._send_less()
            wait = self._keep(str(trouble), None)
        self.backlog.save()
        return wait

    def _turn(self) -> float:
        self.backlog.take_note()
        batch = self.backlog.next(self._size)
        if batch is None:
            return self._refresh() if self._is_due() else self.every
        asked = time.monotonic_ns()
        body = encode_batch(
            self._papers.station, [row.body for row in batch.rows],
            boot=boot_id(), mono=asked, fork=batch.epoch in self.backlog.sent.forks,
        )  # fmt: skip
        answer = self.upstream.post(BATCHES, self._papers.station, self._key, body)
        return self._take(batch, answer, asked)

    def _take(self, batch: Batch, answer: Answer, asked: int) -> float:
        if answer.status == 200:
            return self._stored(batch, answer, asked)
        if self._was_set_back(batch, answer):
            return 0.0
        about_events = ABOUT_EVENTS.get(answer.problem.code) == answer.status
        halved = about_events or (answer.status == _TOO_LARGE and len(batch.rows) > 1)
        if not halved or self._refused_in_a_row >= _MOST_IN_A_ROW:
            if answer.status in _TOO_SLOW:
                self._send_less()
            return self._keep(_said(answer), answer.retry_after)
        if len(batch.rows) > 1:
            self._size = max(1, len(batch.rows) // 2)
            return 0.0
        log.warning("event %s set aside: %s", batch.last, _said(answer))
        self.backlog.set_aside(batch, answer.status, answer.problem.code)
        self._refused_in_a_row += 1
        return 0.0

    def _send_less(self) -> None:
        """A weak network takes less at once."""
        self._size = max(self._size // 2, min(self._size, _FEWEST))

    def _was_set_back(self, batch: Batch, answer: Answer) -> bool:
        """Note, once, that the server has other events under numbers of *batch*.

        The rows of a batch are what they were when they were written, so it had its events from a
        journal that was ours as well, before the card was set back.  Whose newest event is further
        on says nothing: ours may have outgrown the other.
        """
        said = answer.problem.code == CHANGED and answer.status == ABOUT_EVENTS[CHANGED]
        if not said or batch.epoch in self.backlog.sent.forks:
            return False
        self.backlog.was_set_back(batch.epoch, batch.rows[0].seq)
        return True

    def _stored(self, batch: Batch, answer: Answer, asked: int) -> float:
        try:
            receipt = msgspec.json.decode(answer.body, type=Receipt)
        except msgspec.DecodeError:
            return self._keep("the answer is no receipt: is this our server?", None)
        self.backlog.done(batch)
        self._size = min(self.most, max(self._size, len(batch.rows)) * 2)
        self._refused_in_a_row = 0
        self._in_touch(receipt.now, asked)
        return self._refresh() if self._is_due() else 0.0

    def _in_touch(self, now: str, asked: int) -> None:
        """Note the server's time at the middle of the request."""
        sent, answered = self.backlog.sent, time.monotonic_ns()
        self._failures, sent.trouble = 0, ""
        sent.contact = datetime.now(UTC).isoformat(timespec="seconds")
        if now:
            sent.server_now, sent.server_mono = now, (asked + answered) // 2
            sent.server_boot = boot_id()

    def _keep(self, trouble: str, retry_after: float | None) -> float:
        """Change nothing and try again later: all were told the same, so each adds its own."""
        if self.backlog.sent.trouble != trouble:
            log.warning("not sent, will be tried again: %s", trouble)
        self.backlog.sent.trouble = trouble
        self._failures += 1
        return (retry_after or 0.0) + full_jitter(self._failures)

    def _is_due(self) -> bool:
        last = self._refreshed
        return last is None or time.monotonic() - last >= self.refresh_every

    def _refresh(self) -> float:
        """Fetch what the server knows of this station: its lots, its papers, the cards' keys.

        Lots are taken last: before it is known whose the labelled tubes among them are, a new tube
        might be anybody's.
        """
        asked = time.monotonic_ns()
        me, lots = (self._ask(path) for path in (ME, MY_LOTS))
        for answer in (me, lots):
            if answer.status != 200:
                return self._keep(_said(answer), answer.retry_after)
        try:
            fresh = msgspec.json.decode(me.body, type=Papers)
            issued = IssuedLots.from_json(lots.body)
        except msgspec.DecodeError:
            return self._keep("the answer is none of ours: is this our server?", None)
        now, server = fresh.now, self._papers.server
        self._papers = msgspec.structs.replace(fresh, now="", server=server)
        self.office.keep(self._papers)
        self._in_touch(now, asked)
        if (wait := self._refresh_roster()) == 0.0:
            self.office.keep_lots(issued)
            self._refreshed = time.monotonic()
        return wait

    def _refresh_roster(self) -> float:
        """Fetch which tubes stand ready for whom; a server that has no rosters says 404."""
        there = self.office.roster_file.exists() and not self.office.roster().unreadable
        known = self._roster_tag if there else ""
        answer = self.upstream.get(MY_ROSTER, self._papers.station, self._key, known)
        if answer.status in _AS_IT_WAS:
            return 0.0
        if answer.status != 200:
            return self._keep(_said(answer), answer.retry_after)
        try:
            self.office.keep_roster(answer.body)
        except ValueError:
            return self._keep("the roster cannot be read: the old one stays, with its lots", None)
        self._roster_tag = answer.tag  # it is on the disk: only then need it not come again
        return 0.0

    def _ask(self, path: str) -> Answer:
        return self.upstream.get(path, self._papers.station, self._key)


def _said(answer: Answer) -> str:
    problem = answer.problem
    if not problem.code:
        return f"HTTP {answer.status}, which is no answer of our server: a portal, or a proxy?"
    return f"HTTP {answer.status} {problem.code} {problem.message_en}".strip()


def open_uplink(config: Config) -> Uplink:
    """Return the uplink of the station that *config* describes; raise NotEnrolled."""
    office, settings = Office(config.folder), config.server
    server = settings.url or office.papers().server
    upstream = Upstream(server, settings.timeout_seconds, settings.ca_file)
    backlog = Backlog(config.folder)
    backlog.sent = begun(backlog.sent, _newest(config), datetime.now(UTC))
    return Uplink(
        office, backlog, upstream, settings.batch, settings.every_seconds, settings.refresh_seconds
    )


def _newest(config: Config) -> dict[str, int] | None:
    """Return how far the journal has come, None where it cannot be read now."""
    try:
        return newest_of(config.folder / "journal")
    except (sqlite3.Error, OSError):
        return None
