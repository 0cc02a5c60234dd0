"""What an event's intake costs among ten million stored ones, over what it costs among few.

The stored rows are put there by the engine itself, as one more epoch of a station that is enrolled;
what they say is said by one real event.  Its size, its indexes and the disk under it are real.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.ingest_rows import rows_of
from benchmarks.ingest_traffic import Chain, drive
from benchmarks.load_site import Site
from benchmarks.load_watch import used
from benchmarks.postgres import connected
from benchmarks.report import Report, median
from contract import ids

SMALL, SIZE, LINES, ROUNDS, EVENTS = 100_000, 50, 32, 3, 8_000
_EPOCH, _STEP = "00000000000000f1", 20_000
Row = tuple[Any, ...]


def growth(site: Site, stored: int, report: Report) -> None:
    """Fill up to SMALL rows, measure; fill up to *stored*, measure again.  0 leaves it out."""
    if stored <= SMALL:
        return
    _fill(site, 0, SMALL)
    few = _batches(site)
    _fill(site, SMALL, stored)
    many = _batches(site)
    for at, (rate, processor) in ((SMALL, few), (stored, many)):
        report.figures[f"batch_{SIZE}_at_{at}"] = (rate, "events/s")
        report.figures[f"processor_at_{at}"] = (processor * 1e6, "us")  # the server's, an event
    report.ratios["growth"] = few[0] / many[0]
    report.ratios["growth_of_processor"] = many[1] / few[1]


def _batches(site: Site) -> tuple[float, float]:
    """Return events/s, and the server's seconds of processor for one of them."""
    lines, seen, spent = site.chains[:LINES], [], []
    share = EVENTS // SIZE // len(lines)
    for _ in range(ROUNDS):
        queues = [[chain.upload(chain.events(SIZE)) for _ in range(share)] for chain in lines]
        before, count = used(site.process.pid).seconds, share * SIZE * len(lines)
        seen.append(count / drive(site.port, queues).took)
        spent.append((used(site.process.pid).seconds - before) / count)
    return median(seen), median(spent)


def _fill(site: Site, first: int, last: int) -> None:
    rows = _rows(site.chains[-1], first, last)
    if site.settings.database:
        _copy(site.settings.database, rows)
    else:
        _insert(Path(site.settings.data) / "ghepmau.sqlite", rows)


def _rows(like: Chain, first: int, last: int) -> Iterator[Row]:
    chain = Chain(like.station, like.key, like.seals, like.series, Random(1))  # noqa: S311
    [model] = rows_of(chain.events(1), like.station)
    rng, start = Random(first), datetime.now(UTC) - timedelta(days=400)  # noqa: S311
    for seq in range(first + 1, last + 1):
        at = start + timedelta(seconds=seq)
        key = ids.ordered_id(at, rng.randbytes(ids.LOT)).hex
        mark = f"{rng.getrandbits(256):064x}"
        yield (key, like.station, _EPOCH, seq, model[4], mark, mark, model[7], model[8],
               "applied", None, model[8])  # fmt: skip


def _insert(path: Path, rows: Iterator[Row]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=60)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        marks = ",".join("?" * 12)
        while some := list(islice(rows, _STEP)):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(f"INSERT INTO wire_event VALUES ({marks})", some)  # noqa: S608
            connection.execute("COMMIT")
            _show(some[-1][3])


def _copy(url: str, rows: Iterator[Row]) -> None:
    with connected(url) as connection, connection.cursor() as cursor:
        with cursor.copy("COPY wire_event FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
                if row[3] % _STEP == 0:
                    _show(row[3])
        connection.commit()
        connection.autocommit = True
        connection.execute("ANALYZE wire_event")


def _show(done: int) -> None:
    print(f"\r  {done:>11,} rows stored", end="", file=sys.stderr)
