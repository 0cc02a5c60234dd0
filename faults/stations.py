"""Stations that pair, and send signed batches without rest, each until it is acknowledged.

What a test believes was promised is what the server answered with 200: that it is there, and, once
all is applied, that each tube is the one person's whose card was read for it (`faults.paired`).
Two stations each call the same people, at the same time: persons meet in two hands.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import monotonic

from sqlalchemy import func, select

from contract import signing
from contract.specimens import people
from faults.paired import amiss, left
from faults.sender import BATCH, EPOCH, PAIRS, SERIES, Sender
from server import preparing, vault
from server.accounts.models import Station
from server.config import Settings
from server.db import open_database
from server.intake.models import ChainAlert, WireEvent
from server.sampling import lots

PLACE, TUBES, CROWD = "vn-2021:24", 50_000, 6000
APPLIED_WITHIN = 240.0


@dataclass(frozen=True)
class Report:
    """What a fault did: the longest time without an acknowledgement, and what was lost of them.

    `paired` are the pairings that were acknowledged; `amiss` says where what was applied is not
    what was read at a table.
    """

    acked: int
    paired: int
    gap: float
    resent: int
    lost: int
    twice: int
    alerts: int
    amiss: list[str]
    met: dict[str, int]

    def row(self, fault: str) -> str:
        counts = f"{self.acked:,} | {self.paired:,} | {self.lost} | {len(self.amiss)}"
        return f"| {fault} | {self.gap:.1f} s | {counts} | {self.met} |"

    def must_be_whole(self) -> None:
        """Nothing answered is lost or there twice, and each tube is whose it was told to be."""
        assert (self.lost, self.twice, self.alerts) == (0, 0, 0)
        assert not self.amiss, "; ".join(self.amiss)
        assert self.paired


@dataclass
class Stations:
    senders: list[Sender]
    settings: Settings
    began: float = 0.0

    def acked_after(self, moment: float) -> int:
        return sum(at > moment for each in self.senders for at in each.acks)

    def wait_applied(self) -> "Stations":
        """Wait until the server applied all that these stations sent."""
        database, until = open_database(self.settings.database_url), monotonic() + APPLIED_WITHIN
        while True:
            with database.read() as session:
                count = left(session, self.names)
            if not count:
                break
            assert monotonic() < until, f"{count} events are not applied yet"
            Event().wait(0.2)
        database.engine.dispose()
        return self

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.senders]

    def report(self) -> Report:
        """Compare what was acknowledged with what is stored, byte for byte, and whom tubes are of.

        Everything that is stored must be applied by now: `wait_applied`.
        """
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
        paired = sum(len(each.pairs_of(each.acked)) for each in self.senders)
        resent = sum(each.resent for each in self.senders)
        wrong = self._amiss({name: len(rows) for name, rows in stored.items()})
        gap = max(gaps, default=0.0)
        return Report(acked, paired, gap, resent, lost, twice, alerts, wrong, dict(met))

    def _amiss(self, stored: dict[str, int]) -> list[str]:
        counts = {each.name: stored.get(each.name, 0) for each in self.senders}
        pairs = {each.name: each.pairs_of(counts[each.name]) for each in self.senders}
        refused = {name: count // BATCH * (BATCH - PAIRS) for name, count in counts.items()}
        database = open_database(self.settings.database_url)
        try:
            return amiss(database, pairs, refused)
        finally:
            database.engine.dispose()

    def stored(self) -> tuple[dict[str, list[bytes]], int]:
        """Return what is stored of each station, in order, and how many alerts there are."""
        database, rows = open_database(self.settings.database_url), dict[str, list[bytes]]()
        with database.read() as session:
            asked = select(WireEvent.station, WireEvent.payload).where(WireEvent.epoch == EPOCH)
            for row in session.execute(asked.order_by(WireEvent.station, WireEvent.seq)):
                rows.setdefault(row.station, []).append(row.payload)
            alerts = session.scalar(select(func.count()).select_from(ChainAlert)) or 0
        database.engine.dispose()
        return rows, alerts


def enrol(settings: Settings, names: Sequence[str]) -> Stations:
    """Make the server's data and stations of these names, each with tubes of its own."""
    Path(settings.data).mkdir(parents=True, exist_ok=True)
    preparing.prepare(settings)
    sealing, now = vault.current().sealing.public_key(), datetime.now(UTC)
    crowd = people(CROWD, Random(26))
    shares = (len(names) + 1) // 2
    senders = [
        Sender(name, sealing, 0, crowd[number // 2 :: shares]) for number, name in enumerate(names)
    ]
    database = open_database(settings.database_url)
    with database.write() as session:
        for each in senders:
            session.add(
                Station(id=each.name, label=each.name, place=PLACE, duty="sampling",
                        public_key=signing.public_text(each.key), state="enrolled",
                        enrolled_at=now, created_at=now)
            )  # fmt: skip
            session.flush()
            lot = lots.register_lot(session, series=SERIES, count=TUBES, place=PLACE,
                                    station=each.name, by="user:mai", now=now)  # fmt: skip
            each.first = lot.first or 0
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
