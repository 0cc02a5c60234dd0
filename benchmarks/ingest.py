"""What the intake takes in: signed, hashed, validated, kept; against bare SQLite and bare Flask.

Batches of 50 and 500 stand against `executemany` of the very same rows in the same order, in a
process that does nothing else, into a table with the same indexes, checks and foreign key (WAL,
synchronous=FULL, a commit a batch); single events from 32 stations stand against a trivial POST to
the same server.  The clients share the cores with the server, which is held still while the bare
inserts run.  The two of a pair take turns, so that a busy machine is busy for both; a ratio is the
median of the rounds' ratios.  The applier is on, as it is in the product, and gives way to uploads;
`applied` says how fast it follows once the rush is over.

    python -m benchmarks.ingest [--json]       bars: batch_50, batch_500, single >= 0.5
"""

import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from operator import truediv
from pathlib import Path
from time import monotonic, perf_counter, sleep
from urllib.request import urlopen

from benchmarks.ingest_rows import insert_bare, minted, prepare_stations, schema_of
from benchmarks.ingest_traffic import Chain, drive, http_post
from benchmarks.load_watch import held_still
from benchmarks.report import Report, arguments, median, percentile

STATIONS, BATCHING = 32, 32  # stations in all; those that send batches
ROUNDS = 5
EVENTS = {50: 16_000, 500: 16_000}  # a round
SINGLES, CLIENTS = 3_200, STATIONS
BARS = {"batch_50": ">= 0.5", "batch_500": ">= 0.5", "single": ">= 0.5", "single_p99": "< 10"}


@dataclass
class Bench:
    """A server that runs, its stations' chains, and a bare database of the same shape."""

    port: int
    process: int
    database: Path
    chains: list[Chain]
    bare: Path


def run(bench: Bench, report: Report) -> None:
    """Measure everything in turns."""
    for size, count in EVENTS.items():
        bare, ours = [], []
        chains = bench.chains[:BATCHING]
        for _ in range(ROUNDS):
            rows, queues = minted(chains, size, count // size // len(chains))
            with held_still(bench.process):
                bare.append(insert_bare(bench.bare, rows))
            ours.append(sum(map(len, rows)) / drive(bench.port, queues).took)
        report.figures[f"executemany_{size}"] = (median(bare), "events/s")
        report.figures[f"http_{size}"] = (median(ours), "events/s")
        report.ratios[f"batch_{size}"] = median(list(map(truediv, ours, bare)))
    _singles(bench, report)
    _applied(bench, report)


def _singles(bench: Bench, report: Report) -> None:
    rates: dict[str, list[float]] = {"trivial": [], "single": []}
    late: dict[str, list[float]] = {"trivial": [], "single": []}
    for _ in range(ROUNDS):
        queues = [
            [chain.upload(chain.events(1)) for _ in range(SINGLES // CLIENTS)]
            for chain in bench.chains
        ]
        plain = [
            [http_post("/trivial", one.partition(b"\r\n\r\n")[2], {}) for one in queue]
            for queue in queues
        ]
        for name, traffic in (("trivial", plain), ("single", queues)):
            timing = drive(bench.port, traffic)
            rates[name].append(SINGLES / timing.took)
            late[name].append(percentile(timing.answers, 99) * 1000)
    for name in rates:
        report.figures[f"{name}_{CLIENTS}_clients"] = (median(rates[name]), "requests/s")
        report.figures[f"{name}_p99"] = (median(late[name]), "ms")
    report.ratios["single"] = median(list(map(truediv, rates["single"], rates["trivial"])))
    report.ratios["single_p99"] = median(list(map(truediv, late["single"], late["trivial"])))


def _applied(bench: Bench, report: Report) -> None:
    """Watch the applier for ten seconds after the rush."""
    with closing(sqlite3.connect(f"file:{bench.database}?mode=ro", uri=True)) as connection:

        def left() -> int:
            asked = "SELECT count(*) FROM wire_event WHERE state = 'pending'"
            count: int = connection.execute(asked).fetchone()[0]
            return count

        began, first = perf_counter(), left()
        while left() and perf_counter() - began < 10:
            sleep(0.2)
        report.figures["applied"] = ((first - left()) / (perf_counter() - began), "events/s")


@contextmanager
def server(data: Path, port: int) -> Iterator[int]:
    """The real server over *data*, in a process of its own, whose number is given."""
    with (data / "server.log").open("wb") as log:
        words = [sys.executable, "-m", "benchmarks.ingest_server", str(data), str(port)]
        process = subprocess.Popen(words, stdout=log, stderr=log)  # noqa: S603 - ourselves
        try:
            until_up(port)
            yield process.pid
        finally:
            process.terminate()
            process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_up(port: int) -> None:
    """Wait until the server answers; raise SystemExit where it does not within half a minute."""
    last = monotonic() + 30
    while monotonic() < last:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/login", timeout=2):
            return
        sleep(0.1)
    raise SystemExit("the server did not come up")


def main() -> int:
    """Run the benchmark and print its report."""
    options = arguments(__doc__).parse_args()
    report = Report("ingest", bars=BARS)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        chains = prepare_stations(data, STATIONS)
        bare = data / "bare.sqlite"
        schema_of(data / "ghepmau.sqlite", bare)
        port = free_port()
        with server(data, port) as process:
            run(Bench(port, process, data / "ghepmau.sqlite", chains, bare), report)
    return report.end(options.json)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).parents[1]))
    raise SystemExit(main())
