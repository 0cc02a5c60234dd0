"""Deliveries a second, into the embedded record and to a receiver over HTTP, against bare loops.

`embedded` is the ratio of messages that the worker takes from the outbox into people's records to
bare `executemany` inserts of the same rows into the same table, its indexes and foreign keys held
to, in transactions of the same size;
`embedded_single` is the same against inserts of one row, each in a transaction of its own.
`http` is the ratio of messages that the worker posts to a receiver on loopback (signed webhook,
gathered from the database) to a bare loop of the same requests over one kept connection.  The
receiver answers when the body is on its disk, as whoever gives a receipt must; `http_bare_answer`
is the same with one that only answers.
Rounds of ours and of the peer take turns; each ratio is the median of its rounds.
"""

import sqlite3
import sys
import tempfile
from contextlib import closing
from operator import truediv
from pathlib import Path
from statistics import median
from time import perf_counter

import urllib3

from benchmarks.delivery_data import HOOK, NOW, QUICK, Filled, copy_table, fill
from benchmarks.delivery_receiver import Receiver
from benchmarks.report import Report, arguments
from server.declarations import notice
from server.declarations.channel import EmbeddedRecord
from server.delivery import arrivals, taking
from server.delivery.worker import run_target
from server.engines import CACHE_KIB
from server.exchange.http import Access, Http
from server.exchange.webhook import WebhookChannel
from server.figures import marks
from server.wsgi import keep_still

SECRET = b"a-secret-that-both-sides-know"
BARS = {"embedded": ">= 0.3", "http": ">= 0.7"}


def embedded(filled: Filled) -> float:
    """Return deliveries a second into the embedded record."""
    channel = EmbeddedRecord(filled.database, lambda: NOW)
    began = perf_counter()
    filled.all_arrived(run_target(filled.database, notice.TARGET, channel, NOW))
    return filled.messages / (perf_counter() - began)


def bare_inserts(path: Path, rows: list[tuple[object, ...]], size: int) -> float:
    """Return rows a second of bare inserts into a copy of the record's table."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA foreign_keys=ON")
        db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        began = perf_counter()
        marks = ", ".join("?" * len(rows[0]))
        for start in range(0, len(rows), size):
            db.execute("BEGIN IMMEDIATE")
            db.executemany(f"INSERT INTO record_entry VALUES ({marks})", rows[start : start + size])  # noqa: S608
            db.execute("COMMIT")
        return len(rows) / (perf_counter() - began)


def posted(filled: Filled, target: str, receiver: Receiver) -> tuple[float, float]:
    """Return deliveries a second over HTTP, and of a bare loop of the same requests."""
    http = Http(Access(receiver.url))
    channel = WebhookChannel(http, SECRET, filled.database, lambda: NOW)
    began = perf_counter()
    filled.all_arrived(run_target(filled.database, target, channel, NOW))
    ours = filled.messages / (perf_counter() - began)
    http.close()
    sent = receiver.take()
    pool = urllib3.PoolManager(retries=False)
    began = perf_counter()
    for headers, body in sent:
        _post(pool, receiver.url, headers, body)
    bare = len(sent) / (perf_counter() - began)
    pool.clear()
    receiver.take()
    return ours, bare


def _post(pool: urllib3.PoolManager, url: str, headers: dict[str, str], body: bytes) -> None:
    if pool.request("POST", url, body=body, headers=headers).status != 200:
        raise SystemExit("the receiver refused a request of the bare loop")


def measure(folder: Path, rounds: int, messages: int) -> Report:
    own: dict[str, list[float]] = {"embedded": [], HOOK: [], QUICK: []}
    peer: dict[str, list[float]] = {"embedded": [], "single": [], HOOK: [], QUICK: []}
    arrivals.listeners[:] = [marks.mark_arrived]  # as in the server
    filled = fill(folder, rounds, messages)
    keep_still()  # as the server does when it starts
    receivers = {HOOK: Receiver(folder / "kept"), QUICK: Receiver()}
    try:
        for number in range(rounds):
            filled.settle(number)
            own["embedded"].append(embedded(filled))
            before, rows = filled.record_rows()
            for kind, size in (("embedded", taking.IN_PLACE), ("single", 1)):
                copy = folder / f"bare-{kind}-{number}.sqlite"
                copy_table(copy, filled, before)
                peer[kind].append(bare_inserts(copy, rows, size))
            for target, receiver in receivers.items():
                ours, bare = posted(filled, target, receiver)
                own[target].append(ours)
                peer[target].append(bare)
    finally:
        for receiver in receivers.values():
            receiver.stop()
    return describe(own, peer)


def describe(own: dict[str, list[float]], peer: dict[str, list[float]]) -> Report:
    report = Report("delivery", bars=BARS)
    report.figures["embedded"] = (median(own["embedded"]), "deliveries/s")
    report.figures["bare_executemany"] = (median(peer["embedded"]), "rows/s")
    report.figures["bare_single"] = (median(peer["single"]), "rows/s")
    report.figures["http"] = (median(own[HOOK]), "deliveries/s")
    report.figures["bare_http"] = (median(peer[HOOK]), "requests/s")
    report.ratios["embedded"] = median(map(truediv, own["embedded"], peer["embedded"]))
    report.ratios["embedded_single"] = median(map(truediv, own["embedded"], peer["single"]))
    report.ratios["http_bare_answer"] = median(map(truediv, own[QUICK], peer[QUICK]))
    report.ratios["http"] = median(map(truediv, own[HOOK], peer[HOOK]))
    return report


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=2000, help="in each round")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = measure(Path(folder), options.rounds, options.messages)
    return report.end(options.json)


if __name__ == "__main__":
    sys.exit(main())
