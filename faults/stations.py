"""Stations that send signed batches without rest, each until it is acknowledged, then the next.

What a test believes was promised is what the server answered with 200.
"""

import http.client
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from contract import events, signing
from server import preparing
from server.accounts.models import Station
from server.config import Settings
from server.db import open_database
from server.intake.models import ChainAlert, WireEvent

BATCHES = "/api/v1/intake/batches"
BATCH = 20
PAUSE = 0.03  # between two batches of one station: a load, not a siege
COMES_AGAIN = 0.2  # after an answer that is none


@dataclass
class Sender:
    """One station: what it wrote, and when each batch was acknowledged."""

    name: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    written: list[bytes] = field(default_factory=list)
    acked: int = 0  # of what was written
    acks: list[float] = field(default_factory=list)
    resent: int = 0
    met: Counter[str] = field(default_factory=Counter)

    def run(self, port: int, stop: Event) -> None:
        while not stop.is_set():
            body = self._next()
            while not stop.is_set() and not self._sent(port, body):
                self.resent += 1
                stop.wait(COMES_AGAIN)
            stop.wait(PAUSE)

    def sent_once(self, port: int) -> bool:
        """Send the next batch; return whether it was acknowledged at once."""
        return self._sent(port, self._next())

    def _next(self) -> bytes:
        for _ in range(BATCH):
            before = events.digest(self.written[-1]) if self.written else events.NO_EVENT
            event = events.ScanRefused(
                id=uuid4(), station=self.name, epoch="0" * 16, seq=len(self.written) + 1,
                prev=before, at=datetime.now(UTC), trusted=True, boot="b", mono=1,
                reason="tube-used",
            )  # fmt: skip
            self.written.append(events.encode(event))
        return events.encode_batch(self.name, self.written[-BATCH:])

    def _sent(self, port: int, body: bytes) -> bool:
        """Send *body* once; return whether it was acknowledged."""
        message = signing.request_message(self.name, "POST", BATCHES, body)
        headers = {
            "Content-Type": "application/json",
            "X-Ghepmau-Station": self.name,
            "X-Ghepmau-Signature": signing.sign(self.key, message),
        }
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=25)) as connection:
                connection.request("POST", BATCHES, body, headers)
                answer = connection.getresponse()
                answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.met[type(error).__name__] += 1
            return False
        if answer.status != 200:
            self.met[str(answer.status)] += 1
            return False
        self.acked = len(self.written)
        self.acks.append(monotonic())
        return True


@dataclass(frozen=True)
class Report:
    """What a fault did: the longest time without an acknowledgement, and what was lost of them."""

    acked: int
    gap: float
    resent: int
    lost: int
    twice: int
    alerts: int
    met: dict[str, int]

    def row(self, fault: str) -> str:
        return f"| {fault} | {self.gap:.1f} s | {self.acked:,} | {self.lost} | {self.met} |"


@dataclass
class Stations:
    senders: list[Sender]
    settings: Settings
    began: float = 0.0

    def acked_after(self, moment: float) -> int:
        return sum(at > moment for each in self.senders for at in each.acks)

    def report(self) -> Report:
        """Compare what was acknowledged with what is stored, byte for byte."""
        stored, alerts = self.stored()
        lost = twice = 0
        for each in self.senders:
            rows = stored.get(each.name, [])
            lost += sum(a != b for a, b in zip(each.written[: each.acked], rows, strict=False))
            lost += max(0, each.acked - len(rows))
            twice += len(rows) - len(set(rows))
        moments = sorted([self.began, *(at for each in self.senders for at in each.acks)])
        gaps = [after - before for before, after in itertools.pairwise(moments)]
        met: Counter[str] = sum((each.met for each in self.senders), Counter())
        acked = sum(each.acked for each in self.senders)
        resent = sum(each.resent for each in self.senders)
        return Report(acked, max(gaps, default=0.0), resent, lost, twice, alerts, dict(met))

    def stored(self) -> tuple[dict[str, list[bytes]], int]:
        """Return what is stored of each station, in order, and how many alerts there are."""
        database, rows = open_database(self.settings.database_url), dict[str, list[bytes]]()
        with database.read() as session:
            asked = select(WireEvent.station, WireEvent.payload)
            for row in session.execute(asked.order_by(WireEvent.station, WireEvent.seq)):
                rows.setdefault(row.station, []).append(row.payload)
            alerts = session.scalar(select(func.count()).select_from(ChainAlert)) or 0
        database.engine.dispose()
        return rows, alerts


def enrol(settings: Settings, names: Sequence[str]) -> Stations:
    """Make the server's data and stations of these names."""
    Path(settings.data).mkdir(parents=True, exist_ok=True)
    preparing.prepare(settings)
    senders, now = [Sender(name) for name in names], datetime.now(UTC)
    database = open_database(settings.database_url)
    with database.write() as session:
        for each in senders:
            session.add(
                Station(id=each.name, label=each.name, place="vn-2021:24", duty="sampling",
                        public_key=signing.public_text(each.key), state="enrolled",
                        enrolled_at=now, created_at=now)
            )  # fmt: skip
    database.engine.dispose()
    return Stations(senders, settings)


@contextmanager
def sending(stations: Stations, ports: Sequence[int]) -> Iterator[Stations]:
    """Let the stations send, each to one of *ports*, until the end of the block."""
    stop = Event()
    threads = [
        Thread(target=each.run, args=(ports[number % len(ports)], stop))
        for number, each in enumerate(stations.senders)
    ]
    stations.began = monotonic()
    for each in threads:
        each.start()
    try:
        yield stations
    finally:
        stop.set()
        for each in threads:
            each.join()
